// Which sources went to which ports together, as a Tucker decomposition has it.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine::ntd {

enum class port_rule : std::uint8_t {
  pooled,  ///< ports of all columns with two members or more, as Dark-NTD has it
  core,    ///< ports of the columns that the core joins with the sources' one
};

struct block_rule {
  double border = 0;  ///< of a factor's value, 0..1; 0: Otsu's border of the column
  port_rule ports = port_rule::core;
  /// Entries of the core below this share of the largest one of a source column join nothing.
  double least_weight = 0.2;
};

/// Indices into the ways of the tensor, ascending.
struct block {
  std::uint32_t column = 0;  ///< of the source factor
  double weight = 0;         ///< the largest core entry of the column
  std::vector<std::uint32_t> sources;
  std::vector<std::uint32_t> ports;
  std::vector<std::uint32_t> minutes;
};

/// Blocks with two sources or more and at least one port.
[[nodiscard]] auto find_blocks(tucker const& of, block_rule const& rule) -> std::vector<block>;

}  // namespace kizashi::engine::ntd
