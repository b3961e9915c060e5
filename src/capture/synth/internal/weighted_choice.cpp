#include "kizashi/capture/synth/internal/weighted_choice.hpp"

#include <algorithm>
#include <numeric>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/synth/internal/exact_math.hpp"

namespace kizashi::capture::synth {

weighted_choice::weighted_choice(std::span<std::uint64_t const> weights) {
  auto const count = weights.size();
  auto const sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  KIZASHI_ASSERT(sum > 0 && count <= (std::size_t{1} << 24));
  // Each weight as a share of the mean, with 32 fractional bits. Doubles hold the quotient of two
  // such integers well enough, and division is exact to the last bit everywhere.
  constexpr double one = 4294967296.0;
  auto const scale = one * static_cast<double>(count) / static_cast<double>(sum);
  std::vector<std::uint64_t> share(count);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  rows_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    share[i] = static_cast<std::uint64_t>(static_cast<double>(weights[i]) * scale);
    auto const index = static_cast<std::uint32_t>(i);
    rows_[i] = {0xFFFFFFFF, index};
    (share[i] < 4294967296ULL ? small : large).push_back(index);
  }
  while (!small.empty() && !large.empty()) {
    auto const low = small.back();
    small.pop_back();
    auto const high = large.back();
    // A row kept with probability zero cannot be said in 32 bits of `<=`; it has 2^-32.
    rows_[low] = {static_cast<std::uint32_t>(share[low] > 0 ? share[low] - 1 : 0), high};
    share[high] -= 4294967296ULL - share[low];
    if (share[high] < 4294967296ULL) {
      large.pop_back();
      small.push_back(high);
    }
  }
}

auto zipf_weights(std::uint32_t count, double exponent) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> weights(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto const weight = 549755813888.0 / exact_power(static_cast<double>(i) + 1, exponent);
    weights[i] = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(weight));
  }
  return weights;
}

}  // namespace kizashi::capture::synth
