// For tests: packets whose fields meet the filters of `expressions.hpp`.
#pragma once

#include "kizashi/base/random.hpp"
#include "kizashi/filter/invented/expressions.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::filter::invented {

inline void invent_addresses(random_source& random, net::packet_batch& batch, net::packet& to) {
  auto const source = invent_address(random);
  auto destination = invent_address(random);
  while (destination.is_ipv6() != source.is_ipv6()) destination = invent_address(random);
  if (!source.is_ipv6()) {
    to.source = source.as_ipv4().value();
    to.destination = destination.as_ipv4().value();
    return;
  }
  to.attributes |= net::bit(net::attribute::ipv6);
  to.source = to.destination = static_cast<std::uint32_t>(batch.ipv6.size());
  batch.ipv6.push_back({source.as_ipv6(), destination.as_ipv6()});
}

/// What a decoder would give: a packet without IP has no address, one without a transport header no
/// ports.
inline auto invent_packet(random_source& random, net::packet_batch& batch) -> net::packet {
  auto const small = [&](std::uint32_t most = 6) { return random.below(most); };
  auto const wide = [&](std::uint32_t largest) {
    return random.below(3) == 0 ? random.next32() % largest : random.below(6);
  };
  net::packet is;
  is.time =
      small(10) == 0
          ? timestamp::unknown()
          : timestamp{(1'768'467'600'000'000 + small(20) * 500'000LL) * 1000 + small(3) * 400LL};
  is.wire_length = wide(0xFFFFFFFF);
  if (small(12) == 0) {
    is.attributes = net::bit(net::attribute::no_ip) | net::bit(net::attribute::arp);
    return is;
  }
  constexpr std::uint8_t protocols[] = {1, 6, 6, 6, 17, 17, 47, 58};
  is.ip_protocol = protocols[small(8)];
  is.attributes = static_cast<std::uint16_t>(random.next32() & 0x7F00 & ~0x4000U);
  invent_addresses(random, batch, is);
  is.ttl = static_cast<std::uint8_t>(wide(256));
  is.ip_length = static_cast<std::uint16_t>(wide(65536));
  is.ip_id = static_cast<std::uint16_t>(wide(65536));
  if (small(8) == 0 || is.ip_protocol == 47) return is;
  is.attributes |= net::bit(net::attribute::ports);
  std::uint32_t const largest = is.ip_protocol == 1 || is.ip_protocol == 58 ? 256 : 65536;
  is.source_port = static_cast<std::uint16_t>(wide(largest));
  is.destination_port = static_cast<std::uint16_t>(wide(largest));
  is.payload_length = static_cast<std::uint16_t>(small());
  if (is.ip_protocol != 6) return is;
  constexpr std::uint8_t flags[] = {0, 2, 18, 4, 16, 41, 3};
  is.tcp_flags = flags[small(7)];
  is.tcp_sequence = wide(0xFFFFFFFF);
  is.tcp_acknowledgement = wide(0xFFFFFFFF);
  is.tcp_options = wide(0xFFFFFFFF);
  is.tcp_window = static_cast<std::uint16_t>(wide(65536));
  is.tcp_mss = static_cast<std::uint16_t>(small());
  is.tcp_window_scale = small(2) == 0 ? std::uint8_t{255} : static_cast<std::uint8_t>(small());
  return is;
}

/// Fills both with `rows` rows. Fingerprints are bits 0 .. `tools` - 1, scanners 0 .. `scanners`.
inline void invent_packets(random_source& random, std::size_t rows, unsigned tools,
                           unsigned scanners, net::packet_batch& batch,
                           recognise::tag_columns& tags) {
  batch.clear();
  batch.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    batch.set_row(row, invent_packet(random, batch));
    tags.type[row] = static_cast<std::uint8_t>(random.below(recognise::packet_types));
    tags.traffic_class[row] = static_cast<std::uint8_t>(random.below(recognise::traffic_classes));
    tags.scanner[row] = static_cast<std::uint16_t>(random.below(scanners + 1));
    tags.fingerprints[row] = random.below(3) == 0 ? 0 : random.next() & ((1U << tools) - 1);
  }
}

}  // namespace kizashi::filter::invented
