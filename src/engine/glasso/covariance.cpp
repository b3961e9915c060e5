#include "kizashi/engine/glasso/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/internal/rows.hpp"

namespace kizashi::engine::glasso {

namespace {

/// Gives each source its group, and returns the first source of each group.
auto group_sources(std::span<std::uint32_t const> counts, std::size_t bins, covariance& into)
    -> std::vector<std::size_t> {
  auto const is_less = [](std::span<std::uint32_t const> a, std::span<std::uint32_t const> b) {
    return std::ranges::lexicographical_compare(a, b);
  };
  std::map<std::span<std::uint32_t const>, std::uint32_t, decltype(is_less)> known{is_less};
  std::vector<std::size_t> first;
  for (std::size_t source = 0; source * bins < counts.size(); ++source) {
    auto const next = static_cast<std::uint32_t>(first.size());
    auto const [at, is_new] = known.emplace(counts.subspan(source * bins, bins), next);
    if (is_new) {
      first.push_back(source);
      into.sizes.push_back(0);
    }
    ++into.sizes[at->second];
    into.group_of.push_back(at->second);
  }
  return first;
}

}  // namespace

auto log_covariance(std::span<std::uint32_t const> counts, std::size_t bins) -> covariance {
  KIZASHI_ASSERT(bins > 0 && counts.size() % bins == 0);
  covariance answer;
  auto const first = group_sources(counts, bins, answer);
  auto const groups = answer.groups = first.size();

  std::vector<double> centred(bins * groups);  // one row for each bin
  for (std::size_t g = 0; g < groups; ++g) {
    auto const row = counts.subspan(first[g] * bins, bins);
    double mean = 0;
    for (std::size_t i = 0; i < bins; ++i)
      mean += centred[i * groups + g] = std::log(row[i] == 0 ? 0.1 : row[i]);
    mean /= static_cast<double>(bins);
    // Rounding would give a source that never changes a variance of its own.
    auto const is_constant = std::ranges::all_of(row, [&](auto count) { return count == row[0]; });
    for (std::size_t i = 0; i < bins; ++i)
      centred[i * groups + g] = is_constant ? 0 : centred[i * groups + g] - mean;
  }
  answer.values.assign(groups * groups, 0);
  std::vector<internal::scaled_row<double>> rows(bins);
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t i = 0; i < bins; ++i)
      rows[i] = {&centred[i * groups], centred[i * groups + g] / static_cast<double>(bins)};
    internal::add_rows(rows, groups, &answer.values[g * groups]);
  }
  return answer;
}

}  // namespace kizashi::engine::glasso
