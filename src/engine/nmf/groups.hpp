// Which sources a factorisation puts together.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/engine/nmf/factorise.hpp"

namespace kizashi::engine::nmf {

/// From which share of a group's largest value on a source counts as a member.
enum class membership : std::uint8_t {
  half,  ///< 50 %, as Dark-NMF has it: one large source hides the others
  otsu,  ///< where the values of the active sources fall apart in two
};

/// One row of H. Values are in packets: what the row explains of a source over all rows of V.
struct group {
  std::uint32_t rank = 0;              ///< of the factorisation
  std::uint32_t number = 0;            ///< 0 .. rank - 1
  double border = 0;                   ///< from this value on a source is a member
  std::vector<std::uint32_t> active;   ///< columns of V with a value of 1 or more, ascending
  std::vector<std::uint32_t> members;  ///< those of them above the border
};

/// Groups with two members or more.
[[nodiscard]] auto find_groups(factorisation const& of, factors const& at, membership rule)
    -> std::vector<group>;

}  // namespace kizashi::engine::nmf
