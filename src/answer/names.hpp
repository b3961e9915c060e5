// Names that people know for numbers in headers. Short on purpose: what a telescope sees daily.
#pragma once

#include <cstdint>
#include <string_view>

namespace kizashi::answer {

/// Of a TCP (6) or UDP (17) port: IANA's service name or the product that made the port a target;
/// empty when not listed.
[[nodiscard]] auto service_name(std::uint8_t ip_protocol, std::uint16_t port) -> std::string_view;

/// Of an ICMP (1) or ICMPv6 (58) message (IANA "ICMP Type Numbers", "ICMPv6 Parameters"); empty
/// when not listed.
[[nodiscard]] auto icmp_name(std::uint8_t ip_protocol, std::uint8_t type, std::uint8_t code)
    -> std::string_view;

}  // namespace kizashi::answer
