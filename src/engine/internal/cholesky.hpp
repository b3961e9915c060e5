// The logarithm of a determinant.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace kizashi::engine::internal {

/// log det of a symmetric matrix of `n` rows, row after row; only the lower triangle is read. None
/// when it is not positive definite, or when a value is no number. n^3 / 6 multiplications.
/// `matrix` is used up.
[[nodiscard]] auto log_determinant(std::vector<double> matrix, std::size_t n)
    -> std::optional<double>;

}  // namespace kizashi::engine::internal
