// What a stretch of observation amounts to: the numbers behind a report. Plain data, in a fixed
// order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/net/port.hpp"
#include "kizashi/recognise/place.hpp"

namespace kizashi::telescope {

/// Packets by what was found behind the link layer. ipv4 + ipv6 + arp + other = total; the rest are
/// marks that a packet can carry besides.
struct packet_counts {
  std::uint64_t total = 0;
  std::uint64_t ipv4 = 0;
  std::uint64_t ipv6 = 0;
  std::uint64_t arp = 0;
  std::uint64_t other = 0;         ///< no IP header found, and no ARP
  std::uint64_t unknown_link = 0;  ///< of `other`: the link type is not known
  std::uint64_t malformed = 0;
  std::uint64_t truncated = 0;
  std::uint64_t fragments = 0;        ///< the first ones included
  std::uint64_t later_fragments = 0;  ///< of `fragments`: without a transport header
  std::uint64_t tunnelled = 0;        ///< GRE, IP in IP, 6in4, ESP, AH

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.total, self.ipv4, self.ipv6, self.arp, self.other, self.unknown_link, self.malformed,
       self.truncated, self.fragments, self.later_fragments, self.tunnelled);
  }
};

/// IP packets by transport header. Those without a readable one (later fragments, truncated or
/// malformed before the ports) are `other`, whatever their protocol number says.
struct protocol_counts {
  std::uint64_t tcp = 0;
  std::uint64_t udp = 0;
  std::uint64_t icmp = 0;
  std::uint64_t icmp6 = 0;
  std::uint64_t other = 0;
};

/// Packets counted in `protocol_counts::tcp` by their flags; the first that fits: null (none of FIN
/// SYN RST PSH ACK URG), xmas (FIN PSH URG without SYN, RST and ACK), syn (SYN without ACK),
/// synack, rst, fin, ack, other.
struct tcp_flag_counts {
  std::uint64_t syn = 0;
  std::uint64_t synack = 0;
  std::uint64_t ack = 0;
  std::uint64_t rst = 0;
  std::uint64_t fin = 0;
  std::uint64_t null = 0;
  std::uint64_t xmas = 0;
  std::uint64_t other = 0;
};

/// One destination port. `sources` and `destinations` are numbers of different addresses, exact.
struct port_row {
  std::uint8_t ip_protocol = 0;  ///< 6 or 17
  net::port port;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t syn_packets = 0;  ///< TCP: SYN without ACK
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;
};

struct icmp_row {
  std::uint8_t ip_protocol = 0;  ///< 1 or 58
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint64_t packets = 0;
};

struct source_row {
  net::address address;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t ports = 0;  ///< different (protocol, destination port) pairs, TCP and UDP
  recognise::place place;
};

struct country_row {
  recognise::country_code country;
  std::uint64_t packets = 0;
  std::uint64_t sources = 0;
};

struct as_row {
  recognise::asn asn;
  std::string name;
  std::uint64_t packets = 0;
  std::uint64_t sources = 0;
};

struct window_row {
  timestamp start;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.start, self.packets, self.wire_bytes, self.sources, self.destinations);
  }
};

/// How packets stood in time.
struct order_counts {
  std::uint64_t out_of_order = 0;  ///< earlier than a packet before them in the stream
  std::uint64_t late = 0;          ///< their window had closed: in all totals, in no window
  std::uint64_t untimed = 0;       ///< no time or an impossible one: in all totals, in no window
  std::uint64_t false_times = 0;   ///< of `untimed`: alone far in the future, the others came back

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.out_of_order, self.late, self.untimed, self.false_times);
  }
};

/// The whole answer. Rows of each list are in descending order of packets; equal ones in ascending
/// order of their key. `windows` ascend in time; windows without packets are left out.
struct summary {
  packet_counts packets;
  std::uint64_t wire_bytes = 0;
  timestamp first;  ///< smallest and largest known time
  timestamp last;
  protocol_counts protocols;
  tcp_flag_counts tcp_flags;
  order_counts order;
  std::uint64_t outside =
      0;  ///< frames whose destination is not in the darknet: in no other number here
  std::uint64_t sources = 0;  ///< different addresses, IPv4 and IPv6
  std::uint64_t destinations = 0;
  std::vector<port_row> ports;
  std::vector<icmp_row> icmp;
  std::vector<source_row> top_sources;  ///< as many as were asked for
  std::vector<country_row> countries;
  std::vector<as_row> as;
  std::vector<window_row> windows;
  duration window_length{};
};

}  // namespace kizashi::telescope
