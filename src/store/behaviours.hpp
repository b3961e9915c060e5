// What single sources did, by time and port: a small picture of each. And which sources are alike.
//
//   KIZASHI_TRY(auto const found, behaviours_of(engine, filter, {.columns = 48, .bands = bands},
//   {})); found.tiles[0].cells[row * columns + column];   // packets
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store {

enum class tile_order : std::uint8_t {
  volume,   ///< most packets first
  spread,   ///< most different ports first
  novelty,  ///< the latest newcomers first: those that the store had not seen before the span
};

/// Both ends included. A port is of the narrowest band that has it.
struct port_band {
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  friend auto operator<=>(port_band const&, port_band const&) noexcept = default;
};
/// `count` bands: well-known ports by themselves, seven ranges for the others, by the lowest port.
/// `count`: 8 to 32.
[[nodiscard]] auto port_bands(std::size_t count) -> std::vector<port_band>;

struct tile_request {
  tile_order order = tile_order::volume;
  std::size_t limit = 100;   ///< 1 to 2,000
  std::size_t columns = 48;  ///< at most, up to 65,535; of equal length, in whole minutes or hours
  /// Row 0 is packets without a port, row i + 1 band i.
  std::vector<port_band> bands;
};

struct tile {
  net::address source;
  timestamp first;  ///< begin of the first minute or hour (`tiles::unit`) with packets
  timestamp last;
  std::uint64_t packets = 0;
  std::uint64_t ports = 0;  ///< different ones of TCP and UDP
  recognise::country_code country;
  recognise::asn asn;
  /// Of its largest scan event, or where it has none of most of its packets.
  std::uint8_t traffic_class = 0;
  std::uint16_t scanner = 0;
  std::uint64_t tools = 0;           ///< bit n - 1: number n of `names`, kind fingerprint
  std::vector<std::uint64_t> cells;  ///< packets, row by row
};

/// Where there are more sources than this, their number is that of sketches.
inline constexpr std::uint64_t most_exact_total = 1'000'000;

struct tiles {
  std::vector<tile> rows;
  std::uint64_t total = 0;     ///< sources that match
  bool is_total_exact = true;  ///< false: by sketches, more than `most_exact_total`
  std::size_t columns = 0;
  timestamp begin;   ///< of the first column
  duration width{};  ///< of a column
  duration unit{};   ///< of the times of tiles: a minute or an hour
};

/// `filter.from` and `filter.to` are known. Packets without IP are of no source. Cost: a row of the
/// rollups for each source, day or hour and port; where columns are shorter than an hour or the
/// filter asks for more, the tuples of the span.
[[nodiscard]] auto behaviours_of(engine& in, packet_filter const& filter,
                                 tile_request const& wanted, ask_settings const& ask)
    -> result<tiles>;

/// A source that behaves like another one.
struct neighbour {
  net::address source;
  bool is_near = false;      ///< in the same /24 (IPv6: /64)
  double likeness = 0;       ///< ports in common of all ports of both (Jaccard), 0 to 1
  std::uint64_t common = 0;  ///< ports in common
  std::uint64_t ports = 0;   ///< its own
  std::uint64_t packets = 0;
  bool has_same_class = false;
  bool has_same_tools = false;
  std::uint8_t traffic_class = 0;
  std::uint64_t tools = 0;
};

/// Those of the same /24 first, then others; each by likeness. Candidates are sources with scan
/// events of the same class and tools at the same ports, 2,000 at most, and all of the same /24.
/// Empty when `who` was not seen.
[[nodiscard]] auto neighbours_of(engine& in, net::address who, packet_filter const& filter,
                                 std::size_t top, ask_settings const& ask)
    -> result<std::vector<neighbour>>;

}  // namespace kizashi::store
