// From a plan to the bytes of an Ethernet frame with valid checksums.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kizashi/capture/synth/packet_plan.hpp"

namespace kizashi::capture::synth {

/// No frame is longer: Ethernet, IPv6, TCP with options, and at most 512 bytes of payload.
inline constexpr std::size_t longest_frame = 640;
/// The shortest Ethernet frame without its check sequence; shorter packets are padded with zeros.
inline constexpr std::size_t shortest_frame = 60;

/// Writes the frame to `to`, where `longest_frame` bytes are free, and returns its length.
/// Checksums: IPv4 header (RFC 791), TCP (RFC 9293), UDP (RFC 768, RFC 8200), ICMP (RFC 792) and
/// ICMPv6 (RFC 4443).
[[nodiscard]] auto write_frame(packet_plan const& plan, std::uint8_t* to) noexcept -> std::size_t;

}  // namespace kizashi::capture::synth
