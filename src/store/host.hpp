// Everything that a store knows of an address or of the addresses of a prefix, as sources.
//
//   KIZASHI_TRY(auto const who, net::prefix::parse("192.0.2.7"));
//   KIZASHI_TRY(auto const seen, profile_of(engine, who, {}, {.top = 10}));
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store {

/// Packets of one of several kinds, by its number.
struct kind_count {
  std::uint16_t number = 0;
  std::uint64_t packets = 0;
  friend auto operator==(kind_count const&, kind_count const&) -> bool = default;
};

/// A scan event (docs/events.md) as it was stored.
struct stored_event {
  net::address source;
  timestamp first;
  timestamp last;
  std::uint8_t type = 0;           ///< `recognise::packet_type`
  std::uint8_t traffic_class = 0;  ///< `recognise::traffic_class`
  std::uint8_t pattern = 0;        ///< `telescope::scan_pattern`
  std::uint16_t port = 0;          ///< 0 when there are several
  std::uint32_t ports = 1;         ///< how many
  std::uint64_t packets = 0;
  std::uint64_t destinations = 0;  ///< different ones
  bool is_exact = true;            ///< `destinations` is
  std::uint64_t tools = 0;         ///< bit n - 1: number n of `names`, kind fingerprint
  bool is_ongoing = false;         ///< the stream ended before the event did
};

/// Rows have no `sources` but those of `ports`. Lists without an order of their own have the most
/// packets first.
struct host_profile {
  std::uint64_t packets = 0;  ///< 0: never seen, and all else is empty
  std::uint64_t bytes = 0;    ///< of the frames on the wire
  std::uint64_t sources = 0;  ///< different addresses: 1, or those of the prefix that were seen
  std::uint64_t destinations = 0;  ///< different addresses
  /// To the microsecond, or to the minute where its packets are no longer kept; unknown: no packet
  /// has a time.
  timestamp first;
  timestamp last;
  std::vector<statistics_row> hours;  ///< with packets, in the order of time; 0: without a time
  std::vector<statistics_row> days;   ///< likewise
  std::vector<statistics_row> sensors;
  std::vector<statistics_row> protocols;
  std::vector<statistics_row> ports;  ///< of TCP and UDP, all of them
  /// As the table of places said when the packets were stored.
  std::vector<statistics_row> countries;
  std::vector<statistics_row> systems;
  std::vector<statistics_row> busiest;   ///< addresses of a prefix, `count_options::top` at most
  std::vector<kind_count> types;         ///< of `recognise::packet_type`
  std::vector<kind_count> classes;       ///< of `recognise::traffic_class`
  std::vector<kind_count> scanners;      ///< of `names`; packets of no known scanner are in none
  std::vector<kind_count> fingerprints;  ///< of `names`; a packet can have several or none
  std::uint64_t event_count = 0;
  std::vector<stored_event> events;  ///< the newest first, `count_options::top` at most
};

/// Reads only the rows of these addresses: the tables stand in the order of sources. Packets
/// without IP are no address's, 0.0.0.0 included.
[[nodiscard]] auto profile_of(engine& in, net::prefix const& who, packet_filter const& filter,
                              count_options const& options) -> result<host_profile>;

}  // namespace kizashi::store
