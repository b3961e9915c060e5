#include "kizashi/engine/surge/count_tails.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kizashi::engine {
namespace {

constexpr double least_log10 = -300;

/// The continued fraction of I_x(a, b), by W. J. Lentz's method.
[[nodiscard]] auto beta_fraction(double a, double b, double x) -> double {
  constexpr double tiny = 1e-300;
  auto c = 1.0;
  auto d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  auto value = d;
  for (int m = 1; m < 10'000; ++m) {
    auto const i = static_cast<double>(m);
    for (auto const term : {i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i)),
                            -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1))}) {
      d = 1 + term * d;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      if (std::abs(c) < tiny) c = tiny;
      value *= d * c;
    }
    if (std::abs(d * c - 1) < 1e-12) break;
  }
  return value;
}

}  // namespace

auto log10_negative_binomial_tail(double count, double mean, double size) -> double {
  if (count <= 0) return 0;
  auto const k = std::min(size, 1e7);
  auto const x = mean / (mean + k);
  auto const log_front = std::lgamma(count + k) - std::lgamma(count) - std::lgamma(k) +
                         count * std::log(x) + k * std::log1p(-x);
  if (x < (count + 1) / (count + k + 2)) {
    auto const log_tail = log_front + std::log(beta_fraction(count, k, x) / count);
    return std::clamp(log_tail / std::numbers::ln10, least_log10, 0.0);
  }
  auto const below = std::exp(log_front) * beta_fraction(k, count, 1 - x) / k;
  return std::clamp(std::log10(std::max(1 - below, 1e-300)), least_log10, 0.0);
}

auto log10_normal_tail(double z) -> double {
  if (z < 30) return std::log10(std::max(std::erfc(z / std::numbers::sqrt2) / 2, 1e-300));
  auto const log_tail = -z * z / 2 - std::log(z * std::sqrt(2 * std::numbers::pi));
  return std::max(log_tail / std::numbers::ln10, least_log10);
}

}  // namespace kizashi::engine
