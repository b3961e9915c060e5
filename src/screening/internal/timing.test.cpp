#include "kizashi/screening/internal/timing.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/screening/internal/rand_index.hpp"
#include "kizashi/screening/internal/test_profiles.hpp"

namespace kizashi::screening::internal {
namespace {

constexpr auto hour = (std::uint64_t{1} << 60) - 1;

TEST(RandIndex, IsThatOfAWorkedExample) {
  // Pairs together: in a 2 (C(2,2) + C(2,2)), in b 3, in both 1, of C(5,2) = 10:
  // (1 - 0.6) / (2.5 - 0.6).
  std::vector<int> const a{1, 1, 2, 2, 3};
  std::vector<int> const b{1, 1, 1, 2, 3};
  EXPECT_NEAR(adjusted_rand_index(a, b), 0.4 / 1.9, 1e-12);
  EXPECT_EQ(adjusted_rand_index(a, a), 1);
}

TEST(MinuteRing, BeginsBehindTheLongestPause) {
  // Minutes 62, 63, 0 and 2 of the ring were seen: in this order they are 0 .. 3.
  minute_ring const ring{std::uint64_t{1} << 62 | std::uint64_t{1} << 63 | 0b101};
  EXPECT_EQ(ring.size(), 4U);
  EXPECT_EQ(ring.compact(std::uint64_t{1} << 62), 0b0001U);
  EXPECT_EQ(ring.compact(std::uint64_t{1} << 63 | 1), 0b0110U);
  EXPECT_EQ(ring.compact(0b100), 0b1000U);
  EXPECT_EQ(ring.compact(0b010), 0U);  // never seen
}

TEST(MinuteRing, TurnsWithinItsSize) {
  minute_ring const five{0b11111};
  EXPECT_EQ(five.turn(0b10010, 0), 0b10010U);
  EXPECT_EQ(five.turn(0b10010, 1), 0b00101U);
  EXPECT_EQ(five.turn(0b10010, 4), 0b01001U);
  minute_ring const all{~std::uint64_t{0}};
  EXPECT_EQ(all.turn(std::uint64_t{1} << 63, 1), 1U);
}

TEST(MinuteRing, CountsStretchesAcrossTheEnd) {
  minute_ring const five{0b11111};
  EXPECT_EQ(five.stretches(0), 0U);
  EXPECT_EQ(five.stretches(0b11111), 1U);
  EXPECT_EQ(five.stretches(0b10001), 1U);
  EXPECT_EQ(five.stretches(0b10101), 2U);
  EXPECT_EQ(five.stretches(0b01010), 2U);
}

/// Masks with the group that each is of; -1: independent.
struct scene {
  std::vector<std::uint64_t> masks;
  std::vector<int> truth;
};

auto botnets(std::uint64_t seed, int groups, int members, int others) -> scene {
  random_source random{seed};
  scene made;
  for (int group = 0; group < groups; ++group) {
    auto const common = random_minutes(random, 0.25, 60);
    for (int i = 0; i < members; ++i) {
      made.masks.push_back(partake(random, common, 0.85));
      made.truth.push_back(group);
    }
  }
  for (int i = 0; i < others; ++i) {
    made.masks.push_back(random_minutes(random, 0.1 + 0.7 * random.unit(), 60));
    made.truth.push_back(-1);
  }
  return made;
}

auto run(scene const& of) -> std::vector<std::int32_t> {
  return find_synchronous(of.masks, minute_ring{hour});
}

TEST(Timing, SeparatesThreeBotnetsFromFiveHundredOthers) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto const scene = botnets(seed, 3, 40, 500);
    auto const found = run(scene);
    EXPECT_GE(adjusted_rand_index(scene.truth, std::vector<int>(found.begin(), found.end())), 0.95)
        << seed;
  }
}

TEST(Timing, FindsNothingAmongIndependentSources) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const found = run(botnets(seed, 0, 0, 300));
    EXPECT_EQ(std::ranges::count(found, -1), 300) << seed;
  }
}

/// Sessions without a break that begin before, in or after the hour: what a capture sees of them
/// begins and ends together, and yet nobody acts together.
auto sessions(std::uint64_t seed, int count, int least = 1) -> std::vector<std::uint64_t> {
  random_source random{seed};
  std::vector<std::uint64_t> masks;
  while (static_cast<int>(masks.size()) < count) {
    auto const begin = static_cast<int>(random.below(180)) - 90;
    auto const end = begin + least + static_cast<int>(random.below(90));
    std::uint64_t mask = 0;
    for (auto minute = std::max(begin, 0); minute < std::min(end, 60); ++minute)
      mask |= std::uint64_t{1} << minute;
    if (std::popcount(mask) >= least) masks.push_back(mask);
  }
  return masks;
}

TEST(Timing, SessionsThatTheCaptureCutsAreNoGroup) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const found = find_synchronous(sessions(seed, 300), minute_ring{hour});
    EXPECT_EQ(std::ranges::count(found, -1), 300) << seed;
  }
}

TEST(Timing, OneBurstTogetherIsAGroupAmongSessions) {
  auto masks = sessions(7, 300, 20);
  for (int i = 0; i < 40; ++i) masks.push_back(std::uint64_t{0x3FF} << 25);
  auto const found = find_synchronous(masks, minute_ring{hour});
  for (std::size_t i = 300; i < masks.size(); ++i) EXPECT_EQ(found[i], 0);
  EXPECT_LE(std::count(found.begin(), found.begin() + 300, 0), 30);
}

TEST(Timing, ThoseWhoComeEveryTenMinutesAtAnyTimeAreNoGroup) {
  std::vector<std::uint64_t> masks;
  random_source random{3};
  for (int i = 0; i < 200; ++i) {
    std::uint64_t mask = 0;
    for (auto minute = random.below(10); minute < 60; minute += 10)
      mask |= std::uint64_t{1} << minute;
    masks.push_back(mask);
  }
  auto const found = find_synchronous(masks, minute_ring{hour});
  EXPECT_EQ(std::ranges::count(found, -1), 200);
}

TEST(Timing, TheLeastNumberOfSourcesIsABound) {
  random_source random{11};
  scene made = botnets(12, 0, 0, 60);
  auto const common = random_minutes(random, 0.3, 60);
  for (int i = 0; i < 4; ++i) made.masks.push_back(common);
  EXPECT_EQ(std::ranges::count(run(made), -1), 64);
  made.masks.push_back(common);
  EXPECT_EQ(std::ranges::count(run(made), 0), 5);
}

TEST(Timing, MasksOfFewMinutesHaveNoTiming) {
  std::vector<std::uint64_t> const masks(50, 0b10101);
  auto const found = find_synchronous(masks, minute_ring{hour});
  EXPECT_EQ(std::ranges::count(found, -1), 50);
}

TEST(Timing, ThoseWhoAreAlwaysThereAreNoGroup) {
  std::vector<std::uint64_t> const masks(50, hour);
  auto const found = find_synchronous(masks, minute_ring{hour});
  EXPECT_EQ(std::ranges::count(found, -1), 50);
}

}  // namespace
}  // namespace kizashi::screening::internal
