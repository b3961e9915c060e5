#include "kizashi/recognise/internal/payload_shapes.hpp"

#include <algorithm>
#include <string_view>

#include "kizashi/net/byte_reader.hpp"

namespace kizashi::recognise::internal::shape {
namespace {

auto text_of(payload_bytes payload) noexcept -> std::string_view {
  return {reinterpret_cast<char const*>(payload.data()), payload.size()};
}

auto begins(payload_bytes payload, std::string_view with) noexcept -> bool {
  return text_of(payload).starts_with(with);
}

/// The flags of a DNS header that could be one: an operation code in use, and a bound number of
/// questions. Negative: none.
auto dns_flags(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  in.skip(2);
  int const flags = in.big16();
  if (in.is_exhausted() || (flags >> 11 & 0xF) > 6) return -1;
  auto const questions = in.big16();
  return in.is_exhausted() || questions <= 8 ? flags : -1;
}

/// The tag of the SNMP v1 and v2c message inside; 0 for v3, whose messages may be encrypted, and -1
/// for what is no SNMP. Lengths are followed, not believed.
auto snmp_tag(payload_bytes payload, std::uint8_t& v3_flags) noexcept -> int {
  net::byte_reader in{payload};
  auto const skip_length = [&in] {
    auto const first = in.u8();
    if (first > 0x80 && first < 0x85) in.skip(first & 0x7F);
    return first;
  };
  if (in.u8() != 0x30) return -1;
  skip_length();
  if (in.u8() != 2 || in.u8() != 1) return -1;
  auto const version = in.u8();
  if (version == 3) {
    if (in.u8() != 0x30) return -1;
    skip_length();
    for (int i = 0; i < 2; ++i) {  // message id, largest size
      if (in.u8() != 2) return -1;
      in.skip(in.u8());
    }
    if (in.u8() != 4 || in.u8() != 1) return -1;
    v3_flags = in.u8();
    return in.is_exhausted() ? -1 : 0;
  }
  if (version > 1 || in.u8() != 4) return -1;
  auto const community = in.u8();
  if (community >= 0x80) return -1;
  in.skip(community);
  auto const tag = in.u8();
  return in.is_exhausted() ? -1 : tag;
}

/// The tag of the LDAP operation, or -1.
auto ldap_tag(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  if (in.u8() != 0x30) return -1;
  auto const length = in.u8();
  if (length > 0x80 && length < 0x85) in.skip(length & 0x7F);
  if (in.u8() != 2) return -1;
  auto const id = in.u8();
  if (id < 1 || id > 4) return -1;
  in.skip(id);
  auto const tag = in.u8();
  return in.is_exhausted() ? -1 : tag;
}

auto rpc_type(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  in.skip(4);
  auto const type = in.big32();
  return in.is_exhausted() || type > 1 ? -1 : static_cast<int>(type);
}

/// The class of a CoAP code: 0 request, 2 to 5 answers; -1 for what is no CoAP or empty.
auto coap_class(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  auto const first = in.u8();
  auto const code = in.u8();
  if (in.is_exhausted() || first >> 6 != 1 || (first & 0xF) > 8 || code == 0) return -1;
  return code >> 5;
}

/// The byte behind the four of an out-of-band packet of a game server, or -1.
auto out_of_band(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  auto const head = in.big32();
  auto const type = in.u8();
  if (in.is_exhausted()) return -1;
  if (head == 0xFEFFFFFF) return 'I';  // an answer in several packets
  return head == 0xFFFFFFFF ? type : -1;
}

auto is_one_of(int value, std::string_view of) noexcept -> bool {
  return value > 0 && of.find(static_cast<char>(value)) != std::string_view::npos;
}

/// The type of the BACnet APDU: 0 and 1 are requests, 2 to 7 answers; -1 for what is none.
auto bacnet_type(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  if (in.u8() != 0x81) return -1;
  auto const function = in.u8();
  in.skip(function == 4 ? 8 : 2);  // a forwarded packet carries its sender's address
  if (in.u8() != 1) return -1;
  auto const control = in.u8();
  if ((control & 0x80) != 0) return -1;  // a message between routers
  if ((control & 0x20) != 0) {
    in.skip(2);
    in.skip(in.u8());
  }
  if ((control & 0x08) != 0) {
    in.skip(2);
    in.skip(in.u8());
  }
  if ((control & 0x20) != 0) in.skip(1);  // hop count
  auto const type = in.u8() >> 4;
  if (in.is_exhausted()) return -1;
  auto const service = in.u8();
  // I-Am and I-Have are sent like requests, and answer others.
  bool const is_answer = type == 1 && !in.is_exhausted() && service <= 1;
  return is_answer ? 2 : type;
}

auto xdmcp_operation(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  auto const version = in.big16();
  auto const operation = in.big16();
  return in.is_exhausted() || version != 1 ? -1 : operation;
}

auto stun_type(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  auto const type = in.big16();
  auto const length = in.big16();
  return in.is_exhausted() || length % 4 != 0 ? -1 : type;
}

auto slp_function(payload_bytes payload) noexcept -> int {
  net::byte_reader in{payload};
  auto const version = in.u8();
  auto const function = in.u8();
  return in.is_exhausted() || version < 1 || version > 2 ? -1 : function;
}

/// Whether a dictionary of BEP 5 says that it is of `kind`: 'q', 'r' or 'e'.
auto is_bencoded(payload_bytes payload, char kind) noexcept -> bool {
  auto const text = text_of(payload);
  char const key[]{'1', ':', 'y', '1', ':', kind};
  return text.starts_with("d1:") && text.find({key, sizeof(key)}) != std::string_view::npos;
}

/// Whether version and stratum of a packet of two bytes or more could be those of NTP.
auto is_ntp_time(payload_bytes payload) noexcept -> bool {
  return (payload[0] & 0x38) != 0 && payload[1] <= 16;
}

/// What follows the frame head of memcached's UDP: request number, 0, datagrams, 0.
auto memcached_text(payload_bytes payload) noexcept -> std::string_view {
  return payload.size() > 8 ? text_of(payload.subspan(8)) : std::string_view{};
}

}  // namespace

auto any(payload_bytes) noexcept -> bool {
  return true;
}
auto data(payload_bytes payload) noexcept -> bool {
  return !payload.empty();
}

auto dns_query(payload_bytes payload) noexcept -> bool {
  auto const flags = dns_flags(payload);
  return flags >= 0 && (flags & 0x804F) == 0;  // not an answer; no code of one
}
auto dns_answer(payload_bytes payload) noexcept -> bool {
  return dns_flags(payload) >= 0x8000;
}

auto ntp_request(payload_bytes payload) noexcept -> bool {
  if (payload.size() < 2) return false;
  switch (payload[0] & 7) {
    case 1:  // symmetric active
    case 3:  // client
      return is_ntp_time(payload);
    case 6:  // control; the response bit stands in the second byte
      return (payload[1] & 0x80) == 0;
    case 7:  // private, "monlist": the response bit stands in the first
      return (payload[0] & 0x80) == 0;
    default:
      return false;
  }
}
auto ntp_answer(payload_bytes payload) noexcept -> bool {
  if (payload.size() < 2) return false;
  switch (payload[0] & 7) {
    case 2:  // symmetric passive
    case 4:  // server
      return is_ntp_time(payload);
    case 6:
      return (payload[1] & 0x80) != 0;
    case 7:
      return (payload[0] & 0x80) != 0;
    default:
      return false;
  }
}

auto snmp_request(payload_bytes payload) noexcept -> bool {
  std::uint8_t flags = 0;
  auto const tag = snmp_tag(payload, flags);
  // Of version 3 the flag says that a report may be sent back: set in requests alone.
  if (tag == 0) return (flags & 4) != 0;
  return tag == 0xA0 || tag == 0xA1 || tag == 0xA3 || tag == 0xA5;
}
auto snmp_answer(payload_bytes payload) noexcept -> bool {
  std::uint8_t flags = 0;
  auto const tag = snmp_tag(payload, flags);
  if (tag == 0) return (flags & 4) == 0;
  return tag == 0xA2 || tag == 0xA8;
}

auto text_answer(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 16 && std::ranges::all_of(payload, [](std::uint8_t each) {
           return (each >= 0x20 && each < 0x7F) || each == '\r' || each == '\n' || each == '\t';
         });
}

auto ssdp_request(payload_bytes payload) noexcept -> bool {
  return begins(payload, "M-SEARCH");
}
auto http_answer(payload_bytes payload) noexcept -> bool {
  return begins(payload, "HTTP/1.");
}

auto memcached_request(payload_bytes payload) noexcept -> bool {
  return !payload.empty() && !memcached_answer(payload);
}
auto memcached_answer(payload_bytes payload) noexcept -> bool {
  auto const text = memcached_text(payload);
  for (std::string_view const each : {"STAT ", "VALUE ", "END\r\n", "VERSION ", "ERROR", "STORED",
                                      "CLIENT_ERROR", "SERVER_ERROR", "DELETED", "NOT_FOUND"})
    if (text.starts_with(each)) return true;
  return false;
}

auto ldap_request(payload_bytes payload) noexcept -> bool {
  auto const tag = ldap_tag(payload);
  return tag == 0x63 || tag == 0x60;  // search, bind
}
auto ldap_answer(payload_bytes payload) noexcept -> bool {
  auto const tag = ldap_tag(payload);
  return tag == 0x64 || tag == 0x65 || tag == 0x73 || tag == 0x61;
}

auto rpc_call(payload_bytes payload) noexcept -> bool {
  return rpc_type(payload) == 0;
}
auto rpc_reply(payload_bytes payload) noexcept -> bool {
  return rpc_type(payload) == 1;
}

auto tftp_request(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 4 && payload[0] == 0 && (payload[1] == 1 || payload[1] == 2);
}

auto rip_request(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 2 && payload[0] == 1 && payload[1] >= 1 && payload[1] <= 2;
}
auto rip_response(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 2 && payload[0] == 2 && payload[1] >= 1 && payload[1] <= 2;
}

auto discovery_probe(payload_bytes payload) noexcept -> bool {
  return !payload.empty() && !discovery_match(payload);
}
auto discovery_match(payload_bytes payload) noexcept -> bool {
  auto const text = text_of(payload).substr(0, 1400);
  for (std::string_view const each : {"ProbeMatches", "ResolveMatches", "Envelope/Fault", ":Fault"})
    if (text.find(each) != std::string_view::npos) return true;
  return false;
}

auto coap_request(payload_bytes payload) noexcept -> bool {
  return coap_class(payload) == 0;
}
auto coap_response(payload_bytes payload) noexcept -> bool {
  auto const code = coap_class(payload);
  return code == 2 || code == 4 || code == 5;
}

auto source_query(payload_bytes payload) noexcept -> bool {
  return is_one_of(out_of_band(payload), "TUVWi");
}
auto source_answer(payload_bytes payload) noexcept -> bool {
  return is_one_of(out_of_band(payload), "IDEAmj");
}

auto quake_query(payload_bytes payload) noexcept -> bool {
  return begins(payload, "\xFF\xFF\xFF\xFFget");
}
auto quake_answer(payload_bytes payload) noexcept -> bool {
  return begins(payload, "\xFF\xFF\xFF\xFFstatusResponse") ||
         begins(payload, "\xFF\xFF\xFF\xFFinfoResponse");
}

auto mssql_request(payload_bytes payload) noexcept -> bool {
  return !payload.empty() && payload[0] >= 2 && payload[0] <= 4;
}
auto mssql_answer(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 3 && payload[0] == 5;
}

// Both begin with the version, 1 or 2; a request has nothing behind its head of four bytes.
auto ubiquiti_request(payload_bytes payload) noexcept -> bool {
  return payload.size() == 4 &&
         (begins(payload, {"\x01\x00\x00\x00", 4}) || begins(payload, {"\x02\x08\x00\x00", 4}) ||
          begins(payload, {"\x02\x0A\x00\x00", 4}));
}
auto ubiquiti_answer(payload_bytes payload) noexcept -> bool {
  return payload.size() > 4 && (payload[0] == 1 || payload[0] == 2);
}

auto slp_request(payload_bytes payload) noexcept -> bool {
  auto const function = slp_function(payload);
  return function == 1 || function == 6 || function == 9;
}
auto slp_answer(payload_bytes payload) noexcept -> bool {
  auto const function = slp_function(payload);
  return function == 2 || function == 7 || function == 8 || function == 10 || function == 11;
}

auto stun_request(payload_bytes payload) noexcept -> bool {
  return stun_type(payload) == 1;
}
auto stun_answer(payload_bytes payload) noexcept -> bool {
  auto const type = stun_type(payload);
  return type == 0x101 || type == 0x111;
}

auto bittorrent_query(payload_bytes payload) noexcept -> bool {
  return is_bencoded(payload, 'q');
}
auto bittorrent_answer(payload_bytes payload) noexcept -> bool {
  return is_bencoded(payload, 'r') || is_bencoded(payload, 'e');
}

auto kad_request(payload_bytes payload) noexcept -> bool {
  return payload.size() >= 2 && payload[0] == 0xE4;
}

auto bacnet_request(payload_bytes payload) noexcept -> bool {
  auto const type = bacnet_type(payload);
  return type == 0 || type == 1;
}
auto bacnet_answer(payload_bytes payload) noexcept -> bool {
  auto const type = bacnet_type(payload);
  return type >= 2 && type <= 7;
}

auto xdmcp_request(payload_bytes payload) noexcept -> bool {
  auto const operation = xdmcp_operation(payload);
  return operation >= 1 && operation <= 3;  // broadcast query, query, indirect query
}
auto xdmcp_answer(payload_bytes payload) noexcept -> bool {
  auto const operation = xdmcp_operation(payload);
  return operation == 5 || operation == 6;  // willing, unwilling
}

auto quic_answer(payload_bytes payload) noexcept -> bool {
  net::byte_reader in{payload};
  auto const first = in.u8();
  auto const version = in.big32();
  auto const connection = in.u8();
  if (in.is_exhausted() || (first & 0x80) == 0 || connection > 20) return false;
  // Version negotiation, versions 1 and 2, and drafts.
  return version == 0 || version == 1 || version == 0x6B3343CF || version >> 8 == 0xFF0000;
}

}  // namespace kizashi::recognise::internal::shape
