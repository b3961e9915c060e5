#include "kizashi/engine/glasso/graphical_lasso.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/glasso/internal/component.hpp"

namespace kizashi::engine::glasso {

namespace {

using internal::component;
using internal::component_value;

/// What one penalty hands to the next.
struct path_state {
  double penalty = 0;                            // 0: nothing has been solved
  std::vector<double> w;                         // scaled by the sizes, groups x groups
  std::vector<double> beside;                    // of each group
  std::vector<internal::row_coefficients> rows;  // in numbers of groups
};

class path_solver {
public:
  path_solver(covariance const& of, solver_settings const& how) : of_{of}, how_{how} {
    for (auto const size : of.sizes) roots_.push_back(std::sqrt(static_cast<double>(size)));
    state_.rows.resize(of.groups);
    state_.beside.resize(of.groups);
    state_.w.resize(of.groups * of.groups);
    double sum = 0;
    for (std::size_t g = 0; g < of.groups; ++g)
      for (std::size_t h = 0; h < of.groups; ++h)
        sum += g == h ? 0 : std::abs(of.at(g, h)) * roots_[g] * roots_[h];
    auto const pairs = static_cast<double>(of.groups) * static_cast<double>(of.groups);
    mean_ = of.groups == 0 ? 0 : sum / pairs;
    if (mean_ == 0) mean_ = 1;
  }

  auto solve(double penalty) -> solution {
    solution answer;
    answer.penalty = penalty;
    component_value value;
    bool is_whole = true;
    for (auto const& groups : components_of(penalty)) {
      auto problem = take(groups, penalty);
      auto const sweeps = internal::solve(problem, how_.tolerance * mean_, how_.most_sweeps);
      answer.is_converged &= sweeps <= how_.most_sweeps;
      answer.sweeps = std::max(answer.sweeps, std::min(sweeps, how_.most_sweeps));
      ++answer.components;
      auto const sources = std::accumulate(problem.sizes.begin(), problem.sizes.end(), 0.0);
      answer.largest_component =
          std::max(answer.largest_component, static_cast<std::uint32_t>(sources));
      is_whole &= internal::conclude(problem, groups, how_, answer, value);
      give_back(groups, std::move(problem));
    }
    state_.penalty = penalty;
    finish(answer, value, is_whole);
    return answer;
  }

private:
  /// Groups that |S| > penalty links, each list ascending.
  auto components_of(double penalty) const -> std::vector<std::vector<std::uint32_t>> {
    std::vector<std::vector<std::uint32_t>> answer;
    std::vector<std::uint8_t> is_seen(of_.groups, 0);
    for (std::uint32_t first = 0; first < of_.groups; ++first) {
      if (is_seen[first] != 0) continue;
      is_seen[first] = 1;
      std::vector<std::uint32_t> members{first};
      for (std::size_t next = 0; next < members.size(); ++next) {
        auto const* const row = &of_.values[members[next] * of_.groups];
        for (std::uint32_t other = 0; other < of_.groups; ++other) {
          if (is_seen[other] != 0 || !(std::abs(row[other]) > penalty)) continue;
          is_seen[other] = 1;
          members.push_back(other);
        }
      }
      std::ranges::sort(members);
      answer.push_back(std::move(members));
    }
    return answer;
  }

  /// The problem of these groups, with its start.
  auto take(std::vector<std::uint32_t> const& groups, double penalty) -> component {
    component answer;
    auto const size = answer.size = groups.size();
    answer.penalty = penalty;
    answer.s.resize(size * size);
    answer.w.resize(size * size);
    answer.rows.resize(size);
    answer.precision.resize(size);
    std::vector<std::uint32_t> place(of_.groups, 0);
    for (std::uint32_t i = 0; i < size; ++i) place[groups[i]] = i;
    // The first penalty begins with S + penalty on the diagonal.
    auto const kept = state_.penalty > 0 ? std::min(1.0, penalty / state_.penalty) : 0;
    for (std::size_t i = 0; i < size; ++i) {
      auto const g = groups[i];
      auto const m = static_cast<double>(of_.sizes[g]);
      answer.sizes.push_back(m);
      answer.roots.push_back(roots_[g]);
      auto const variance = of_.at(g, g);
      answer.variances.push_back(variance);
      answer.beside.push_back(variance + (state_.beside[g] - variance) * kept);
      for (std::size_t k = 0; k < size; ++k) {
        auto const s = of_.at(g, groups[k]) * roots_[g] * roots_[groups[k]];
        answer.s[i * size + k] = s;
        answer.w[i * size + k] = s + (state_.w[g * of_.groups + groups[k]] - s) * kept;
      }
      answer.w[i * size + i] = variance + penalty + (m - 1) * answer.beside[i];
      answer.rows[i] = std::move(state_.rows[g]);
      for (auto& other : answer.rows[i].of) other = place[other];
    }
    return answer;
  }

  void give_back(std::vector<std::uint32_t> const& groups, component solved) {
    auto const size = solved.size;
    for (std::size_t i = 0; i < size; ++i) {
      auto const g = groups[i];
      state_.beside[g] = solved.beside[i];
      for (auto& other : solved.rows[i].of) other = groups[other];
      state_.rows[g] = std::move(solved.rows[i]);
      auto* const row = &state_.w[g * of_.groups];
      std::fill(row, row + of_.groups, 0.0);
      for (std::size_t k = 0; k < size; ++k) row[groups[k]] = solved.w[i * size + k];
    }
  }

  void finish(solution& answer, component_value const& value, bool is_whole) const {
    auto const sources = static_cast<double>(of_.sources());
    if (of_.sources() > 1)
      answer.density = static_cast<double>(answer.edges) / (sources * (sources - 1) / 2);
    std::ranges::sort(answer.links, [](link const& a, link const& b) {
      return a.first != b.first ? a.first < b.first : a.second < b.second;
    });
    if (!how_.is_certified) return;
    answer.objective = value.objective;
    answer.gap = is_whole
                     ? (value.objective - value.dual) / std::max(1.0, std::abs(value.objective))
                     : std::numeric_limits<double>::infinity();
  }

  covariance const& of_;
  solver_settings how_;
  std::vector<double> roots_;
  double mean_ = 1;  // of |S_ij|
  path_state state_;
};

}  // namespace

auto solve_graphical_lasso(covariance const& of, std::span<double const> penalties,
                           solver_settings const& how) -> std::vector<solution> {
  std::vector<std::size_t> order(penalties.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return penalties[a] > penalties[b]; });
  path_solver solver{of, how};
  std::vector<solution> answer(penalties.size());
  for (auto const each : order) {
    KIZASHI_ASSERT(penalties[each] > 0);
    answer[each] = solver.solve(penalties[each]);
  }
  return answer;
}

}  // namespace kizashi::engine::glasso
