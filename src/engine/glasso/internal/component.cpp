#include "kizashi/engine/glasso/internal/component.hpp"

#include <algorithm>
#include <cmath>

#include "kizashi/engine/internal/rows.hpp"

namespace kizashi::engine::glasso::internal {

namespace {

using kizashi::engine::internal::add_rows;
using kizashi::engine::internal::scaled_row;

[[nodiscard]] auto shrink(double value, double by) noexcept -> double {
  if (value > by) return value - by;
  if (value < -by) return value + by;
  return 0;
}

/// The lasso of one row: minimise b' W b / 2 - b' s + sum of penalty_k |b_k| over all rows but one.
class row_solver {
public:
  explicit row_solver(component& problem)
      : of_{problem}, product_(problem.size), is_linked_(problem.size, 0) {}

  /// Returns by how much the row of W moved, in sum over its entries.
  auto solve(std::size_t row, double tolerance) -> double {
    row_ = row;
    auto& kept = of_.rows[row];
    active_ = kept.of;
    values_ = kept.values;
    std::fill(is_linked_.begin(), is_linked_.end(), 0);
    is_linked_[row] = 1;
    for (auto const k : active_) is_linked_[k] = 1;
    gather();
    do {
      descend(tolerance);
      multiply();
    } while (add_violated());
    auto const moved = write_back();
    keep(kept);
    return moved;
  }

private:
  /// The active part of W and of s, and what the active values leave of s.
  void gather() {
    auto const count = active_.size();
    if (count * count > inner_.size()) inner_.resize(2 * count * count);
    stride_ = count;
    target_.resize(count);
    limits_.resize(count);
    auto const* const s = of_.s.data() + row_ * of_.size;
    auto const scale = of_.penalty * of_.roots[row_];
    for (std::size_t i = 0; i < count; ++i) {
      auto const* const from = of_.row(active_[i]);
      auto* const to = inner_.data() + i * stride_;
      for (std::size_t k = 0; k < count; ++k) to[k] = from[active_[k]];
      target_[i] = s[active_[i]];
      limits_[i] = scale * of_.roots[active_[i]];
    }
    rest_ = target_;
    for (std::size_t i = 0; i < count; ++i) subtract(i, values_[i]);
  }
  void subtract(std::size_t i, double by) {
    if (by == 0) return;
    scaled_row<double> const row{inner_.data() + i * stride_, -by};
    add_rows({&row, 1}, active_.size(), rest_.data());
  }
  /// Coordinate descent on the active variables.
  void descend(double tolerance) {
    constexpr unsigned most_passes = 10'000;
    for (unsigned pass = 0; pass < most_passes; ++pass) {
      double largest = 0;
      for (std::size_t i = 0; i < active_.size(); ++i) {
        auto const curve = inner_[i * stride_ + i];
        auto const next = shrink(rest_[i] + curve * values_[i], limits_[i]) / curve;
        auto const change = next - values_[i];
        if (change == 0) continue;
        values_[i] = next;
        subtract(i, change);
        largest = std::max(largest, std::abs(change) * curve);
      }
      if (largest <= tolerance) break;
    }
  }
  void multiply() {
    factors_.clear();
    for (std::size_t i = 0; i < active_.size(); ++i)
      if (values_[i] != 0) factors_.push_back({of_.row(active_[i]), values_[i]});
    std::fill(product_.begin(), product_.end(), 0.0);
    add_rows(factors_, of_.size, product_.data());
  }
  /// Takes in the variables that are zero and should not be. False when there were none.
  auto add_violated() -> bool {
    auto const known = active_.size();
    auto const* const s = of_.s.data() + row_ * of_.size;
    auto const scale = of_.penalty * of_.roots[row_] * (1 + 1e-12);
    for (std::size_t k = 0; k < of_.size; ++k) {
      if (std::abs(s[k] - product_[k]) <= scale * of_.roots[k] || is_linked_[k] != 0) continue;
      is_linked_[k] = 1;
      active_.push_back(static_cast<std::uint32_t>(k));
      values_.push_back(0);
    }
    if (active_.size() == known) return false;
    gather();
    return true;
  }
  auto write_back() -> double {
    auto const size = of_.size;
    auto* const own = of_.row(row_);
    product_[row_] = own[row_];
    double moved = 0;
    for (std::size_t k = 0; k < size; ++k) moved += std::abs(product_[k] - own[k]);
    std::copy(product_.begin(), product_.end(), own);
    for (std::size_t k = 0; k < size; ++k) of_.w[k * size + row_] = product_[k];

    double explained = 0;
    for (std::size_t i = 0; i < active_.size(); ++i) explained += values_[i] * product_[active_[i]];
    auto const variance = of_.variances[row_];
    if (of_.sizes[row_] > 1) {
      auto const beside =
          std::clamp(explained / of_.sizes[row_], variance - of_.penalty, variance + of_.penalty);
      auto const diagonal = variance + of_.penalty + (of_.sizes[row_] - 1) * beside;
      moved += std::abs(diagonal - own[row_]);
      of_.beside[row_] = beside;
      own[row_] = diagonal;
    }
    of_.precision[row_] = 1 / (own[row_] - explained);
    return moved;
  }
  void keep(row_coefficients& kept) const {
    kept.of.clear();
    kept.values.clear();
    for (std::size_t i = 0; i < active_.size(); ++i) {
      if (values_[i] == 0) continue;
      kept.of.push_back(active_[i]);
      kept.values.push_back(values_[i]);
    }
  }

  component& of_;
  std::size_t row_ = 0;
  std::size_t stride_ = 0;
  std::vector<double> product_;          // W b, over all
  std::vector<std::uint8_t> is_linked_;  // whether a variable is active, or the row itself
  std::vector<std::uint32_t> active_;
  std::vector<double> values_, target_, limits_, rest_, inner_;
  std::vector<scaled_row<double>> factors_;
};

}  // namespace

auto solve(component& problem, double tolerance, std::uint32_t most_sweeps) -> std::uint32_t {
  row_solver rows{problem};
  auto const entries = static_cast<double>(problem.size) * static_cast<double>(problem.size);
  for (std::uint32_t sweep = 1; sweep <= most_sweeps; ++sweep) {
    double moved = 0;
    for (std::size_t row = 0; row < problem.size; ++row) moved += rows.solve(row, tolerance);
    if (!(moved / entries > tolerance)) return sweep;
  }
  return most_sweeps + 1;
}

}  // namespace kizashi::engine::glasso::internal
