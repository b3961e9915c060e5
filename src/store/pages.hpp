// Rows of a store's tables, a page at a time: what somebody scrolls through.
//
//   KIZASHI_TRY(auto const first, list_events(engine, {.filter = last_day, .rows = 100}));
//   KIZASHI_TRY(auto const second, list_events(engine, {.filter = last_day, .rows = 100, .after =
//   first.next}));
//
// A page is asked for by the key of the last row before it, not by how many rows came before: so a
// page costs the same wherever it is, and rows that come in meanwhile make none come twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kizashi/store/host.hpp"
#include "kizashi/store/statistics.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"

namespace kizashi::store {

/// Conditions of SQL on a table's rows, beside the filter; empty: none. They are put into brackets,
/// and must come from a compiler of conditions, never from a person.
struct page_conditions {
  std::string ipv4;  ///< of `packets`; of tables that have both families: this one
  std::string ipv6;  ///< of `packets6`
};

struct page_request {
  packet_filter filter;  ///< times of events and attacks: those that were going on
  page_conditions conditions = {};
  std::size_t rows = 100;
  std::vector<std::uint64_t> after = {};  ///< `page::next` of the page before
  bool is_newest_first = true;
  /// Of events and attacks: those with most packets come first, and there is one page alone.
  bool is_largest_first = false;
  ask_settings ask = {};
};

template <class Row>
struct page {
  std::vector<Row> rows;
  std::vector<std::uint64_t> next;  ///< empty: these were the last
};

/// A scan event with everything that the table has.
struct listed_event : stored_event {
  std::uint16_t sensor = 0;
  std::uint64_t bytes = 0;
  std::uint64_t fingerprints = 0;  ///< as `tools`, of any packet
  std::uint16_t scanner = 0;       ///< 0: none
  bool is_spoofable = false;
  bool is_cut = false;
};

/// A victim of denial of service (docs/dos.md).
struct listed_attack {
  net::prefix victim;
  timestamp first;
  timestamp last;
  std::uint16_t sensor = 0;
  std::uint32_t victims = 0;  ///< different addresses that answered
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t most_per_minute = 0;
  std::uint64_t spoofed_sources = 0;
  std::vector<telescope::attacked_port> ports;  ///< the busiest
  std::uint32_t port_count = 0;
  bool has_exact_ports = true;
  std::uint64_t synack = 0, rst = 0, icmp = 0, udp = 0;
  double uniformity = 0;
  std::uint8_t scaling = 0;  ///< `telescope::scaling`
  double attack_rate = 0;    ///< packets/s; only when `scaling` is done
  bool is_ongoing = false;
  bool is_cut = false;
};

struct listed_window {
  timestamp start;
  duration length{};
  std::uint16_t sensor = 0;
  std::uint64_t epoch = 0;
  std::uint64_t packets = 0, bytes = 0, sources = 0, destinations = 0;
  std::uint32_t ports = 0;
};

struct listed_packet {
  timestamp time;
  std::uint16_t sensor = 0;
  bool has_ip = true;
  net::address source;
  net::address destination;
  std::uint8_t ip_protocol = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t tcp_flags = 0, ttl = 0;
  std::uint16_t ip_length = 0;
  std::uint32_t wire_length = 0;
  std::uint16_t payload_length = 0, ip_id = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint16_t window = 0;
  std::uint8_t type = 0, traffic_class = 0;
  std::uint16_t scanner = 0;
  std::uint64_t fingerprints = 0;
  recognise::country_code country;
  recognise::asn asn;
};

/// By the begin. Of the filter's sources: those of the events.
[[nodiscard]] auto list_events(engine& in, page_request const& asked) -> result<page<listed_event>>;
/// By the begin. Of the filter's sources: the victims.
[[nodiscard]] auto list_attacks(engine& in, page_request const& asked)
    -> result<page<listed_attack>>;
/// By the start. Windows tell of all sources: a filter with sources is refused.
[[nodiscard]] auto list_windows(engine& in, page_request const& asked)
    -> result<page<listed_window>>;
/// By time, both families together. Packets without a time are in none.
[[nodiscard]] auto list_packets(engine& in, page_request const& asked)
    -> result<page<listed_packet>>;

}  // namespace kizashi::store
