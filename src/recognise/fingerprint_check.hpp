// Fingerprints held against ordinary packets: does an entry pass as rarely as it says?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/recognise/fingerprint.hpp"

namespace kizashi::recognise {

/// How often a fingerprint passed among ordinary packets of its scope; with `same` among pairs.
struct ordinary_rate {
  std::uint8_t fingerprint = 0;  ///< number of the entry
  std::uint64_t matched = 0;
  std::uint64_t tried = 0;
  /// More than four times what its `false_match` lets expect, and not by a handful of packets.
  bool is_far_above = false;
};

/// Measures every entry on the same 262,144 packets of internal/fingerprint_ordinary.hpp, invented
/// from `seed`. Takes some tens of milliseconds.
[[nodiscard]] auto measure_ordinary(fingerprint_table const& table, std::uint64_t seed)
    -> std::vector<ordinary_rate>;

/// A sentence for each entry that is far above: "NAME: it matched 97 % of 157,286 ordinary
/// packets; ...". Empty when all is well.
[[nodiscard]] auto check_ordinary(fingerprint_table const& table, std::uint64_t seed)
    -> std::vector<std::string>;

}  // namespace kizashi::recognise
