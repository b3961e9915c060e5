// A stretch of addresses of one family, and lists of them.
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::net {

/// From `first` to `last`, both included, of the same family; `first` is not after `last`.
struct address_range {
  address first;
  address last;
  friend auto operator<=>(address_range const&, address_range const&) noexcept = default;
};

/// Appends a stretch that does not begin before the last one in `to`, and joins the two when
/// nothing lies between them.
void append(std::vector<address_range>& to, address_range const& next);

/// At most `most` (1 or more) stretches that cover what `ranges` do, with the widest gaps kept.
/// `ranges`: of one family, ascending, apart. Time: n log n.
[[nodiscard]] auto coarsen(std::span<address_range const> ranges, std::size_t most)
    -> std::vector<address_range>;

/// The fewest prefixes that make up a range, ascending: at most 62 of IPv4, 254 of IPv6.
[[nodiscard]] auto prefixes_of(address_range const& range) -> std::vector<prefix>;

}  // namespace kizashi::net
