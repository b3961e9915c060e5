// The file of a place table. All numbers are little-endian; every section begins at a multiple
// of 8. In the order of the file:
//
// - head: place_head, 136 bytes, with a checksum of itself.
// - ipv4 index: 65,537 u32. Entry b is the range that holds the first address of block b, a /16;
//   the last entry is the last range.
// - ipv4 starts: u32, first address of each range, ascending; the first is 0.0.0.0. A range ends
//   where the next one begins.
// - ipv4 places: place_record of each range.
// - ipv6 starts: ipv6_start of each range, ascending; the first is ::.
// - ipv6 places: place_record of each range.
// - AS numbers: u32, ascending.
// - AS name ends: u32, where in the text each name ends; it begins where the one before ends.
// - text: the names one behind the other, UTF-8, then the line of origin.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kizashi/base/random.hpp"

namespace kizashi::recognise::internal {

// The sections are used where they lie in memory.
static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint64_t place_magic =
    0x1A45'4341'4C50'5A4B;  // "KZPLACE" and a byte that ends text
inline constexpr std::uint32_t place_version = 1;
inline constexpr std::size_t index_entries = 65537;

struct place_head {
  std::uint64_t magic = place_magic;
  std::uint32_t version = place_version;
  std::uint32_t size = 0;  ///< of this head
  std::uint64_t file_size = 0;
  std::uint64_t ipv4_count = 0;
  std::uint64_t ipv6_count = 0;
  std::uint64_t as_count = 0;
  std::uint64_t names_size = 0;
  std::uint64_t origin_size = 0;
  std::uint64_t ipv4_index = 0;  ///< offsets from the first byte of the file
  std::uint64_t ipv4_starts = 0;
  std::uint64_t ipv4_places = 0;
  std::uint64_t ipv6_starts = 0;
  std::uint64_t ipv6_places = 0;
  std::uint64_t as_numbers = 0;
  std::uint64_t as_ends = 0;
  std::uint64_t text = 0;
  std::uint64_t checksum = 0;  ///< of the bytes before it
};
static_assert(sizeof(place_head) == 136);

struct place_record {
  std::uint32_t asn = 0;
  char country[2] = {'-', '-'};
  std::uint16_t zero = 0;
  friend auto operator==(place_record const&, place_record const&) -> bool = default;
};
static_assert(sizeof(place_record) == 8);

struct ipv6_start {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

/// Of everything in the head before `checksum`.
[[nodiscard]] inline auto head_checksum(place_head const& head) -> std::uint64_t {
  std::uint64_t words[(sizeof(place_head) - sizeof(head.checksum)) / 8];
  std::memcpy(words, &head, sizeof(words));
  std::uint64_t sum = 0;
  for (auto const word : words) sum = mix64(sum ^ word);
  return sum;
}

}  // namespace kizashi::recognise::internal
