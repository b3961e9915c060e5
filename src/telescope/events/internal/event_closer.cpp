#include "kizashi/telescope/events/internal/event_closer.hpp"

namespace kizashi::telescope::internal {
namespace {

using recognise::packet_type;

auto protocol_of(packet_type type) noexcept -> std::uint8_t {
  if (type <= packet_type::tcp_exploit) return net::protocol::tcp;
  if (type <= packet_type::udp_exploit) return net::protocol::udp;
  return type <= packet_type::icmp_other ? net::protocol::icmp : std::uint8_t{0};
}

}  // namespace

auto sample_of(net::packet_batch const& batch, std::size_t row) noexcept -> header_sample {
  header_sample sample;
  sample.time = timestamp{batch.time[row]};
  sample.tcp_options = batch.tcp_options[row];
  sample.source_port = batch.source_port[row];
  sample.tcp_window = batch.tcp_window[row];
  sample.tcp_mss = batch.tcp_mss[row];
  sample.ip_id = batch.ip_id[row];
  sample.ip_length = batch.ip_length[row];
  sample.ttl = batch.ttl[row];
  sample.tcp_flags = batch.tcp_flags[row];
  sample.tcp_window_scale = batch.tcp_window_scale[row];
  sample.dont_fragment = batch.has(row, net::attribute::dont_fragment);
  return sample;
}

void add_packets(source_profile& to, packet_type type, recognise::traffic_class traffic_class,
                 std::uint64_t packets, std::uint64_t wire_bytes) noexcept {
  to.packets += packets;
  to.wire_bytes += wire_bytes;
  to.by_class[static_cast<std::size_t>(traffic_class)] += packets;
  auto const ip_protocol = protocol_of(type);
  to.tcp_syn += type == packet_type::tcp_syn ? packets : 0;
  to.tcp += ip_protocol == net::protocol::tcp ? packets : 0;
  to.udp += ip_protocol == net::protocol::udp ? packets : 0;
  to.icmp += ip_protocol == net::protocol::icmp ? packets : 0;
}

void add_packets(recognise::tool_evidence::totals& to, packet_type type,
                 std::uint64_t packets) noexcept {
  to.any += packets;
  auto const ip_protocol = protocol_of(type);
  to.tcp_syn += type == packet_type::tcp_syn ? packets : 0;
  to.tcp += ip_protocol == net::protocol::tcp ? packets : 0;
  to.udp += ip_protocol == net::protocol::udp ? packets : 0;
  to.icmp += ip_protocol == net::protocol::icmp ? packets : 0;
}

void add_packets_of_port(source_profile& to, packet_type type, std::uint16_t port,
                         std::uint64_t packets) noexcept {
  to.add_port({port, protocol_of(type), packets});
}

void add_scan_event(source_profile& to, scan_event const& event) noexcept {
  ++to.events;
  to.ports += event.ports;
  to.destinations = std::max(to.destinations, static_cast<std::uint32_t>(event.destinations.count));
  // Ports of a joint event are not known one by one.
  if (event.ports == 1) add_packets_of_port(to, event.type, event.port, event.packets);
  if (event.type == packet_type::tcp_syn)
    for (std::size_t i = 0; i < event.samples; ++i) to.add_header(event.headers[i]);
  constexpr std::uint64_t least_packets_of_a_rate = 10;
  if (event.packets >= least_packets_of_a_rate)
    to.highest_rate = std::max(to.highest_rate, static_cast<float>(rate_of(event)));
}

}  // namespace kizashi::telescope::internal
