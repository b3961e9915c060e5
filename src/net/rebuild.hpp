// From a row back to bytes: the IP and transport header of a packet, as far as its row tells.
//
//   headers_buffer bytes;
//   auto const length = rebuild_headers(batch, row, bytes);
//   writer.write(time, batch.wire_length[row], std::span{bytes}.first(length));   // raw IP
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::net {

/// IPv6, one extension header, TCP with all its options.
inline constexpr std::size_t longest_headers = 40 + 8 + 60;
using headers_buffer = std::array<std::uint8_t, longest_headers>;

/// Writes the headers of row `row` to the front of `to`, beginning with the IP header, and returns
/// their length: 0 for a row without IP. Decoded as `link_type::raw_ip` with the row's wire length
/// they give the row again, but for:
/// - what a row does not have: payload, type of service, flow label, urgent pointer, and the values
///   of TCP options other than MSS and window scale. Those are zero; an option whose kind a row
///   does not have is of kind 254 (RFC 4727) and empty.
/// - IPv4 options: four bytes of "end of options" where there were some. IPv6 extension headers:
/// one,
///   a fragment header where there was one or else one that is empty.
/// - the offset of a later fragment: 8 bytes.
/// - labels of the link layer, what ICMP errors quote, and what made a header malformed.
/// Headers that were cut end early again. The checksum of the IPv4 header is right; those of TCP,
/// UDP and ICMP are where no payload goes into them, else 0.
[[nodiscard]] auto rebuild_headers(packet_batch const& batch, std::size_t row,
                                   headers_buffer& to) noexcept -> std::size_t;

}  // namespace kizashi::net
