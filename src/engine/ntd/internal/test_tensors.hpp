// Tensors for tests, and what is known of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/golden_counts.hpp"
#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine::ntd::test {

/// A block that was planted: who, where, when.
struct planted {
  std::array<std::vector<std::uint32_t>, 3> at;
};

struct planted_tensor {
  tensor counts;
  std::vector<planted> blocks;
};

/// Three blocks of 25 to 60 sources at 1 to 3 ports with 5 packets per minute, in four minutes of
/// ten, among other entries whose sources and ports have popularities of their own. Only counts of
/// 2 and more, as the engine has them.
[[nodiscard]] inline auto planted_counts(std::size_t entries, std::uint32_t length,
                                         std::uint64_t seed) -> planted_tensor {
  kizashi::engine::internal::golden_source random{seed};
  planted_tensor answer;
  std::map<std::array<std::uint32_t, 3>, float> counts;
  constexpr std::array<std::uint32_t, 3> sizes{40, 25, 60}, widths{1, 3, 2};
  for (std::uint32_t b = 0; b < 3; ++b) {
    planted block;
    for (std::uint32_t i = 0; i < sizes[b]; ++i) block.at[sources].push_back(1000 + 100 * b + i);
    for (std::uint32_t i = 0; i < widths[b]; ++i) block.at[ports].push_back(500 + 10 * b + i);
    for (std::uint32_t t = 0; t < length; ++t)
      if (random.unit() < 0.4) block.at[minutes].push_back(t);
    for (auto const t : block.at[minutes])
      for (auto const source : block.at[sources])
        for (auto const port : block.at[ports])
          if (auto const count = random.poisson(5); count >= 2)
            counts[{t, source, port}] = static_cast<float>(count);
    answer.blocks.push_back(block);
  }
  while (counts.size() < entries) {
    auto const t = static_cast<std::uint32_t>(length * random.unit());
    auto const source = static_cast<std::uint32_t>(8000 * std::pow(random.unit(), 2));
    auto const port = static_cast<std::uint32_t>(3000 * std::pow(random.unit(), 3));
    counts[{t, source, port}] += static_cast<float>(2 + random.poisson(0.7));
  }
  answer.counts.lengths = {length, 8000, 3000};
  for (auto const& [at, count] : counts) answer.counts.entries.push_back({at, count});
  return answer;
}

/// The cosine of a factor's column and a set of rows.
[[nodiscard]] inline auto cosine(tucker const& of, way which, std::size_t column,
                                 std::vector<std::uint32_t> const& rows) -> double {
  double both = 0, own = 0;
  for (std::size_t i = column; i < of.factors[which].size(); i += of.rank)
    own += static_cast<double>(of.factors[which][i]) * static_cast<double>(of.factors[which][i]);
  for (auto const row : rows)
    both += static_cast<double>(of.factors[which][row * of.rank + column]);
  return own > 0 ? both / std::sqrt(own * static_cast<double>(rows.size())) : 0;
}

/// How well some column of each way is the block: the product of the three cosines.
[[nodiscard]] inline auto match(tucker const& of, planted const& block) -> double {
  double answer = 1;
  for (auto const which : {minutes, sources, ports}) {
    double best = 0;
    for (std::size_t k = 0; k < of.rank; ++k)
      best = std::max(best, cosine(of, which, k, block.at[which]));
    answer *= best;
  }
  return answer;
}

/// 1 - squared error / squared counts by the definition, over all places of a small tensor.
[[nodiscard]] inline auto slow_fit(tensor const& counts, tucker const& of) -> double {
  std::map<std::array<std::uint32_t, 3>, double> known;
  double squares = 0, error = 0;
  for (auto const& each : counts.entries) {
    known[each.at] = static_cast<double>(each.count);
    squares += known[each.at] * known[each.at];
  }
  for (std::uint32_t i = 0; i < counts.lengths[0]; ++i) {
    for (std::uint32_t j = 0; j < counts.lengths[1]; ++j) {
      for (std::uint32_t k = 0; k < counts.lengths[2]; ++k) {
        double value = 0;
        for (std::size_t a = 0; a < of.rank; ++a)
          for (std::size_t b = 0; b < of.rank; ++b)
            for (std::size_t c = 0; c < of.rank; ++c)
              value += static_cast<double>(of.core[(a * of.rank + b) * of.rank + c]) *
                       static_cast<double>(of.factors[0][i * of.rank + a]) *
                       static_cast<double>(of.factors[1][j * of.rank + b]) *
                       static_cast<double>(of.factors[2][k * of.rank + c]);
        auto const at = known.find({i, j, k});
        auto const rest = (at == known.end() ? 0 : at->second) - value;
        error += rest * rest;
      }
    }
  }
  return 1 - error / squares;
}

[[nodiscard]] inline auto small_tensor(std::uint64_t seed) -> tensor {
  kizashi::engine::internal::golden_source random{seed};
  tensor answer;
  answer.lengths = {6, 9, 7};
  for (std::uint32_t i = 0; i < 6; ++i)
    for (std::uint32_t j = 0; j < 9; ++j)
      for (std::uint32_t k = 0; k < 7; ++k)
        if (auto const count = random.poisson(j < 4 && k < 3 ? 3.0 : 0.2); count > 0)
          answer.entries.push_back({{i, j, k}, static_cast<float>(count)});
  return answer;
}

inline void expect_sane(tucker const& of) {
  for (auto const& factor : of.factors)
    EXPECT_TRUE(std::ranges::all_of(factor, [](float x) { return x >= 0 && x <= 1.0001F; }));
  EXPECT_TRUE(std::ranges::all_of(of.core, [](float x) { return std::isfinite(x) && x >= 0; }));
  EXPECT_TRUE(of.fit >= 0 && of.fit <= 1);
}

}  // namespace kizashi::engine::ntd::test
