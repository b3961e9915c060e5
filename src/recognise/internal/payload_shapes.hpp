// What a UDP payload looks like: a request to a service, or its answer. Each function reads as few
// bytes as tell the two apart, because captures are often cut behind the headers.
#pragma once

#include <cstdint>
#include <span>

namespace kizashi::recognise::internal {

/// Bytes that a stranger wrote, from the first behind the UDP header.
using payload_bytes = std::span<std::uint8_t const>;
using payload_shape = auto(payload_bytes) noexcept -> bool;

namespace shape {
/// Any datagram, an empty one included.
payload_shape any;
/// At least one byte.
payload_shape data;
payload_shape dns_query, dns_answer;      // RFC 1035, section 4.1.1
payload_shape ntp_request, ntp_answer;    // RFC 5905, section 7.3; RFC 9327; ntp_request.h
payload_shape snmp_request, snmp_answer;  // RFC 3416, section 3; RFC 3412, section 6
payload_shape text_answer;                // RFC 864, RFC 865
payload_shape ssdp_request, http_answer;  // UPnP Device Architecture 1.1, section 1.3
payload_shape memcached_request;          // memcached, doc/protocol.txt
payload_shape memcached_answer;
payload_shape ldap_request, ldap_answer;            // RFC 4511, section 4.5
payload_shape rpc_call, rpc_reply;                  // RFC 5531, section 9
payload_shape tftp_request;                         // RFC 1350, section 5
payload_shape rip_request, rip_response;            // RFC 1058, section 3.1
payload_shape discovery_probe, discovery_match;     // OASIS WS-Discovery 1.1, section 5
payload_shape coap_request, coap_response;          // RFC 7252, section 3
payload_shape source_query, source_answer;          // Valve, "Server queries"
payload_shape quake_query, quake_answer;            // id Software, Quake 3 net_chan.c
payload_shape mssql_request, mssql_answer;          // MS-SQLR, section 2.2
payload_shape ubiquiti_request, ubiquiti_answer;    // INCIBE-CERT
payload_shape slp_request, slp_answer;              // RFC 2608, section 8
payload_shape stun_request, stun_answer;            // RFC 8489, section 5
payload_shape bittorrent_query, bittorrent_answer;  // BEP 5
payload_shape kad_request;                          // eMule, opcodes.h
payload_shape bacnet_request, bacnet_answer;        // ANSI/ASHRAE 135, annex J and clause 20
payload_shape xdmcp_request, xdmcp_answer;          // X Consortium, XDMCP 1.1
payload_shape quic_answer;                          // RFC 9000, section 17.2
}  // namespace shape

}  // namespace kizashi::recognise::internal
