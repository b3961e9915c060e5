#include "kizashi/recognise/internal/payload_services.hpp"

#include <algorithm>
#include <array>

namespace kizashi::recognise::internal {
namespace {

constexpr std::string_view cisa = "CISA TA14-017A";

constexpr std::array services{
    udp_service{7, "echo", true, shape::data, nullptr, "CERT CA-1996-01"},
    udp_service{17, "qotd", true, shape::any, shape::text_answer, cisa},
    udp_service{19, "chargen", true, shape::any, shape::text_answer, cisa},
    udp_service{53, "dns", true, shape::dns_query, shape::dns_answer, cisa},
    udp_service{69, "tftp", true, shape::tftp_request, nullptr, cisa},
    udp_service{111, "portmap", true, shape::rpc_call, shape::rpc_reply, cisa},
    udp_service{123, "ntp", true, shape::ntp_request, shape::ntp_answer, cisa},
    udp_service{137, "netbios", true, shape::dns_query, shape::dns_answer, cisa},
    udp_service{161, "snmp", true, shape::snmp_request, shape::snmp_answer, cisa},
    udp_service{177, "xdmcp", true, shape::xdmcp_request, shape::xdmcp_answer, "Shadowserver"},
    udp_service{389, "cldap", true, shape::ldap_request, shape::ldap_answer, cisa},
    udp_service{427, "slp", true, shape::slp_request, shape::slp_answer, "CVE-2023-29552"},
    udp_service{443, "quic", false, nullptr, shape::quic_answer, "Nawrocki 2021, QUICsand (IMC)"},
    udp_service{520, "rip", true, shape::rip_request, shape::rip_response, cisa},
    udp_service{1434, "mssql", true, shape::mssql_request, shape::mssql_answer, "Akamai 2015"},
    udp_service{1900, "ssdp", true, shape::ssdp_request, shape::http_answer, cisa},
    udp_service{3283, "ard", true, shape::data, nullptr, "NETSCOUT 2019"},
    udp_service{3389, "rdp", true, shape::data, nullptr, "NETSCOUT 2021"},
    udp_service{3478, "stun", true, shape::stun_request, shape::stun_answer, "NETSCOUT 2021"},
    udp_service{3702, "ws-discovery", true, shape::discovery_probe, shape::discovery_match,
                "Akamai 2019"},
    udp_service{4672, "kad", true, shape::kad_request, nullptr, cisa},
    udp_service{5093, "sentinel", true, shape::data, nullptr, "Akamai 2015"},
    udp_service{5353, "mdns", true, shape::dns_query, shape::dns_answer, cisa},
    udp_service{5683, "coap", true, shape::coap_request, shape::coap_response, "RFC 7252, 11.3"},
    udp_service{6881, "bittorrent", true, shape::bittorrent_query, shape::bittorrent_answer, cisa},
    udp_service{10001, "ubiquiti", true, shape::ubiquiti_request, shape::ubiquiti_answer,
                "INCIBE-CERT, UBNT"},
    udp_service{10074, "tp240", true, shape::data, nullptr, "CVE-2022-26143"},
    udp_service{11211, "memcached", true, shape::memcached_request, shape::memcached_answer, cisa},
    udp_service{27015, "steam", true, shape::source_query, shape::source_answer, cisa},
    udp_service{27960, "quake", true, shape::quake_query, shape::quake_answer, cisa},
    udp_service{32414, "plex", true, shape::ssdp_request, shape::http_answer, "NETSCOUT 2021"},
    udp_service{33848, "jenkins", true, shape::data, nullptr, "CVE-2020-2100"},
    udp_service{37810, "dvr-dhcpdiscover", true, shape::data, nullptr, "NETSCOUT 2020"},
    udp_service{47808, "bacnet", true, shape::bacnet_request, shape::bacnet_answer,
                "Gasser 2017 (JCSM 6, 1)"},
};
static_assert(std::ranges::adjacent_find(services, std::ranges::greater_equal{},
                                         &udp_service::port) == services.end());

/// A bit for each port with a service: most ports have none.
constexpr auto known_ports = [] {
  std::array<std::uint64_t, 1024> bits{};
  for (auto const& each : services) bits[each.port / 64] |= std::uint64_t{1} << (each.port % 64);
  return bits;
}();

}  // namespace

auto udp_services() noexcept -> std::span<udp_service const> {
  return services;
}

auto service_on(std::uint16_t port) noexcept -> udp_service const* {
  if ((known_ports[port / 64] >> (port % 64) & 1) == 0) return nullptr;
  return &*std::ranges::lower_bound(services, port, {}, &udp_service::port);
}

}  // namespace kizashi::recognise::internal
