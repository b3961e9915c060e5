// How alike two groupings of the same things are. Only for tests.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <utility>

namespace kizashi::screening::internal {

/// The adjusted Rand index (Hubert and Arabie, "Comparing partitions", Journal of Classification 2,
/// 1985, equation 5): 1 for equal groupings, about 0 for independent ones.
inline auto adjusted_rand_index(std::span<int const> a, std::span<int const> b) -> double {
  std::map<int, double> of_a;
  std::map<int, double> of_b;
  std::map<std::pair<int, int>, double> both;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++of_a[a[i]];
    ++of_b[b[i]];
    ++both[{a[i], b[i]}];
  }
  auto const pairs = [](auto const& counts) {
    double sum = 0;
    for (auto const& [group, count] : counts) sum += count * (count - 1) / 2;
    return sum;
  };
  auto const n = static_cast<double>(a.size());
  auto const expected = pairs(of_a) * pairs(of_b) / (n * (n - 1) / 2);
  auto const most = (pairs(of_a) + pairs(of_b)) / 2;
  return most == expected ? 1 : (pairs(both) - expected) / (most - expected);
}

}  // namespace kizashi::screening::internal
