// Conditions of SQL on columns of addresses.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kizashi/net/address_range.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store::internal {

/// "((src >= 1 and src <= 2) or (src >= 9 and src <= 9))". Ranges of one family, one or more.
[[nodiscard]] auto in_ranges(std::string_view column, std::span<net::address_range const> ranges)
    -> std::string;
/// "src in (select ...)" with the addresses as bytes of one literal: a million of them take as much
/// time to parse as one. Of one family, one or more.
[[nodiscard]] auto in_addresses(std::string_view column, std::span<net::address const> addresses)
    -> std::string;
/// "bitShiftRight(dst, 8) in (select ...)": by the /24 in which each range begins, IPv6 by the
/// first address.
[[nodiscard]] auto in_blocks(std::string_view column, std::span<net::address_range const> blocks)
    -> std::string;

/// "((ts >= 1 and ts < 2) or ...)": packets of these days (`sketch_day_of`), and when they lie in
/// more than 32 stretches, of what lies between the last of them. Ascending, one or more.
[[nodiscard]] auto in_days(std::span<sketch_day const> days) -> std::string;

}  // namespace kizashi::store::internal
