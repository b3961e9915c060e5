// Every XOR relation that some packets share, by algebra over GF(2) instead of a search.
//
// The XOR of certain bytes is the same in all packets exactly when the XOR of those bytes'
// *differences* to the first packet is zero in each of the eight bits: eight linear equations per
// further packet, in which the unknowns say whether a byte takes part. Their solutions are all
// relations there are, of any number of terms, with any constant.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/recognise/discover/sample_row.hpp"

namespace kizashi::recognise::discover {

struct null_space {
  std::uint32_t constant = 0;  ///< columns whose byte is the same in all rows
  /// For a column that the columns before it determine: the columns (itself included) whose XOR is
  /// the same in all rows; else 0. For a constant column itself alone.
  std::array<std::uint32_t, columns> relation{};
  /// Equations minus unknowns: a relation is there by chance in about one of 2^excess random
  /// sets of rows, or more often where few bits vary. Negative: too few rows.
  int excess = 0;
};

/// Solves for the rows; columns outside of `considered` take no part. Cost: about
/// 8 x rows x rank operations on words, less when the rows soon show that there is no relation.
[[nodiscard]] auto solve(std::span<sample_row const* const> rows, std::uint32_t considered)
    -> null_space;

}  // namespace kizashi::recognise::discover
