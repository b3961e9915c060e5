// Sums of rows: the inner loops of the matrix engines. Element by element in the given order, so
// that every processor gives the same bits.
#pragma once

#include <cstddef>
#include <span>

namespace kizashi::engine::internal {

/// One row and what it is multiplied by.
template <class Number>
struct scaled_row {
  Number const* values;
  Number factor;
};

/// into[i] += sum over the rows of factor * values[i], for i below `length`. The sum is formed
/// four rows at a time.
void add_rows(std::span<scaled_row<double> const> rows, std::size_t length, double* into) noexcept;
void add_rows(std::span<scaled_row<float> const> rows, std::size_t length, float* into) noexcept;

/// The sum of a[i] * b[i], in eight interleaved partial sums.
[[nodiscard]] auto dot(double const* a, double const* b, std::size_t length) noexcept -> double;
[[nodiscard]] auto dot(float const* a, float const* b, std::size_t length) noexcept -> double;

}  // namespace kizashi::engine::internal
