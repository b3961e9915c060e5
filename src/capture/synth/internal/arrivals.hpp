// How many packets fall into a slice of time.
#pragma once

#include <cmath>
#include <cstdint>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/internal/exact_math.hpp"

namespace kizashi::capture::synth {

/// A Poisson number with mean `mean` >= 0. Below 16 by multiplying uniforms (Knuth, TAOCP vol.
/// 2, 3.4.1); above by the normal approximation, the normal number being the sum of twelve uniforms
/// less six: mean and variance are right, the tails end at six standard deviations.
[[nodiscard]] inline auto draw_poisson(random_source& random, double mean) noexcept
    -> std::uint64_t {
  if (mean <= 0) return 0;
  if (mean < 16) {
    auto const floor = exact_exp(-mean);
    std::uint64_t count = 0;
    for (double product = random.unit(); product > floor; product = product * random.unit())
      ++count;
    return count;
  }
  double normal = -6;
  for (int i = 0; i < 12; ++i) normal = normal + random.unit();
  auto const value = mean + std::sqrt(mean) * normal + 0.5;
  return value <= 0 ? 0 : static_cast<std::uint64_t>(value);
}

}  // namespace kizashi::capture::synth
