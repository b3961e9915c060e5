#include "kizashi/engine/ntd/tucker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/golden_counts.hpp"
#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/tucker_stream.hpp"

namespace kizashi::engine::ntd {
namespace {

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
auto planted_counts(std::size_t entries, std::uint32_t length, std::uint64_t seed)
    -> planted_tensor {
  internal::golden_source random{seed};
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
auto cosine(tucker const& of, way which, std::size_t column, std::vector<std::uint32_t> const& rows)
    -> double {
  double both = 0, own = 0;
  for (std::size_t i = column; i < of.factors[which].size(); i += of.rank)
    own += static_cast<double>(of.factors[which][i]) * static_cast<double>(of.factors[which][i]);
  for (auto const row : rows)
    both += static_cast<double>(of.factors[which][row * of.rank + column]);
  return own > 0 ? both / std::sqrt(own * static_cast<double>(rows.size())) : 0;
}

/// How well some column of each way is the block: the product of the three cosines.
auto match(tucker const& of, planted const& block) -> double {
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
auto slow_fit(tensor const& counts, tucker const& of) -> double {
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

auto small_tensor(std::uint64_t seed) -> tensor {
  internal::golden_source random{seed};
  tensor answer;
  answer.lengths = {6, 9, 7};
  for (std::uint32_t i = 0; i < 6; ++i)
    for (std::uint32_t j = 0; j < 9; ++j)
      for (std::uint32_t k = 0; k < 7; ++k)
        if (auto const count = random.poisson(j < 4 && k < 3 ? 3.0 : 0.2); count > 0)
          answer.entries.push_back({{i, j, k}, static_cast<float>(count)});
  return answer;
}

void expect_sane(tucker const& of) {
  for (auto const& factor : of.factors)
    EXPECT_TRUE(std::ranges::all_of(factor, [](float x) { return x >= 0 && x <= 1.0001F; }));
  EXPECT_TRUE(std::ranges::all_of(of.core, [](float x) { return std::isfinite(x) && x >= 0; }));
  EXPECT_TRUE(of.fit >= 0 && of.fit <= 1);
}

TEST(tucker, fits_as_well_as_it_says) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto const counts = small_tensor(seed);
    auto const answer = decompose(counts, {.rank = 3, .restarts = 2, .seed = seed});
    ASSERT_TRUE(answer);
    for (auto const& each : *answer) {
      expect_sane(each);
      EXPECT_NEAR(each.fit, slow_fit(counts, each), 1e-4);
      EXPECT_GT(each.fit, 0.5);
    }
  }
}

TEST(tucker, has_all_of_a_tensor_of_its_own_rank) {
  tensor counts;
  counts.lengths = {4, 5, 3};
  for (std::uint32_t i = 0; i < 4; ++i)
    for (std::uint32_t j = 0; j < 5; ++j)
      for (std::uint32_t k = 0; k < 3; ++k)
        counts.entries.push_back({{i, j, k}, static_cast<float>((i + 1) * (j + 1) * (k + 1))});
  auto const answer = decompose(counts, {.rank = 1, .restarts = 1});
  ASSERT_TRUE(answer);
  EXPECT_NEAR((*answer)[0].fit, 1, 1e-5);
}

TEST(tucker, recovers_planted_blocks_among_noise) {
#ifdef KIZASHI_SANITIZED
  constexpr std::size_t entries = 20'000;
#else
  constexpr std::size_t entries = 100'000;
#endif
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    auto const input = planted_counts(entries, 30, seed);
    auto const answer = decompose(input.counts, {.seed = seed});
    ASSERT_TRUE(answer);
    for (auto const& block : input.blocks) {
      double best = 0;
      bool is_found = false;
      for (auto const& each : *answer) {
        best = std::max(best, match(each, block));
        for (auto const& found : find_blocks(each, {}))
          is_found |= std::ranges::includes(found.sources, block.at[sources]) &&
                      std::ranges::includes(found.ports, block.at[ports]) &&
                      found.sources.size() < 2 * block.at[sources].size();
      }
      EXPECT_GE(best, 0.95) << seed;
      EXPECT_TRUE(is_found) << seed;
    }
  }
}

TEST(tucker, says_what_it_cannot_do) {
  auto const message = [](tensor const& counts, tucker_settings const& how) {
    auto const answer = decompose(counts, how);
    return answer ? "" : answer.error().message;
  };
  EXPECT_EQ(message({}, {.rank = 0}), "rank 0; expected 1 to 8");
  EXPECT_EQ(message({}, {.rank = 9}), "rank 9; expected 1 to 8");
  EXPECT_EQ(message({}, {.restarts = 0}), "0 restarts; expected 1 to 64");
  EXPECT_EQ(message({{1, 2, 3}, {{{0, 2, 0}, 1.0F}}}, {}), "an entry at 2 of way 2, which has 2");
  EXPECT_EQ(message({{1, 2, 3}, {{{0, 1, 0}, 0.0F}}}, {}),
            "an entry of 0; expected a number above 0");
  EXPECT_EQ(message({{1, 2, 3}, {{{0, 1, 0}, std::nanf("")}}}, {}),
            "an entry of nan; expected a number above 0");
}

TEST(tucker, takes_what_is_no_telescope) {
  tensor const none{{30, 0, 0}, {}};
  tensor const one{{30, 1, 1}, {{{3, 0, 0}, 4e9F}}};
  tensor constant{{30, 4, 2}, {}};
  for (std::uint32_t t = 0; t < 30; ++t)
    for (std::uint32_t s = 0; s < 4; ++s) constant.entries.push_back({{t, s, s % 2}, 7});
  for (auto const& each : {none, one, constant}) {
    auto const answer = decompose(each, {});
    ASSERT_TRUE(answer);
    for (auto const& restart : *answer) {
      expect_sane(restart);
      (void)find_blocks(restart, {});
    }
  }
}

TEST(tucker_stream, keeps_up_with_a_full_run_on_each_window) {
  auto const input = planted_counts(20'000, 90, 3);
  tensor first{{30, 8000, 3000}, {}};
  std::vector<std::vector<slice_entry>> later(60);
  for (auto const& each : input.counts.entries) {
    if (each.at[minutes] < 30)
      first.entries.push_back(each);
    else
      later[each.at[minutes] - 30].push_back({each.at[sources], each.at[ports], each.count});
  }
  auto const begin = decompose(first, {});
  ASSERT_TRUE(begin);
  auto const best = std::ranges::max_element(*begin, {}, &tucker::fit);
  tucker_stream stream{first, *best};
  for (auto const& slice : later) stream.push(slice);
  EXPECT_EQ(stream.newest(), 29U);
  auto const streamed = stream.current();
  expect_sane(streamed);
  auto const again = decompose(stream.window(), {});
  ASSERT_TRUE(again);
  double full = 0;
  for (auto const& each : *again) full = std::max(full, each.fit);
  EXPECT_GT(streamed.fit, 0.9 * full) << "sixty minutes later, in two whole windows";
  for (auto const& block : input.blocks) {
    double best_match = 1;
    for (auto const which : {sources, ports}) {
      double most = 0;
      for (std::size_t k = 0; k < streamed.rank; ++k)
        most = std::max(most, cosine(streamed, which, k, block.at[which]));
      best_match *= most;
    }
    EXPECT_GT(best_match, 0.95);
  }
}

TEST(tucker_stream, says_its_fit_and_takes_new_numbers_and_empty_minutes) {
  auto const counts = small_tensor(9);
  auto const begin = decompose(counts, {.rank = 3, .restarts = 1});
  ASSERT_TRUE(begin);
  tucker_stream stream{counts, (*begin)[0]};
  EXPECT_NEAR(stream.current().fit, slow_fit(counts, stream.current()), 1e-3);
  stream.push(std::vector<slice_entry>{{0, 0, 4.0F}, {20, 1, 3.0F}, {2, 11, 5.0F}});
  auto const window = stream.window();
  EXPECT_EQ(window.lengths, (std::array<std::size_t, 3>{6, 21, 12}));
  EXPECT_NEAR(stream.current().fit, slow_fit(window, stream.current()), 1e-3);
  for (int i = 0; i < 6; ++i) stream.push({});
  EXPECT_TRUE(stream.window().entries.empty());
  expect_sane(stream.current());
  stream.push(std::vector<slice_entry>{{1, 1, 2.0F}});
  expect_sane(stream.current());
}

}  // namespace
}  // namespace kizashi::engine::ntd
