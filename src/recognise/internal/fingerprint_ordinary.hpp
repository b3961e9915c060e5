// Packets as a darknet gets them from hosts that use none of the tools that have a fingerprint.
//
//   %   packets
//   25  SYN of Linux: window 64240, 29200, 14600, 5840 or 65535, all its options, DF, TTL from 64
//   12  SYN of Windows: window 8192, 64240 or 65535, its options, DF, TTL from 128, IP-ID counted
//    5  SYN of macOS and FreeBSD: window 65535, their options, DF, TTL from 64
//    3  SYN of routers: window 4128, MSS alone, no DF, TTL from 255
//   15  SYN of embedded devices: any window, no options or MSS alone, no DF, TTL from 64
//   10  SYN-ACK of flood victims, to any port
//   10  RST of the same, half of them with ACK and sequence number 0
//   12  UDP: DNS queries and answers, file sharing, any bytes to any port
//    8  ICMP: echo requests, unreachable, time exceeded
//
// The shares are a choice, not a measurement. Sequence numbers, ports, IP-IDs and destinations are
// random. Two packets that follow each other have the same source.
#pragma once

#include <cstdint>

#include "kizashi/base/random.hpp"
#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::recognise::internal {

class ordinary_traffic {
public:
  explicit ordinary_traffic(std::uint64_t seed) noexcept : random_{seed} {}

  /// Fills the whole batch, the payload's frames and the column `type`.
  void fill(net::packet_batch& batch, net::frame_block& frames, tag_columns& tags);

private:
  struct host;
  auto make_host() -> host;
  void add_row(host const& from, std::size_t row, net::packet_batch& batch, tag_columns& tags);
  auto make_syn(host const& from, net::packet& out) -> std::uint8_t;
  auto make_answer(host const& from, net::packet& out) -> std::uint8_t;
  auto make_datagram(net::packet& out) -> std::uint8_t;
  auto make_icmp(net::packet& out) -> std::uint8_t;

  random_source random_;
  net::frame_block* frames_ = nullptr;
};

}  // namespace kizashi::recognise::internal
