// The arithmetic under the actors: exact functions, orders without repetition, choices by weight,
// Poisson numbers.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/capture/synth/internal/address_space.hpp"
#include "kizashi/capture/synth/internal/arrivals.hpp"
#include "kizashi/capture/synth/internal/exact_math.hpp"
#include "kizashi/capture/synth/internal/permutation.hpp"
#include "kizashi/capture/synth/internal/weighted_choice.hpp"

namespace kizashi::capture::synth {
namespace {

TEST(ExactMath, AgreesWithTheLibrary) {
  for (double x = -700; x <= 700; x += 0.37) EXPECT_NEAR(exact_exp(x) / std::exp(x), 1, 1e-13) << x;
  for (double x = 1e-3; x < 1e9; x *= 1.37) EXPECT_NEAR(exact_log(x), std::log(x), 1e-13) << x;
  for (double t = 0; t < 1; t += 0.0007)
    EXPECT_NEAR(exact_cosine_of_turns(t), std::cos(6.283185307179586 * t), 1e-12) << t;
  EXPECT_EQ(exact_power(12345, 1), 12345);
  EXPECT_EQ(exact_power(12345, 0), 1);
  EXPECT_NEAR(exact_power(300000, 0.8), std::pow(300000, 0.8), 1e-8);
}

TEST(Permutation, VisitsEachNumberOnce) {
  for (std::uint64_t size : {1U, 2U, 3U, 4U, 5U, 17U, 255U, 256U, 257U, 65535U, 65536U, 100003U}) {
    for (std::uint64_t key : {0U, 1U, 99U}) {
      permutation const order{size, key};
      std::vector<bool> seen(size);
      for (std::uint64_t i = 0; i < size; ++i) {
        auto const at = order(i);
        ASSERT_LT(at, size);
        ASSERT_FALSE(seen[at]) << size << ' ' << key << ' ' << i;
        seen[at] = true;
      }
    }
  }
}

TEST(Permutation, LooksRandom) {
  permutation const order{65536, 5};
  std::uint64_t neighbours = 0;
  for (std::uint64_t i = 1; i < 65536; ++i) {
    auto const a = order(i - 1);
    auto const b = order(i);
    neighbours += (a > b ? a - b : b - a) < 656 ? 1 : 0;  // 2 % of random pairs
  }
  EXPECT_NEAR(static_cast<double>(neighbours), 1305, 200);
}

TEST(WeightedChoice, FollowsTheWeights) {
  std::vector<std::uint64_t> const weights{9, 1, 0, 90, 400};
  weighted_choice const choice{weights};
  std::vector<double> hits(weights.size());
  random_source random{3};
  constexpr int draws = 500'000;
  for (int i = 0; i < draws; ++i) ++hits[choice.pick(random)];
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_NEAR(hits[i] / draws, static_cast<double>(weights[i]) / 500, 0.003) << i;
  EXPECT_LE(hits[2], 1);
}

TEST(WeightedChoice, ZipfIsOneOverRank) {
  auto const weights = zipf_weights(1000, 1);
  for (std::uint32_t k : {2U, 10U, 1000U})
    EXPECT_NEAR(static_cast<double>(weights[0]) / static_cast<double>(weights[k - 1]), k, 1e-3);
}

TEST(Arrivals, HaveMeanAndVariance) {
  random_source random{17};
  for (double const mean : {0.01, 0.9, 7.0, 15.9, 16.1, 300.0}) {
    constexpr int draws = 100'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; ++i) {
      auto const n = static_cast<double>(draw_poisson(random, mean));
      sum += n;
      squares += n * n;
    }
    auto const average = sum / draws;
    EXPECT_NEAR(average, mean, 5 * std::sqrt(mean / draws)) << mean;
    EXPECT_NEAR(squares / draws - average * average, mean, 0.05 * mean + 0.002) << mean;
  }
  EXPECT_EQ(draw_poisson(random, 0), 0U);
}

TEST(AddressSpace, NumbersItsPrefixes) {
  std::vector<net::prefix> const prefixes{net::prefix::parse("192.0.2.4/31").value(),
                                          net::prefix::parse("2001:db8::/32").value(),
                                          net::prefix::parse("198.51.100.255").value()};
  address_space const space{prefixes};
  ASSERT_EQ(space.size(), 3U);
  EXPECT_EQ(space.at(0), 0xC0000204U);
  EXPECT_EQ(space.at(1), 0xC0000205U);
  EXPECT_EQ(space.at(2), 0xC63364FFU);
}

TEST(AddressSpace, SourcesAreDifferentAndGlobal) {
  auto const drawn = draw_ipv4({}, 50'000, 3);
  std::set<std::uint32_t> const different(drawn.begin(), drawn.end());
  EXPECT_EQ(different.size(), 50'000U);
  for (auto const each : drawn) EXPECT_TRUE(is_global(each)) << each;
  EXPECT_NE(draw_ipv4({}, 1, 4), draw_ipv4({}, 1, 5));
  std::vector<net::prefix> const pool{net::prefix::parse("192.0.2.0/28").value()};
  auto const all = draw_ipv4(pool, 16, 1);
  EXPECT_EQ((std::set<std::uint32_t>(all.begin(), all.end()).size()), 16U);
  EXPECT_FALSE(is_global(0x0A010203));  // 10.1.2.3
  EXPECT_FALSE(is_global(0xC6120001));  // 198.18.0.1
  EXPECT_FALSE(is_global(0xE0000001));  // 224.0.0.1
  EXPECT_TRUE(is_global(0x08080808));
  EXPECT_TRUE(is_global(0xC6140000));  // 198.20.0.0
}

TEST(AddressSpace, Ipv6StaysInside) {
  for (auto const* text :
       {"2001:db8::/32", "2001:db8:1:2::/64", "2001:db8::100/120", "2001:db8::1/128"}) {
    auto const inside = net::prefix::parse(text).value();
    for (std::uint64_t i = 0; i < 200; ++i)
      EXPECT_TRUE(inside.contains(ipv6_inside(inside, mix64(i), mix64(~i)))) << text;
  }
  auto const drawn = draw_ipv6({}, 1000, 5);
  EXPECT_EQ((std::set<net::ipv6>(drawn.begin(), drawn.end()).size()), 1000U);
  for (auto const& each : drawn) EXPECT_EQ(each.high() >> 61, 1U);
}

}  // namespace
}  // namespace kizashi::capture::synth
