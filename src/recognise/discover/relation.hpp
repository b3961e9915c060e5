// A relation between words of a header: an XOR of bytes or a sum of words that has one value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/recognise/discover/sample_row.hpp"

namespace kizashi::recognise::discover {

/// Two bytes of a word, or all four, as a number; `is_swapped`: its bytes in reverse order.
struct operand {
  std::uint8_t column = 0;
  std::uint8_t size = 2;
  bool is_swapped = false;
  bool is_negative = false;  ///< in a sum
  friend auto operator==(operand const&, operand const&) -> bool = default;
};
[[nodiscard]] auto value_of(operand const& each, sample_row const& row) noexcept -> std::uint32_t;

struct relation {
  /// XOR: for each byte of the value, the highest first, the columns whose XOR it is.
  std::array<std::uint32_t, 4> lanes{};
  std::array<operand, 4> terms{};  ///< sum: the terms; the first is the one that is computed
  std::uint8_t term_count = 0;     ///< 0: an XOR
  std::uint8_t size = 2;           ///< bytes of the value: 1, 2 or 4
  bool is_key = false;             ///< the value is each source's own
  std::uint32_t value = 0;

  [[nodiscard]] auto is_sum() const noexcept -> bool { return term_count > 0; }
  /// The columns that take part.
  [[nodiscard]] auto support() const noexcept -> std::uint32_t;
  /// Bits that must agree: 8 x size.
  [[nodiscard]] auto bits() const noexcept -> unsigned { return 8U * size; }
  /// How many bytes of different words take part: of two relations of equal strength the shorter
  /// one is the explanation.
  [[nodiscard]] auto weight() const noexcept -> unsigned;
  friend auto operator==(relation const&, relation const&) -> bool = default;
};

[[nodiscard]] auto evaluate(relation const& of, sample_row const& row) noexcept -> std::uint32_t;
[[nodiscard]] auto hash_of(relation const& of) noexcept -> std::uint64_t;

struct relation_hash {
  auto operator()(relation const& of) const noexcept -> std::size_t { return hash_of(of); }
};

}  // namespace kizashi::recognise::discover
