// Loops over 64 rows of a column: the arithmetic of fingerprints. Each answers bit i for row i.
//
// The comparisons of fields, which every chunk needs, are written in vector instructions. The
// others are plain loops that the compiler turns into such, in two versions: for AVX2 and for what
// every machine has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kizashi/recognise/internal/fingerprint_expression.hpp"

namespace kizashi::recognise::internal {

inline constexpr std::size_t chunk_rows = 64;

/// Rows whose value lies in one of the ranges. A range reaches no further than the column's type.
[[nodiscard]] auto rows_in(std::uint8_t const* column, std::span<value_range const> ranges) noexcept
    -> std::uint64_t;
[[nodiscard]] auto rows_in(std::uint16_t const* column,
                           std::span<value_range const> ranges) noexcept -> std::uint64_t;
[[nodiscard]] auto rows_in(std::uint32_t const* column,
                           std::span<value_range const> ranges) noexcept -> std::uint64_t;
/// Rows with one of `bits` set.
[[nodiscard]] auto rows_with(std::uint16_t const* column, std::uint16_t bits) noexcept
    -> std::uint64_t;
[[nodiscard]] auto rows_where(comparison how, std::uint32_t const* left,
                              std::uint32_t const* right) noexcept -> std::uint64_t;

void widen(std::uint8_t const* column, std::uint32_t* out) noexcept;
void widen(std::uint16_t const* column, std::uint32_t* out) noexcept;
/// 1 where one of `bits` is set, else 0.
void widen_bit(std::uint16_t const* column, std::uint16_t bits, std::uint32_t* out) noexcept;
void fill(std::uint32_t value, std::uint32_t* out) noexcept;
/// `does`: an operator with two sides.
void combine(operation does, std::uint32_t const* left, std::uint32_t const* right,
             std::uint32_t* out) noexcept;
void combine(operation does, std::uint32_t const* left, std::uint32_t right,
             std::uint32_t* out) noexcept;
void swap_bytes(operation does, std::uint32_t const* in, std::uint32_t* out) noexcept;
/// Adds `bit` to the masks of `rows`.
void mark(std::uint64_t rows, std::uint64_t bit, std::uint64_t* masks) noexcept;
/// Another number for each number: `tcp_sequence` times an odd constant.
void scramble(std::uint32_t const* in, std::uint32_t* out) noexcept;

}  // namespace kizashi::recognise::internal
