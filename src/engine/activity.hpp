// What engines look at: who asked for which port how often, in one interval of event time.
//
// Packets that ask count (`is_asking`): a TCP SYN, a UDP request, an ICMP request. Answers to
// forged packets do not: their ports are those of somebody's attack.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::engine {

/// A protocol with one of its ports; of ICMP and ICMPv6 the port is type * 256 + code.
struct service {
  std::uint8_t protocol = 0;  ///< IANA's number
  std::uint16_t port = 0;
  friend constexpr auto operator<=>(service, service) noexcept = default;
  /// "tcp/23", "udp/53413", "icmp/8.0", "47/0".
  [[nodiscard]] auto to_string() const -> std::string;
};

/// One source at one service in one interval.
struct activity_row {
  /// `target` of a source that went to several destinations.
  static constexpr std::uint32_t several = 0;

  std::uint32_t source = 0;   ///< index into `activity_window::sources`
  std::uint32_t packets = 0;  ///< at most 2^32 - 1, where it stays
  std::uint32_t target =
      several;  ///< a number for the only destination; says nothing of where it is
  std::uint16_t port = 0;
  std::uint8_t protocol = 0;

  [[nodiscard]] constexpr auto at() const noexcept -> service { return {protocol, port}; }
};

struct active_source {
  net::address address;
  /// Number of its organisation in the list of known scanners; 0: none.
  std::uint16_t scanner = 0;
};

/// One closed interval [start, start + length) of one sensor. Every number is exact.
struct activity_window {
  std::string sensor;
  timestamp start;
  duration length{};
  /// The sensor saw nothing although it should have: nothing can be concluded from the zeros.
  bool is_missing = false;
  std::uint64_t packets = 0;           ///< of `rows`
  std::vector<active_source> sources;  ///< ascending address
  std::vector<activity_row> rows;      ///< ascending (source, protocol, port)

  [[nodiscard]] auto end() const noexcept -> timestamp { return start + length; }
};

/// What one service got in one interval.
struct service_total {
  service at;
  std::uint64_t packets = 0;
  std::uint32_t sources = 0;
  std::uint32_t screened = 0;  ///< of `sources`: known scanners
  std::uint32_t networks = 0;  ///< different /24 (IPv6: /48) of the sources
};

/// Sums by service, ascending. Memory and time: O(rows) and a sort.
[[nodiscard]] auto totals_by_service(activity_window const& of) -> std::vector<service_total>;

/// The sources at a service: indices into `of.sources`, ascending. O(rows).
[[nodiscard]] auto sources_at(activity_window const& of, service at) -> std::vector<std::uint32_t>;

/// Whether a packet of this type asks for something.
[[nodiscard]] constexpr auto is_asking(recognise::packet_type type) noexcept -> bool {
  using enum recognise::packet_type;
  return type == tcp_syn || type == udp || type == udp_amplifier || type == udp_exploit ||
         type == icmp_request;
}

}  // namespace kizashi::engine
