// Pieces of the questions of `pages.hpp`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::store::internal {

/// A column of a key: its name, and how many words of 64 bits a cursor has of it (2: 16 bytes).
struct key_column {
  std::string_view name;
  unsigned words = 1;
};

/// "(first, src) < (17, toFixedString(...))": what is behind `after`, whose words are those of
/// `key`. Fails when they are not as many.
[[nodiscard]] auto behind(std::span<key_column const> key, std::span<std::uint64_t const> after,
                          bool is_newest_first) -> result<std::string>;
/// "first desc, src desc".
[[nodiscard]] auto order_of(std::span<key_column const> key, bool is_newest_first) -> std::string;

/// IPv4 as ::ffff:a.b.c.d, as `events` and `attacks` have addresses, and back (RFC 4291).
[[nodiscard]] auto widened(net::address a) -> net::address;
[[nodiscard]] auto narrowed(net::address a) -> net::address;
/// "(src >= ... and src <= ... or ...)" for such a column; empty without sources.
[[nodiscard]] auto from_widened(std::vector<net::prefix> const& sources, std::string_view column)
    -> std::string;

/// The conditions that are not empty, each in brackets, with "and" between; "1" of none.
[[nodiscard]] auto all_of(std::vector<std::string> const& conditions) -> std::string;
[[nodiscard]] auto in_sensors(packet_filter const& filter) -> std::string;
[[nodiscard]] auto going_on(packet_filter const& filter) -> std::string;

/// Microseconds since 1970 as a time; 0: not known.
[[nodiscard]] auto time_of_microseconds(std::uint64_t microseconds) -> timestamp;
[[nodiscard]] auto microseconds_of(timestamp time) -> std::uint64_t;

}  // namespace kizashi::store::internal
