// What the sources of a place table say, before they are joined.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::recognise::internal {

/// A stretch of addresses, both ends included, and a value: an AS number, or two letters of a
/// country as `first << 8 | second`. IPv4 addresses stand in the low 32 bits.
struct place_range {
  net::ipv6 first;
  net::ipv6 last;
  std::uint32_t value = 0;
};

/// The ranges of one kind of value in ascending order, without overlap, and the names of AS.
struct place_ranges {
  std::vector<place_range> ipv4;
  std::vector<place_range> ipv6;
  std::map<std::uint32_t, std::string> names;
  std::string origin;        ///< such as "asn-ipv4.csv"
  std::size_t overlaps = 0;  ///< rows of a .csv that began inside of another one
};

enum class place_field : std::uint8_t { country, as };

/// Reads an .mmdb. Networks that have not the field are left out. Fails with the file's name when
/// the file is no .mmdb or its tree or data are damaged. The format: MaxMind DB File Format
/// Specification v2.0.
[[nodiscard]] auto read_mmdb(std::filesystem::path const& file, place_field field)
    -> result<place_ranges>;

/// Reads rows "first,last,number,name" (RFC 4180). Fails with file and line of the first row that
/// has not this form.
[[nodiscard]] auto read_as_csv(std::filesystem::path const& file) -> result<place_ranges>;

/// Puts the ranges in order. Where rows overlap the one that begins later holds, of two that begin
/// together the narrower one: what is more specific, as in routing.
void sort_ranges(place_ranges& ranges);

/// UTF-8 without control characters: a name from a stranger's file that is printed on a terminal.
[[nodiscard]] auto clean_name(std::string_view text) -> std::string;

}  // namespace kizashi::recognise::internal
