#include "kizashi/engine/nmf/groups.hpp"

#include <algorithm>
#include <numeric>

#include "kizashi/engine/internal/otsu.hpp"

namespace kizashi::engine::nmf {

namespace {

/// Of the active values.
auto border_of(std::vector<float> const& values, membership rule) -> double {
  double const largest = *std::ranges::max_element(values);
  if (rule == membership::half) return 0.5 * largest;
  return std::max(1.0, kizashi::engine::internal::otsu_border(values) * largest);
}

}  // namespace

auto find_groups(factorisation const& of, factors const& at, membership rule)
    -> std::vector<group> {
  std::vector<group> answer;
  for (std::uint32_t k = 0; k < at.rank; ++k) {
    auto const* const w = at.w.data() + k * of.rows;
    auto const scale = std::accumulate(w, w + of.rows, 0.0F);
    auto const* const h = at.h.data() + k * of.distinct;
    group found{at.rank, k, 0, {}, {}};
    std::vector<float> values;
    for (std::uint32_t column = 0; column < of.column_of.size(); ++column) {
      auto const value = h[of.column_of[column]] * scale;
      if (!(value >= 1)) continue;
      found.active.push_back(column);
      values.push_back(value);
    }
    if (values.size() < 2) continue;
    found.border = border_of(values, rule);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (static_cast<double>(values[i]) >= found.border) found.members.push_back(found.active[i]);
    if (found.members.size() >= 2) answer.push_back(std::move(found));
  }
  return answer;
}

}  // namespace kizashi::engine::nmf
