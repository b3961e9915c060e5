#include "kizashi/telescope/internal/hyperloglog.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::telescope::internal {
namespace {

template <unsigned Precision>
auto filled(std::uint64_t count, std::uint64_t first = 0) -> hyperloglog<Precision> {
  hyperloglog<Precision> answer;
  for (auto i = first; i < first + count; ++i)
    answer.add(sketch_hash(net::ipv4{static_cast<std::uint32_t>(i)}));
  return answer;
}

TEST(hyperloglog, of_nothing) {
  EXPECT_EQ(hyperloglog<11>{}.estimate(), 0.0);
}

/// One register of 16 has a hash: C[0] = 15, C[1] = 1. By hand: sigma(15/16) is 15/16 + sum of
/// (15/16)^(2^k) 2^(k-1); the estimate is 16^2 / (2 ln 2) / (16 sigma + 1/2).
TEST(hyperloglog, of_one_hash_by_hand) {
  hyperloglog<4> sketch;
  sketch.add(0x0FFFFFFFFFFFFFFF);
  double sum = 15.0 / 16;
  for (int k = 1; k < 12; ++k) sum += std::pow(15.0 / 16, 1 << k) * (1 << (k - 1));
  EXPECT_NEAR(sketch.estimate(), 256 / (2 * std::log(2.0)) / (16 * sum + 0.5), 1e-9);
}

TEST(hyperloglog, neighbouring_addresses_within_three_standard_deviations) {
  constexpr double deviation = 1.04 / 45.2548339959;  // sqrt(2^11)
  for (std::uint64_t const count : {1U, 2U, 3U, 5U, 10U, 30U, 100U, 300U, 1000U, 3000U, 10000U,
                                    30000U, 100000U, 300000U, 1000000U}) {
    auto const real = static_cast<double>(count);
    auto const one = filled<11>(count, 0xC6120000).estimate();
    EXPECT_NEAR(one, real, std::max(0.5, 3 * deviation * real)) << count;
  }
}

TEST(hyperloglog, has_no_bias_and_the_error_it_says) {
  constexpr int rounds = 400;
  constexpr double deviation = 1.04 / 16;  // 2^8 registers
  for (std::uint32_t const count : {1U, 20U, 150U, 400U, 700U, 1500U, 5000U}) {
    random_source random{count};
    double sum = 0;
    double squares = 0;
    for (int round = 0; round < rounds; ++round) {
      hyperloglog<8> sketch;
      for (std::uint32_t i = 0; i < count; ++i) sketch.add(random.next());
      auto const error = sketch.estimate() / count - 1;
      sum += error;
      squares += error * error;
    }
    EXPECT_NEAR(sum / rounds, 0, 3.5 * deviation / std::sqrt(rounds)) << count;
    EXPECT_LT(std::sqrt(squares / rounds), 1.1 * deviation) << count;
  }
}

TEST(hyperloglog, twice_is_once) {
  auto sketch = filled<10>(5000);
  auto const before = sketch;
  for (std::uint32_t i = 0; i < 5000; ++i) sketch.add(sketch_hash(net::ipv4{i}));
  EXPECT_EQ(sketch, before);
}

TEST(hyperloglog, merged_is_as_if_one_had_seen_all) {
  auto left = filled<10>(3000, 0);
  left.merge(filled<10>(3000, 2000));
  EXPECT_EQ(left, filled<10>(5000));
  left.merge(hyperloglog<10>{});
  EXPECT_EQ(left, filled<10>(5000));
}

TEST(hyperloglog, full_registers_are_endless) {
  hyperloglog<4> sketch;
  for (std::uint64_t i = 0; i < 16; ++i) sketch.add(i << 60);
  EXPECT_TRUE(std::isinf(sketch.estimate()));
}

TEST(sketch_hash, tells_families_and_halves_apart) {
  EXPECT_NE(sketch_hash(net::ipv4{7}), sketch_hash(net::ipv6{0, 7}));
  EXPECT_NE(sketch_hash(net::ipv6{7, 0}), sketch_hash(net::ipv6{0, 7}));
  EXPECT_EQ(sketch_hash(net::address{net::ipv4{7}}), sketch_hash(net::ipv4{7}));
  EXPECT_EQ(sketch_hash(net::address{net::ipv6{7, 8}}), sketch_hash(net::ipv6{7, 8}));
}

/// The same on every machine and run: estimates are answers.
TEST(sketch_hash, is_fixed) {
  // mix64 is SplitMix64, whose first number of seed 0 is 0xE220A8397B1DCDAF (the authors' code).
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(sketch_hash(net::ipv4{0x73686900}), mix64(0x6B697A6100000000));
}

}  // namespace
}  // namespace kizashi::telescope::internal
