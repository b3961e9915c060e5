#include "kizashi/base/random.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace kizashi {
namespace {

/// The algorithm as its authors publish it (https://prng.di.unimi.it/xoshiro256starstar.c), with an
/// open state.
struct reference_xoshiro {
  std::array<std::uint64_t, 4> s;
  auto next() -> std::uint64_t {
    auto const rotl = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    auto const answer = rotl(s[1] * 5, 7) * 9;
    auto const t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return answer;
  }
};

// The state 1, 2, 3, 4: reference vector of the crate rand_xoshiro 0.6, made with the authors'
// program.
TEST(random_source, the_reference_gives_the_published_vector) {
  reference_xoshiro reference{{1, 2, 3, 4}};
  for (auto const expected :
       {11520ULL, 0ULL, 1509978240ULL, 1215971899390074240ULL, 1216172134540287360ULL,
        607988272756665600ULL, 16172922978634559625ULL, 8476171486693032832ULL,
        10595114339597558777ULL, 2904607092377533576ULL})
    EXPECT_EQ(reference.next(), expected);
}

// The first numbers of SplitMix64 from the seeds 0 and 1234567.
TEST(random_source, mix64_gives_the_published_vectors) {
  constexpr std::uint64_t step = 0x9E3779B97F4A7C15;
  std::uint64_t state = 0;
  for (auto const expected : {0xE220A8397B1DCDAFULL, 0x6E789E6AA1B965F4ULL, 0x06C45D188009454FULL,
                              0xF88BB8A8724C81ECULL}) {
    EXPECT_EQ(mix64(state), expected);
    state += step;
  }
  state = 1234567;
  for (auto const expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(mix64(state), expected);
    state += step;
  }
}

TEST(random_source, follows_the_reference_from_the_seed) {
  for (std::uint64_t const seed : {0ULL, 1ULL, 20240607ULL, ~0ULL}) {
    reference_xoshiro reference{};
    for (std::uint64_t i = 0; i < 4; ++i) reference.s[i] = mix64(seed + i * 0x9E3779B97F4A7C15);
    random_source random{seed};
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(random.next(), reference.next());
  }
}

TEST(random_source, is_the_same_number_on_every_machine) {
  EXPECT_EQ(random_source{0}.next(), 0x99EC5F36CB75F2B4ULL);
  EXPECT_EQ(random_source{0}.next32(), 0x99EC5F36U);
  EXPECT_EQ(random_source{0}.below(1000), 601U);  // 0x99EC5F36 * 1000 >> 32
  EXPECT_EQ(random_source{0}.unit(), 0x99EC5F36CB75F2B4ULL / 2048 * 0x1.0p-53);
}

TEST(random_source, stays_inside_its_bounds_and_fills_them) {
  random_source random{42};
  std::array<int, 7> seen{};
  for (int i = 0; i < 70'000; ++i) ++seen.at(random.below(7));
  for (auto const count : seen) EXPECT_NEAR(count, 10'000, 500);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto const x = random.unit();
    ASSERT_TRUE(x >= 0 && x < 1);
    sum += x;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.01);
  EXPECT_EQ(random.below(1), 0U);
}

}  // namespace
}  // namespace kizashi
