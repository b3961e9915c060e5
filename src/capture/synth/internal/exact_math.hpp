// Elementary functions made of + - * / alone. IEEE 754 defines those to the last bit, the C
// library's exp and cos it does not; so these give the same bits on every machine as long as the
// compiler does not contract a multiplication and an addition (the build passes -ffp-contract=off
// for this folder).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace kizashi::capture::synth {

/// e^x for |x| <= 700, relative error below 1e-15. Taylor series after reduction to |x| <= ln(2)/2.
[[nodiscard]] inline auto exact_exp(double x) noexcept -> double {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  constexpr double ln2_high = 0x1.62e42fee00000p-1;
  constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  auto const n = static_cast<std::int64_t>(x * 0x1.71547652b82fep0 + (x < 0 ? -0.5 : 0.5));
  auto const whole = static_cast<double>(n);
  auto const r = (x - whole * ln2_high) - whole * ln2_low;
  double sum = 1;
  for (int k = 14; k >= 1; --k) sum = 1 + r / k * sum;
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// Natural logarithm of a positive normal number, absolute error below 1e-14. Series of the inverse
/// hyperbolic tangent.
[[nodiscard]] inline auto exact_log(double x) noexcept -> double {
  auto const bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
  auto mantissa = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (mantissa > 1.4142135623730951) {
    mantissa = mantissa / 2;
    ++exponent;
  }
  auto const s = (mantissa - 1) / (mantissa + 1);
  auto const square = s * s;
  double sum = 0;
  for (int k = 25; k >= 1; k -= 2) sum = 1.0 / k + square * sum;
  return 2 * s * sum + static_cast<double>(exponent) * 0.6931471805599453;
}

/// base^exponent for a positive base.
[[nodiscard]] inline auto exact_power(double base, double exponent) noexcept -> double {
  if (exponent == 1) return base;
  if (exponent == 0) return 1;
  return exact_exp(exponent * exact_log(base));
}

/// The cosine of a number of full turns, 0 <= turns < 1; error below 1e-13.
[[nodiscard]] inline auto exact_cosine_of_turns(double turns) noexcept -> double {
  auto const x = (turns > 0.5 ? turns - 1 : turns) * 6.283185307179586;
  auto const square = x * x;
  double sum = 1;
  for (int k = 30; k >= 2; k -= 2) sum = 1 - square / (k * (k - 1)) * sum;
  return sum;
}

}  // namespace kizashi::capture::synth
