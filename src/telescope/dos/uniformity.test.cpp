#include "kizashi/telescope/dos/uniformity.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/internal/hyperloglog.hpp"

namespace kizashi::telescope {
namespace {

/// Upper percentage points of chi-square from the tables (NIST/SEMATECH e-Handbook of Statistical
/// Methods, 1.3.6.7.4; Pearson, Hartley: "Biometrika Tables for Statisticians", table 8).
TEST(chi_square_tail, golden_values_of_the_tables) {
  EXPECT_NEAR(chi_square_tail(3.841, 1), 0.05, 1e-4);
  EXPECT_NEAR(chi_square_tail(10.828, 1), 0.001, 1e-6);
  EXPECT_NEAR(chi_square_tail(7.815, 3), 0.05, 1e-4);
  EXPECT_NEAR(chi_square_tail(24.996, 15), 0.05, 1e-4);
  EXPECT_NEAR(chi_square_tail(37.697, 15), 0.001, 1e-6);
  EXPECT_NEAR(chi_square_tail(61.098, 31), 0.001, 1e-6);
  EXPECT_NEAR(chi_square_tail(103.442, 63), 0.001, 1e-6);
}

/// The tail by Simpson's rule over the density.
auto slow_tail(double statistic, unsigned degrees) -> double {
  auto const half = degrees / 2.0;
  auto const density = [&](double x) {
    return std::exp((half - 1) * std::log(x) - x / 2 - half * std::log(2.0) - std::lgamma(half));
  };
  constexpr int steps = 20000;
  auto const width = (statistic + 2000 - statistic) / steps;
  double sum = density(statistic) + density(statistic + 2000);
  for (int i = 1; i < steps; ++i) sum += (i % 2 == 0 ? 2 : 4) * density(statistic + i * width);
  return sum * width / 3;
}

TEST(chi_square_tail, agrees_with_integration) {
  for (unsigned const degrees : {3U, 15U, 31U, 63U, 127U, 255U})
    for (auto const share : {0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0}) {
      auto const expected = slow_tail(share * degrees, degrees);
      EXPECT_NEAR(chi_square_tail(share * degrees, degrees) / expected, 1, 1e-5)
          << degrees << ' ' << share;
    }
}

TEST(chi_square_tail, ends) {
  EXPECT_EQ(chi_square_tail(0, 15), 1);
  EXPECT_EQ(chi_square_tail(-1, 15), 1);
  EXPECT_EQ(chi_square_tail(1e9, 255), 0);
  EXPECT_LE(chi_square_tail(1e-9, 255), 1);
}

template <class Position>
auto test(std::uint32_t count, std::uint32_t addresses, std::uint64_t seed, Position&& position)
    -> uniformity_result {
  random_source random{seed};
  part_counts parts;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto const at = position(random);
    parts.add(internal::sketch_hash(net::ipv4{at}), at, addresses);
  }
  return parts.test(addresses);
}

TEST(part_counts, accept_even_addresses_as_often_as_they_say) {
  for (std::uint32_t const addresses : {256U, 4096U, 65536U, 300'000U})
    for (std::uint32_t const count : {150U, 1000U, 20'000U}) {
      int rejected = 0;
      for (std::uint64_t seed = 0; seed < 200; ++seed) {
        auto const answer =
            test(count, addresses, seed, [&](auto& r) { return r.below(addresses); });
        ASSERT_TRUE(answer.is_tested);
        rejected += !answer.is_uniform;
      }
      // 0.2 are expected; of 200 more than 3 with probability below 1e-4.
      EXPECT_LE(rejected, 3) << addresses << ' ' << count;
    }
}

/// Draws without being put back would show too small a statistic, and p near 1, without the factor.
TEST(part_counts, probabilities_are_even_when_most_addresses_are_seen) {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    sum += test(3500, 4096, seed, [](auto& r) { return r.below(4096); }).probability;
  EXPECT_NEAR(sum / 300, 0.5, 3.5 * std::sqrt(1.0 / 12 / 300));
}

TEST(part_counts, reject_what_is_uneven) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    // A tenth of the telescope is left out.
    EXPECT_FALSE(test(5000, 65536, seed, [](auto& r) { return r.below(58982); }).is_uniform);
    EXPECT_FALSE(test(200, 65536, seed, [](auto& r) { return r.below(16384); }).is_uniform);
    // A generator that draws the upper half more often.
    EXPECT_FALSE(test(4000, 65536, seed, [](auto& r) {
                   return r.below(4) == 0 ? r.below(32768) : 32768 + r.below(32768);
                 }).is_uniform);
  }
}

TEST(part_counts, accept_small_differences_in_large_samples) {
  // One part of 256 filtered upstream.
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    EXPECT_TRUE(
        test(100'000, 300'000, seed, [](auto& r) { return 1172 + r.below(298'828); }).is_uniform);
}

TEST(part_counts, need_80_different_addresses) {
  auto const first = [](std::uint32_t count) {
    part_counts parts;
    std::uint32_t added = 0;
    for (std::uint32_t i = 0; added < count; ++i, ++added)
      parts.add(std::uint64_t{i} << 32, i * 701 % 65536, 65536);
    for (int again = 0; again < 1000; ++again) parts.add(0, 0, 65536);
    return parts.test(65536);
  };
  EXPECT_FALSE(first(79).is_tested);
  EXPECT_TRUE(first(80).is_tested);
  EXPECT_EQ(first(80).parts, 16U);
  EXPECT_EQ(first(159).parts, 16U);
  EXPECT_EQ(first(160).parts, 32U);
  EXPECT_EQ(first(1279).parts, 128U);
  EXPECT_EQ(first(1280).parts, 256U);
}

TEST(part_counts, of_a_telescope_with_fewer_addresses_than_parts) {
  EXPECT_FALSE(test(1000, 15, 1, [](auto& r) { return r.below(15); }).is_tested);
  auto const all = test(10'000, 100, 1, [](auto& r) { return r.below(100); });
  EXPECT_TRUE(all.is_tested);
  EXPECT_TRUE(all.is_uniform);
  EXPECT_EQ(all.parts, 16U);
}

TEST(part_counts, leave_out_what_is_not_in_the_telescope) {
  part_counts parts;
  for (std::uint32_t i = 0; i < 1000; ++i) parts.add(std::uint64_t{i} << 32, 65536, 65536);
  EXPECT_FALSE(parts.test(65536).is_tested);
}

TEST(part_counts, stop_at_their_bound) {
  random_source random{3};
  part_counts parts;
  for (std::uint32_t i = 0; i < 200'000 && !parts.is_full(); ++i) {
    auto const at = random.below(300'000);
    parts.add(internal::sketch_hash(net::ipv4{at}), at, 300'000);
  }
  EXPECT_TRUE(parts.is_full());
  auto const before = parts.test(300'000).probability;
  for (std::uint32_t i = 0; i < 1000; ++i) parts.add(random.next(), 0, 300'000);
  EXPECT_EQ(parts.test(300'000).probability, before);
}

}  // namespace
}  // namespace kizashi::telescope
