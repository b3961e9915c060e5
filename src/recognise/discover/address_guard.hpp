// Keeps the darknet's addresses out of what is proposed. A constant can be a part of one by chance,
// and beside destination bytes that are the same in all packets it is one thing to say "the field
// is the destination's upper half XOR 0x1234" and another, with the same packets, to say "the field
// is constant": who knows that constant computes the address.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/recognise/discover/relation.hpp"

namespace kizashi::recognise::discover {

class address_guard {
public:
  /// Nothing is secret: a telescope that does not exist.
  address_guard() = default;
  /// The darknet's prefixes (those of IPv6 do not matter). Without any, the upper halves of the
  /// destinations that get at least one in 4,096 of the packets `see` is shown stand for them, and
  /// the upper half of the destination counts as one that never changes.
  explicit address_guard(std::vector<net::prefix> const& darknet);

  void see(std::uint32_t destination);
  /// Whether a number of `size` bytes holds 16 bits, at the border of a byte and in either order of
  /// bytes, that are the upper half of a destination, or the middle of a prefix of 24 bits or more.
  [[nodiscard]] auto tells(std::uint32_t value, std::size_t size) const -> bool;
  /// The same for a relation's constant; and whether it has one beside destination bytes that never
  /// change. Keys have no constant that is shown; zero is none.
  [[nodiscard]] auto tells(relation const& of) const -> bool;

private:
  [[nodiscard]] auto is_part(std::uint32_t half) const -> bool;

  bool is_on_ = false;
  bool is_given_ = false;
  std::uint32_t fixed_ = 0;  // columns of the destination
  std::bitset<65536> given_;
  std::vector<std::uint64_t> seen_;  // packets by upper half
  std::uint64_t packets_ = 0;
};

}  // namespace kizashi::recognise::discover
