// Counts of packets that do not depend on this program: the inputs of published reference results,
// bit for bit, from SplitMix64 and Knuth's Poisson numbers. For tests and benches.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/base/random.hpp"

namespace kizashi::engine::internal {

class golden_source {
public:
  explicit golden_source(std::uint64_t seed) noexcept : state_{seed} {}
  auto unit() noexcept -> double {
    auto const answer = static_cast<double>(mix64(state_) >> 11) * 0x1.0p-53;
    state_ += 0x9E3779B97F4A7C15;
    return answer;
  }
  auto poisson(double mean) noexcept -> std::uint32_t {
    auto const limit = std::exp(-mean);
    std::uint32_t count = 0;
    for (double product = unit(); product > limit; product *= unit()) ++count;
    return count;
  }

private:
  std::uint64_t state_;
};

/// Sources of which the first `together` follow one pattern of 6 and 0.2 packets per bin, the
/// others have rates of their own from 0.3 to 2.3. A row of `bins` for each source.
inline auto golden_lasso_counts(std::size_t bins, std::size_t sources, std::size_t together,
                                std::uint64_t seed) -> std::vector<std::uint32_t> {
  golden_source random{seed};
  std::vector<bool> is_on(bins);
  bool has_on = false;
  for (std::size_t i = 0; i < bins; ++i) has_on |= is_on[i] = random.unit() < 0.35;
  if (!has_on) is_on[0] = true;
  std::vector<std::uint32_t> answer;
  for (std::size_t j = 0; j < sources; ++j) {
    auto const base = 0.3 + 2.0 * std::pow(random.unit(), 4);
    for (std::size_t i = 0; i < bins; ++i)
      answer.push_back(random.poisson(j < together ? (is_on[i] ? 6.0 : 0.2) : base));
  }
  return answer;
}

/// Sources of which the first `groups` x `size` are in groups with 5 packets in a quarter of the
/// minutes and 0.05 in the others; the rest have rates of their own from 0.05 to 0.65.
inline auto golden_group_counts(std::size_t minutes, std::size_t sources, std::size_t groups,
                                std::size_t size, std::uint64_t seed)
    -> std::vector<std::uint32_t> {
  golden_source random{seed};
  std::vector<std::vector<bool>> is_on(groups, std::vector<bool>(minutes));
  for (auto& group : is_on)
    for (std::size_t i = 0; i < minutes; ++i) group[i] = random.unit() < 0.25;
  std::vector<std::uint32_t> answer;
  for (std::size_t j = 0; j < sources; ++j) {
    auto const base = 0.05 + 0.6 * std::pow(random.unit(), 3);
    auto const group = j / size;
    for (std::size_t i = 0; i < minutes; ++i)
      answer.push_back(random.poisson(group >= groups ? base : (is_on[group][i] ? 5.0 : 0.05)));
  }
  return answer;
}

}  // namespace kizashi::engine::internal
