#include "kizashi/engine/nmf/factorise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/golden_counts.hpp"
#include "kizashi/engine/nmf/groups.hpp"

namespace kizashi::engine::nmf {
namespace {

/// ||V - W H||^2 / (rows * columns), by its definition.
auto slow_loss(std::vector<std::uint32_t> const& counts, factorisation const& of, factors const& at)
    -> double {
  double sum = 0;
  for (std::size_t column = 0; column < of.column_of.size(); ++column) {
    for (std::size_t t = 0; t < of.rows; ++t) {
      double rest = counts[column * of.rows + t];
      for (std::size_t k = 0; k < at.rank; ++k)
        rest -= static_cast<double>(at.w[k * of.rows + t]) *
                static_cast<double>(at.h[k * of.distinct + of.column_of[column]]);
      sum += rest * rest;
    }
  }
  return sum / static_cast<double>(counts.size());
}

void expect_sane(factorisation const& of) {
  for (auto const& each : of.ranks) {
    EXPECT_TRUE(std::isfinite(each.loss));
    for (auto const value : each.w) EXPECT_TRUE(std::isfinite(value) && value >= 0);
    for (auto const value : each.h) EXPECT_TRUE(std::isfinite(value) && value >= 0);
  }
}

TEST(factorise, loses_no_more_than_the_reference_at_any_rank) {
  // Multiplicative updates from |SVD| in R on the same counts, stopped by the same rule.
  constexpr std::array reference{0.32420555, 0.27437379, 0.22805940, 0.19981815, 0.18933883,
                                 0.17981093, 0.17099237, 0.16245257, 0.15400506, 0.14542716};
  auto const counts = internal::golden_group_counts(30, 3742, 3, 40, 7);
  auto const answer = factorise(counts, 30, {});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->ranks.size(), 10U);
  EXPECT_EQ(answer->distinct, 2781U);
  expect_sane(*answer);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(answer->ranks[i].rank, i + 1);
    EXPECT_LE(answer->ranks[i].loss, reference[i] * (1 + 1e-6)) << i + 1;
    EXPECT_NEAR(answer->ranks[i].loss, slow_loss(counts, *answer, answer->ranks[i]), 1e-6);
  }
}

/// Of two sets of numbers.
auto jaccard(std::set<std::uint32_t> const& a, std::set<std::uint32_t> const& b) -> double {
  std::size_t both = 0;
  for (auto const each : a) both += b.count(each);
  return static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

TEST(find_groups, finds_all_planted_groups) {
  auto const counts = internal::golden_group_counts(30, 3742, 3, 40, 7);
  auto const answer = factorise(counts, 30, {});
  ASSERT_TRUE(answer);
  for (std::uint32_t group = 0; group < 3; ++group) {
    std::set<std::uint32_t> planted;
    for (std::uint32_t i = 0; i < 40; ++i) planted.insert(40 * group + i);
    std::array<double, 2> best{};
    for (auto const& rank : answer->ranks) {
      for (std::size_t rule = 0; rule < 2; ++rule) {
        for (auto const& found :
             find_groups(*answer, rank, rule == 0 ? membership::otsu : membership::half)) {
          std::set<std::uint32_t> const members(found.members.begin(), found.members.end());
          best[rule] = std::max(best[rule], jaccard(members, planted));
        }
      }
    }
    EXPECT_GE(best[0], 0.99) << group;
    EXPECT_GE(best[1], group == 2 ? 0.8 : 0.9) << "the published rule, " << group;
  }
}

TEST(factorise, is_the_same_for_sources_in_another_order) {
  auto const counts = internal::golden_group_counts(30, 300, 2, 20, 5);
  auto turned = counts;
  for (std::size_t i = 0; i < 150; ++i)
    std::swap_ranges(turned.begin() + 30 * i, turned.begin() + 30 * (i + 1),
                     turned.begin() + 30 * (299 - i));
  auto const a = factorise(counts, 30, {});
  auto const b = factorise(turned, 30, {});
  ASSERT_TRUE(a && b);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(a->ranks[i].loss, b->ranks[i].loss);
    EXPECT_EQ(a->ranks[i].w, b->ranks[i].w);
  }
}

TEST(factorise, scales_with_the_counts) {
  auto const counts = internal::golden_group_counts(30, 200, 2, 20, 6);
  auto larger = counts;
  for (auto& count : larger) count *= 4;
  auto const a = factorise(counts, 30, {.lowest_rank = 2, .highest_rank = 2});
  auto const b = factorise(larger, 30, {.lowest_rank = 2, .highest_rank = 2, .tolerance = 16e-5});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->ranks[0].iterations, b->ranks[0].iterations);
  EXPECT_NEAR(b->ranks[0].loss, 16 * a->ranks[0].loss, 1e-3 * b->ranks[0].loss);
}

TEST(factorise, takes_what_is_no_telescope) {
  for (auto const& counts :
       {std::vector<std::uint32_t>{}, std::vector<std::uint32_t>(30 * 5, 0),
        std::vector<std::uint32_t>(30 * 5, 7), std::vector<std::uint32_t>(30, 3),
        std::vector<std::uint32_t>(30 * 40, 4'294'967'295U)}) {
    auto const answer = factorise(counts, 30, {});
    ASSERT_TRUE(answer);
    expect_sane(*answer);
    for (auto const& rank : answer->ranks) (void)find_groups(*answer, rank, membership::otsu);
  }
  auto const one_row = factorise(std::vector<std::uint32_t>{1, 2, 3}, 1, {});
  ASSERT_TRUE(one_row);
  EXPECT_EQ(one_row->ranks.size(), 1U);
  EXPECT_LT(one_row->ranks[0].loss, 1e-6);
}

TEST(factorise, says_what_it_cannot_do) {
  auto const message = [](std::size_t counts, std::size_t rows, factor_settings const& how) {
    auto const answer = factorise(std::vector<std::uint32_t>(counts), rows, how);
    return answer ? "" : answer.error().message;
  };
  EXPECT_EQ(message(0, 0, {}), "a matrix of 0 rows; 1 to 64 can be factorised");
  EXPECT_EQ(message(65, 65, {}), "a matrix of 65 rows; 1 to 64 can be factorised");
  EXPECT_EQ(message(31, 30, {}), "31 counts are not whole columns of 30");
  EXPECT_EQ(message(30, 30, {.lowest_rank = 0}), "ranks 0 to 10; expected 1 to 10, ascending");
  EXPECT_EQ(message(30, 30, {.lowest_rank = 3, .highest_rank = 2}),
            "ranks 3 to 2; expected 1 to 10, ascending");
  EXPECT_EQ(message(30, 30, {.highest_rank = 11}), "ranks 1 to 11; expected 1 to 10, ascending");
}

}  // namespace
}  // namespace kizashi::engine::nmf
