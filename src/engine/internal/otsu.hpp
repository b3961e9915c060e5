// Where a set of values falls apart in two.
#pragma once

#include <span>

namespace kizashi::engine::internal {

/// The border between low and high values, as a share of the largest, by which the variance between
/// the two sides is largest (Otsu: "A threshold selection method from gray-level histograms", IEEE
/// Trans. SMC 1979), on 256 bins from 0 to the largest. Values at or below 1e-10 of the largest do
/// not count. 0 when none does, or when all lie in one bin.
[[nodiscard]] auto otsu_border(std::span<float const> values) -> double;

}  // namespace kizashi::engine::internal
