// What a packet is for: its type, read from the header, and the class that follows from it.
//
// docs/traffic.md says the rule for each with its source.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise {

/// What kind of packet it is. Together with a source and a port it is the key of a scan event.
enum class packet_type : std::uint8_t {
  tcp_syn,        ///< SYN without ACK, FIN and RST
  tcp_synack,     ///< SYN and ACK, without RST
  tcp_rst,        ///< RST, with or without ACK
  tcp_ack,        ///< ACK alone, without data
  tcp_fin,        ///< FIN, neither SYN nor RST
  tcp_null,       ///< none of the six classic flags
  tcp_xmas,       ///< FIN, PSH and URG without SYN, RST and ACK
  tcp_other,      ///< any other combination
  tcp_payload,    ///< data in a segment that is none of the above but tcp_ack or tcp_other
  tcp_exploit,    ///< data with a mark of an attempt to break in
  udp,            ///< none of the next three
  udp_amplifier,  ///< a request to a service that amplifies
  udp_reply,      ///< an answer of a service: from its port, and looks like an answer
  udp_exploit,
  icmp_request,  ///< echo, timestamp, information or mask request; ICMPv6 echo request
  icmp_reply,    ///< their replies
  icmp_error,    ///< unreachable, source quench, redirect, time exceeded, parameter problem
  icmp_other,
  fragment,  ///< a later fragment, or a first one without ports
  other_ip,  ///< another protocol, or headers that cannot be read
  no_ip,
};
inline constexpr std::size_t packet_types = 21;

enum class traffic_class : std::uint8_t {
  scan,
  backscatter,
  amplifier_probe,
  payload,           ///< exploit or other payload attempt
  misconfiguration,  ///< never of a packet alone: of an event (telescope/events)
  unroutable,        ///< the source cannot have sent it: reserved space, or source = destination
  fragment,
  other,
};
inline constexpr std::size_t traffic_classes = 8;

/// The class of a packet whose source is routable.
[[nodiscard]] auto class_of(packet_type type) noexcept -> traffic_class;
[[nodiscard]] auto name_of(packet_type type) noexcept -> std::string_view;    // "tcp-syn"
[[nodiscard]] auto name_of(traffic_class each) noexcept -> std::string_view;  // "amplifier-probe"

/// The port by which packets of this type are told apart: the destination port of TCP and UDP, of
/// answers (tcp_synack, tcp_rst, udp_reply) the source port, else 0.
[[nodiscard]] inline auto port_of(net::packet_batch const& batch, std::size_t row,
                                  packet_type type) noexcept -> std::uint16_t {
  if (type == packet_type::tcp_synack || type == packet_type::tcp_rst ||
      type == packet_type::udp_reply)
    return batch.source_port[row];
  return type <= packet_type::udp_exploit ? batch.destination_port[row] : std::uint16_t{0};
}

/// Whose answer a row of class backscatter is: of an ICMP error the destination of the packet that
/// it quotes (IPv4 or IPv6), else the row's source.
[[nodiscard]] auto victim_of(net::packet_batch const& batch, std::size_t row, packet_type type)
    -> net::address;

/// The name of the amplifying service on a UDP port ("ntp"); empty when none is known there.
[[nodiscard]] auto amplifier_name(std::uint16_t port) noexcept -> std::string_view;

}  // namespace kizashi::recognise
