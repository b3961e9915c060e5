#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kizashi/engine/glasso/internal/component.hpp"
#include "kizashi/engine/internal/cholesky.hpp"

namespace kizashi::engine::glasso::internal {

namespace {

constexpr double least_entry = 1e-8;  // of T, in absolute value, to count as a link

/// The scaled T off its diagonal, as the mean of what the two rows of an entry say; ascending.
auto symmetric_entries(component const& solved) -> std::vector<link> {
  std::vector<link> halves;
  for (std::uint32_t row = 0; row < solved.size; ++row) {
    auto const& of = solved.rows[row];
    for (std::size_t i = 0; i < of.of.size(); ++i)
      halves.push_back({std::min(row, of.of[i]), std::max(row, of.of[i]),
                        -0.5 * of.values[i] * solved.precision[row]});
  }
  std::ranges::stable_sort(halves, [](link const& a, link const& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  });
  std::vector<link> answer;
  for (auto const& half : halves) {
    if (!answer.empty() && answer.back().first == half.first && answer.back().second == half.second)
      answer.back().value += half.value;
    else
      answer.push_back(half);
  }
  return answer;
}

/// The entries of T within group g: between a source and itself, and between two sources.
struct block_entries {
  double apart = 0;  ///< what T has on the group's vectors of mean zero
  double own = 0;
  double beside = 0;
};
auto entries_of_block(component const& solved, std::size_t g) -> block_entries {
  auto const size = solved.sizes[g];
  if (size == 1) return {1, solved.precision[g], 0};
  auto const gap = solved.variances[g] + solved.penalty - solved.beside[g];
  auto const is_inside =
      std::abs(solved.beside[g] - solved.variances[g]) < solved.penalty * (1 - 1e-12);
  auto const beside = is_inside ? 0 : (solved.precision[g] - 1 / gap) / size;
  return {1 / gap, 1 / gap + beside, beside};
}

/// S + penalty on the diagonal, and W put into its bounds beside it: feasible for the dual.
auto dual_matrix(component const& solved) -> std::vector<double> {
  auto answer = solved.w;
  for (std::size_t g = 0; g < solved.size; ++g) {
    for (std::size_t h = 0; h < solved.size; ++h) {
      if (g == h) continue;
      auto const s = solved.s[g * solved.size + h];
      auto const bound = solved.penalty * solved.roots[g] * solved.roots[h];
      auto& value = answer[g * solved.size + h];
      value = std::clamp(value, s - bound, s + bound);
    }
  }
  return answer;
}

/// Objective and dual objective.
auto value_of(component const& solved, std::vector<link> const& entries, component_value& into)
    -> bool {
  auto const size = solved.size;
  std::vector<double> precision(size * size);
  double primal = 0, dual = 0;
  for (std::size_t g = 0; g < size; ++g) {
    auto const block = entries_of_block(solved, g);
    auto const m = solved.sizes[g];
    precision[g * size + g] = solved.precision[g];
    primal += m * (solved.variances[g] * block.own + solved.penalty * std::abs(block.own)) +
              m * (m - 1) *
                  (solved.variances[g] * block.beside + solved.penalty * std::abs(block.beside)) -
              (m - 1) * std::log(block.apart);
    dual += m - (m - 1) * std::log(block.apart);
  }
  for (auto const& each : entries) {
    precision[each.second * size + each.first] = each.value;
    primal += 2 * (solved.s[each.first * size + each.second] * each.value +
                   solved.penalty * solved.roots[each.first] * solved.roots[each.second] *
                       std::abs(each.value));
  }
  auto const of_precision = kizashi::engine::internal::log_determinant(std::move(precision), size);
  auto const of_dual = kizashi::engine::internal::log_determinant(dual_matrix(solved), size);
  if (!of_precision || !of_dual) return false;
  into.objective += primal - *of_precision;
  into.dual += dual + *of_dual;
  return true;
}

}  // namespace

auto conclude(component const& solved, std::vector<std::uint32_t> const& groups,
              solver_settings const& how, solution& into, component_value& value) -> bool {
  auto const entries = symmetric_entries(solved);
  auto const add_link = [&](std::size_t a, std::size_t b, double entry, double pairs) {
    if (!(std::abs(entry) > least_entry)) return;
    into.edges += static_cast<std::uint64_t>(pairs);
    if (how.has_links) into.links.push_back({groups[a], groups[b], entry});
  };
  for (auto const& each : entries)
    add_link(each.first, each.second,
             each.value / (solved.roots[each.first] * solved.roots[each.second]),
             solved.sizes[each.first] * solved.sizes[each.second]);
  for (std::size_t g = 0; g < solved.size; ++g) {
    auto const m = solved.sizes[g];
    if (m > 1) add_link(g, g, entries_of_block(solved, g).beside, m * (m - 1) / 2);
  }
  return !how.is_certified || value_of(solved, entries, value);
}

}  // namespace kizashi::engine::glasso::internal
