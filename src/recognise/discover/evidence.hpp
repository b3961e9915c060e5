// What speaks for a relation: whose packets have it, how unlikely that is by chance, and how often
// the packets of everybody else have it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/recognise/discover/packet_sample.hpp"
#include "kizashi/recognise/discover/relation.hpp"

namespace kizashi::recognise::discover {

struct evidence {
  relation of;
  /// Sources that have it, as indices of members: by so many packets that chance is out of the
  /// question, or where a crowd of sources with few packets has it too often for chance.
  std::vector<std::uint32_t> supporters;
  std::uint64_t packets = 0;       ///< sampled packets of supporters that have it
  std::uint64_t rest_packets = 0;  ///< sampled packets of all others
  std::uint64_t rest_matches = 0;  ///< of these how many have it too (a key: agree in pairs)
  /// Minus the logarithm to base 2 of the chance that supporters have it, less the number of
  /// relations that were possible.
  double surprise = 0;

  /// Share of others' packets that pass.
  [[nodiscard]] auto rest_rate() const noexcept -> double {
    return rest_packets == 0
               ? 0
               : static_cast<double>(rest_matches) / static_cast<double>(rest_packets);
  }
  /// Chance by the number of bits that must agree.
  [[nodiscard]] auto theory() const noexcept -> double;
};

/// For relations between words.
[[nodiscard]] auto weigh(relation const& of, std::span<packet_sample::member const> members)
    -> evidence;

/// For one word that has one value in all packets of a source.
[[nodiscard]] auto weigh_constant(relation const& of,
                                  std::span<packet_sample::member const> members) -> evidence;
[[nodiscard]] auto is_constant(relation const& of) noexcept -> bool;

/// Words that have one value in the packets of at least `least_sources` sources each of which met
/// at least two destinations, where so many agree by no chance: IP ID, source port (of TCP SYN) and
/// sequence and acknowledgement numbers. Zero is ordinary there but in a SYN's sequence number.
[[nodiscard]] auto find_constants(std::span<packet_sample::member const> members, scope where,
                                  std::size_t least_sources) -> std::vector<evidence>;

/// Which rows of a member have the relation; for a key: its most frequent value among different
/// rows, if two have it.
[[nodiscard]] auto matching_rows(relation const& of, packet_sample::member const& of_source)
    -> std::uint32_t;

}  // namespace kizashi::recognise::discover
