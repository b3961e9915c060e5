// The packet batch: decoded headers as columns, a few thousand rows at a time. Every stage of the
// road works on it.
//
// IPv4 addresses stand in the columns `source` and `destination` themselves. A row with
// `attribute::ipv6` has there the index of a pair in `ipv6`, so IPv6 costs IPv4 nothing. The same
// holds for what ICMP errors quote.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::net {

/// What a row is known to be. A bit set in `packet_batch::attributes`.
enum class attribute : std::uint16_t {
  ipv6 = 1 << 0,   ///< addresses stand in `packet_batch::ipv6`
  no_ip = 1 << 1,  ///< no IP header was found: ARP or something else
  arp = 1 << 2,
  malformed = 1 << 3,       ///< headers contradict themselves or the frame
  truncated = 1 << 4,       ///< the capture holds less of the headers than the frame had
  fragment = 1 << 5,        ///< part of a fragmented datagram, the first part included
  later_fragment = 1 << 6,  ///< its offset is above zero: there is no transport header
  ports = 1 << 7,           ///< TCP or UDP with both ports read; ICMP: type and code read
  dont_fragment = 1 << 8,
  reserved_flag = 1 << 9,  ///< the highest bit of the IPv4 flags (RFC 3514)
  ip_options = 1 << 10,    ///< IPv4 options or IPv6 extension headers
  vlan = 1 << 11,          ///< at least one 802.1Q, 802.1ad or MPLS label was stepped over
  tunnel = 1 << 12,        ///< GRE, IP in IP, 6in4, ESP or AH: noted, not entered
  quoted = 1 << 13,        ///< an ICMP error whose quoted packet stands in `packet_batch::quoted`
  unknown_link = 1 << 14,  ///< the link type is not known: nothing was decoded
  /// The addresses stand for others that a data set does not tell (docs/import-export.md): none of
  /// them was ever on a wire.
  pseudonym = 1 << 15,
};

[[nodiscard]] constexpr auto bit(attribute a) noexcept -> std::uint16_t {
  return static_cast<std::uint16_t>(a);
}

/// IP protocol numbers that Kizashi tells apart (IANA "Protocol Numbers").
namespace protocol {
inline constexpr std::uint8_t icmp = 1, ipip = 4, tcp = 6, udp = 17, ipv6_in_ipv4 = 41, gre = 47,
                              esp = 50, ah = 51, icmp6 = 58;
}

/// TCP flags as in the header's byte 13.
namespace tcp_flag {
inline constexpr std::uint8_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32, ece = 64,
                              cwr = 128;
}

struct ipv6_pair {
  net::ipv6 source;
  net::ipv6 destination;
};

/// The head of the packet that an ICMP error quotes: the packet that somebody sent under the
/// victim's or our name.
struct quoted_packet {
  std::uint16_t row = 0;
  address source;
  address destination;
  std::uint8_t ip_protocol = 0;
  std::uint16_t source_port = 0;  ///< 0 when the quote ends before the ports
  std::uint16_t destination_port = 0;
};

/// What the columns of one row hold, as one value: for tests, for the slow path and for people.
struct packet {
  timestamp time;
  std::uint32_t source = 0;  ///< IPv4 in host order, or an index into `packet_batch::ipv6`
  std::uint32_t destination = 0;
  std::uint32_t wire_length = 0;  ///< bytes of the frame on the wire
  std::uint32_t tcp_sequence = 0;
  std::uint32_t tcp_acknowledgement = 0;
  /// TCP options in their order, 4 bits each, the first in the lowest bits: 1 NOP, 2 MSS, 3 window
  /// scale, 4 SACK permitted, 5 SACK, 8 timestamps, 14 other, 15 malformed; 0 ends. Options behind
  /// the eighth are left out.
  std::uint32_t tcp_options = 0;
  std::uint16_t source_port = 0;       ///< ICMP and ICMPv6: type
  std::uint16_t destination_port = 0;  ///< ICMP and ICMPv6: code
  std::uint16_t attributes = 0;
  std::uint16_t ip_length =
      0;  ///< total length as the IP header says, IPv6: 40 + payload length (at most 65535)
  std::uint16_t ip_id =
      0;  ///< 0 for IPv6 without a fragment header, else the low half of its identification
  std::uint16_t tcp_window = 0;
  std::uint16_t tcp_mss = 0;  ///< 0: not given
  std::uint16_t payload_offset =
      0;  ///< of the bytes behind the transport header, from the frame's first byte
  std::uint16_t payload_length = 0;  ///< of those captured and inside the IP length
  std::uint8_t ip_protocol = 0;
  std::uint8_t ttl = 0;  ///< or hop limit
  std::uint8_t tcp_flags = 0;
  std::uint8_t tcp_window_scale = 255;  ///< 255: not given
  friend auto operator==(packet const&, packet const&) -> bool = default;
};

/// Columns of `size()` rows; row i of each column belongs to the same packet. Capacity is fixed:
/// nothing is allocated per packet but, for IPv6 rows and quotes, the growth of two small vectors.
/// About 230 KiB: keep it on the heap.
class packet_batch {
public:
  static constexpr std::size_t capacity = 4096;

  /// A column is one cache line longer than its rows. Without that the columns, all powers of two
  /// long, would share the same few sets of the first-level cache and drive each other out.
  template <class T>
  using column = std::array<T, capacity + 64 / sizeof(T)>;

  column<std::int64_t>
      time;  ///< nanoseconds since 1970; `timestamp::unknown()` where none is known
  column<std::uint32_t> source;
  column<std::uint32_t> destination;
  column<std::uint32_t> wire_length;
  column<std::uint32_t> tcp_sequence;
  column<std::uint32_t> tcp_acknowledgement;
  column<std::uint32_t> tcp_options;
  column<std::uint32_t> frame_index;  ///< of the frame in its block
  column<std::uint16_t> source_port;
  column<std::uint16_t> destination_port;
  column<std::uint16_t> attributes;
  column<std::uint16_t> ip_length;
  column<std::uint16_t> ip_id;
  column<std::uint16_t> tcp_window;
  column<std::uint16_t> tcp_mss;
  column<std::uint16_t> payload_offset;
  column<std::uint16_t> payload_length;
  column<std::uint8_t> ip_protocol;
  column<std::uint8_t> ttl;
  column<std::uint8_t> tcp_flags;
  column<std::uint8_t> tcp_window_scale;

  std::vector<ipv6_pair> ipv6;
  std::vector<quoted_packet> quoted;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto has(std::size_t row, attribute a) const noexcept -> bool {
    return (attributes[row] & bit(a)) != 0;
  }
  [[nodiscard]] auto source_address(std::size_t row) const noexcept -> address;
  [[nodiscard]] auto destination_address(std::size_t row) const noexcept -> address;
  [[nodiscard]] auto row(std::size_t index) const noexcept -> packet;
  void set_row(std::size_t index, packet const& values) noexcept;

  void clear() noexcept;
  void resize(std::size_t rows) noexcept { size_ = rows; }
  /// Keeps the rows for which `keep[row]` is not zero, in their order. Returns how many went.
  auto retain(std::span<std::uint8_t const> keep) noexcept -> std::size_t;

private:
  std::size_t size_ = 0;
};

}  // namespace kizashi::net
