// Conditions that no packet can pass, whatever it is: a fingerprint of them would be silent for
// ever.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "kizashi/recognise/internal/fingerprint_expression.hpp"

namespace kizashi::recognise::internal {

struct contradiction {
  std::size_t condition = 0;  ///< number of the one to point at, the later of two
  std::string reason;         ///< "no packet passes it: ip.ttl is 0 to 255"
};

/// The first contradiction in conditions that must all hold. Only what is certain is told: ranges
/// and known bits of fields are carried through expressions (intervals and bit masks as compilers
/// use for values that they do not know), so conditions that relate several fields may exclude each
/// other without being found. Time: conditions squared times their length.
[[nodiscard]] auto find_contradiction(std::span<condition const> all)
    -> std::optional<contradiction>;

}  // namespace kizashi::recognise::internal
