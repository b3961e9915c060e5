// A scan event: what one source did at one port in one way, from its first packet until it was
// silent for longer than the timeout. docs/events.md defines each member.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::telescope {

/// How a source's packets lie over addresses, ports and time.
enum class scan_pattern : std::uint8_t {
  single,       ///< too little for a pattern
  horizontal,   ///< many addresses, one port
  vertical,     ///< many ports, few addresses
  block,        ///< many addresses, many ports
  slow,         ///< horizontal, below the rate of a slow scan for long
  coordinated,  ///< the sources of a group share their targets
};
inline constexpr std::size_t scan_patterns = 6;
[[nodiscard]] auto name_of(scan_pattern pattern) noexcept -> std::string_view;

/// The header of a packet, for people to look at. Without destination and without sequence number:
/// Mirai writes the one into the other.
struct header_sample {
  timestamp time;
  std::uint32_t tcp_options = 0;  ///< as `packet_batch::tcp_options`
  std::uint16_t source_port = 0;
  std::uint16_t tcp_window = 0;
  std::uint16_t tcp_mss = 0;
  std::uint16_t ip_id = 0;
  std::uint16_t ip_length = 0;
  std::uint8_t ttl = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t tcp_window_scale = 255;
  bool dont_fragment = false;

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.time, self.tcp_options, self.source_port, self.tcp_window, self.tcp_mss, self.ip_id,
       self.ip_length, self.ttl, self.tcp_flags, self.tcp_window_scale, self.dont_fragment);
  }
};

/// A number of different addresses: exact while they are few, else an estimate.
struct distinct_count {
  std::uint64_t count = 0;
  bool is_exact = true;
};

struct scan_event {
  net::address source;
  recognise::packet_type type = recognise::packet_type::other_ip;
  /// `misconfiguration` when the event as a whole is; else that of its packets.
  recognise::traffic_class traffic_class = recognise::traffic_class::other;
  std::uint16_t port = 0;   ///< `recognise::port_of`; 0 when `ports` > 1
  std::uint32_t ports = 1;  ///< > 1: ports of a source that has too many to follow each
  timestamp first;
  timestamp last;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  distinct_count destinations;
  scan_pattern pattern = scan_pattern::single;
  std::uint64_t fingerprints = 0;  ///< of any packet: `tag_columns::fingerprints`
  std::uint64_t tools = 0;         ///< verdicts over the source's packets: bit i is entry i
  std::uint16_t scanner = 0;       ///< `tag_columns::scanner`
  bool is_spoofable = true;        ///< no handshake was completed: the source may be forged
  bool is_ongoing = false;         ///< the stream ended before the timeout
  bool is_cut = false;             ///< closed early because memory was short
  std::uint8_t samples = 0;
  std::array<header_sample, 3> headers;  ///< the first `samples` of them
};

/// Packets per second between the first and the last; 0 when all came at once.
[[nodiscard]] auto rate_of(scan_event const& event) noexcept -> double;

/// Whether an event comes before another in the order in which they ended: by last, first, source,
/// type, port, ports, class. No two events of a stream are equal in all of these.
[[nodiscard]] auto is_earlier(scan_event const& a, scan_event const& b) noexcept -> bool;
/// The numbers of events in that order.
[[nodiscard]] auto order_of(std::span<scan_event const> events) -> std::vector<std::uint32_t>;
/// Puts events in that order.
void sort_events(std::vector<scan_event>& events);

/// Whoever wants closed events. They come from one thread at a time, batch after batch and in the
/// order of `is_earlier` within each; `event_log` puts all of them in that order.
class event_sink {
public:
  virtual ~event_sink() = default;
  [[nodiscard]] virtual auto observe(scan_event const& closed) -> status = 0;
};

/// How long a source may be silent before its event ends. After Merit's ORION: the time in which a
/// scanner of the whole IPv4 space at 100 packets/s misses a telescope of `addresses` addresses
/// with probability 1/1000, ln(1000) 2^32 / (100 addresses), to the nearest second and between 60 s
/// and 24 h. 475,136 addresses: 624 s. When the size is not known (0): 624 s.
[[nodiscard]] auto event_timeout(std::uint64_t addresses) noexcept -> duration;

}  // namespace kizashi::telescope
