// From frames to rows: link layers, IPv4, IPv6 with extension headers, TCP with options, UDP, ICMP
// with quotes.
#pragma once

#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::net {

/// Fills `out` with one row per frame of `in`, in the same order; at most `packet_batch::capacity`
/// frames. Never fails: what cannot be decoded is a row whose attributes say so.
void decode(frame_block const& in, packet_batch& out);

/// The same for one frame, by the bounds-checked reader alone: the slow twin that `decode` is
/// tested against, and what it falls back to. Side tables (`ipv6`, `quoted`) go to `out`, the row
/// to the answer.
[[nodiscard]] auto decode_frame(frame_block const& in, frame const& each, std::size_t row,
                                packet_batch& out) -> packet;

}  // namespace kizashi::net
