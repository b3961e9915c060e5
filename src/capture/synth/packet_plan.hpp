// What a packet shall say, before it is bytes: what an actor decides, what the frame writer writes,
// what the truth counts.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "kizashi/net/address.hpp"

namespace kizashi::capture::synth {

/// Constant bytes behind a transport header (TCP options or a payload) with their one's complement
/// sum, so that a checksum costs nothing per packet. Borrowed: the bytes live as long as the
/// program or the actor.
struct fixed_bytes {
  std::span<std::uint8_t const> bytes;
  std::uint32_t sum =
      0;  ///< of big-endian 16-bit words, folded to 16 bits; an odd last byte is a high byte

  fixed_bytes() = default;
  explicit fixed_bytes(std::span<std::uint8_t const> data) noexcept;
};

/// The packet that an ICMP error quotes: an IPv4 header without options and eight bytes of TCP or
/// UDP.
struct quoted_plan {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t sequence = 0;  ///< TCP only
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t ip_id = 0;
  std::uint8_t ip_protocol = 6;
  std::uint8_t ttl = 1;
};

/// One packet. Fields that its kind does not use are ignored.
struct packet_plan {
  std::uint32_t source = 0;  ///< IPv4, host order
  std::uint32_t destination = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t ip_id = 0;
  std::uint16_t window = 0;
  std::uint8_t ip_protocol = 6;  ///< 6, 17, 1 or 58
  std::uint8_t ttl = 64;
  std::uint8_t tcp_flags = 2;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  bool dont_fragment = false;
  bool is_ipv6 = false;
  bool has_quote = false;
  std::uint32_t icmp_rest =
      0;               ///< the second word of the ICMP header: identifier and sequence number
  fixed_bytes behind;  ///< TCP: options, whole words; UDP and ICMP: payload
  net::ipv6 source_ipv6;
  net::ipv6 destination_ipv6;
  quoted_plan quote;
};

}  // namespace kizashi::capture::synth
