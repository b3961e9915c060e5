// A random source that gives the same numbers on every machine and compiler, so that a seed is a
// fact.
#pragma once

#include <cstdint>

namespace kizashi {

/// One step of SplitMix64 as a mixing function of 64 bits (Steele, Lea, Flood: "Fast splittable
/// pseudorandom number generators", OOPSLA 2014). A bijection.
[[nodiscard]] constexpr auto mix64(std::uint64_t x) noexcept -> std::uint64_t {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

/// xoshiro256** 1.0 (Blackman, Vigna: "Scrambled linear pseudorandom number generators", ACM TOMS
/// 2021), seeded by SplitMix64. Period 2^256 - 1. One owner; not for secrets.
class random_source {
public:
  constexpr explicit random_source(std::uint64_t seed) noexcept {
    for (auto& word : state_) {
      word = mix64(seed);
      seed += 0x9E3779B97F4A7C15;
    }
  }
  [[nodiscard]] constexpr auto next() noexcept -> std::uint64_t {
    auto const answer = rotate(state_[1] * 5, 7) * 9;
    auto const t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return answer;
  }
  [[nodiscard]] constexpr auto next32() noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(next() >> 32);
  }
  /// 0 .. bound-1, by multiplication (Lemire 2019 without the rejection: the bias is below bound /
  /// 2^32).
  [[nodiscard]] constexpr auto below(std::uint32_t bound) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>((std::uint64_t{next32()} * bound) >> 32);
  }
  /// 0 <= x < 1 in steps of 2^-53.
  [[nodiscard]] constexpr auto unit() noexcept -> double {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
  }

private:
  [[nodiscard]] static constexpr auto rotate(std::uint64_t x, int k) noexcept -> std::uint64_t {
    return (x << k) | (x >> (64 - k));
  }
  std::uint64_t state_[4]{};
};

}  // namespace kizashi
