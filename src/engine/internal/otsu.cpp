#include "kizashi/engine/internal/otsu.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace kizashi::engine::internal {

auto otsu_border(std::span<float const> values) -> double {
  constexpr std::size_t bins = 256;
  double largest = 0;
  for (auto const value : values) largest = std::max(largest, static_cast<double>(value));
  if (!(largest > 0)) return 0;
  std::array<double, bins> histogram{};
  double count = 0, sum = 0;
  for (auto const value : values) {
    auto const share = static_cast<double>(value) / largest;
    if (!(share > 1e-10)) continue;
    auto const bin = std::min(bins - 1, static_cast<std::size_t>(share * bins));
    histogram[bin] += 1;
    count += 1;
    sum += static_cast<double>(bin);
  }
  double best = 0, low = 0, low_sum = 0;
  std::size_t border = 0;
  for (std::size_t bin = 0; bin + 1 < bins; ++bin) {
    low += histogram[bin];
    low_sum += static_cast<double>(bin) * histogram[bin];
    if (low == 0 || low == count) continue;
    auto const apart = low_sum / low - (sum - low_sum) / (count - low);
    auto const between = low * (count - low) * apart * apart;
    if (!(between > best)) continue;
    best = between;
    border = bin + 1;
  }
  return static_cast<double>(border) / bins;
}

}  // namespace kizashi::engine::internal
