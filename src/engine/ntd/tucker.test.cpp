#include "kizashi/engine/ntd/tucker.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/internal/test_tensors.hpp"

namespace kizashi::engine::ntd {
namespace {

using namespace test;

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

}  // namespace
}  // namespace kizashi::engine::ntd
