// Type and class of each row. Most rows of a darknet are TCP segments without data, and what they
// are follows from one table; all others are noted in the first pass and looked at one by one.
#include <array>

#include "kizashi/recognise/internal/payload_marks.hpp"
#include "kizashi/recognise/internal/payload_services.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

using internal::payload_bytes;
using net::attribute;
using net::packet_batch;

constexpr auto number_of(packet_type type) -> std::uint8_t {
  return static_cast<std::uint8_t>(type);
}
constexpr auto number_of(traffic_class each) -> std::uint8_t {
  return static_cast<std::uint8_t>(each);
}

/// Of a segment without data. ECE and CWR, the two flags of RFC 3168, say nothing.
constexpr auto type_of_flags(unsigned all) -> packet_type {
  namespace flag = net::tcp_flag;
  auto const flags = all & 63U;
  auto const has = [flags](unsigned bits) { return (flags & bits) == bits; };
  if (has(flag::rst)) return packet_type::tcp_rst;
  if (has(flag::syn | flag::ack)) return packet_type::tcp_synack;
  if (has(flag::syn)) return has(flag::fin) ? packet_type::tcp_other : packet_type::tcp_syn;
  if (flags == (flag::fin | flag::psh | flag::urg)) return packet_type::tcp_xmas;
  if (has(flag::fin)) return packet_type::tcp_fin;
  if (flags == flag::ack) return packet_type::tcp_ack;
  return flags == 0 ? packet_type::tcp_null : packet_type::tcp_other;
}

constexpr auto types_of_flags = [] {
  std::array<std::uint8_t, 256> types{};
  for (unsigned flags = 0; flags < 256; ++flags) types[flags] = number_of(type_of_flags(flags));
  return types;
}();

auto class_table() -> std::array<std::uint8_t, packet_types> {
  std::array<std::uint8_t, packet_types> classes{};
  for (std::size_t i = 0; i < packet_types; ++i)
    classes[i] = number_of(class_of(static_cast<packet_type>(i)));
  return classes;
}

/// What the first octet says of an IPv4 source.
enum octet_rule : std::uint8_t { routable, unroutable, look };

constexpr auto octet_rules = [] {
  std::array<std::uint8_t, 256> rules{};
  rules[0] = rules[10] = rules[127] = unroutable;
  for (unsigned octet = 224; octet < 256; ++octet) rules[octet] = unroutable;
  for (unsigned const octet : {100, 169, 172, 192, 198, 203}) rules[octet] = look;
  return rules;
}();

/// Space that nobody is reached from, inside the octets with the rule `look`.
constexpr auto is_reserved_part(std::uint32_t a) -> bool {
  auto const is_in = [a](std::uint32_t first, unsigned length) {
    return (a ^ first) >> (32 - length) == 0;
  };
  return is_in(0x64400000, 10)      // 100.64.0.0/10
         || is_in(0xA9FE0000, 16)   // 169.254.0.0/16
         || is_in(0xAC100000, 12)   // 172.16.0.0/12
         || is_in(0xC0000000, 24)   // 192.0.0.0/24
         || is_in(0xC0000200, 24)   // 192.0.2.0/24
         || is_in(0xC0586300, 24)   // 192.88.99.0/24
         || is_in(0xC0A80000, 16)   // 192.168.0.0/16
         || is_in(0xC6120000, 15)   // 198.18.0.0/15
         || is_in(0xC6336400, 24)   // 198.51.100.0/24
         || is_in(0xCB007100, 24);  // 203.0.113.0/24
}

constexpr auto is_unroutable(net::ipv4 a) -> bool {
  auto const rule = octet_rules[a.value() >> 24];
  return rule == look ? is_reserved_part(a.value()) : rule == unroutable;
}

/// Outside of 2000::/3 only the NAT64 prefix is announced.
constexpr auto is_unroutable(net::ipv6 a) -> bool {
  auto const high = a.high();
  if (high == 0x0064FF9B00000000 && a.low() >> 32 == 0) return false;  // 64:ff9b::/96
  if (high >> 61 != 1) return true;
  if (high >> 48 == 0x2002)  // 6to4 carries an IPv4 address
    return is_unroutable(net::ipv4{static_cast<std::uint32_t>(high >> 16)});
  return high >> 32 == 0x20010DB8         // 2001:db8::/32
         || high >> 44 == 0x3FFF0         // 3fff::/20
         || high >> 16 == 0x200100020000  // 2001:2::/48
         || high >> 36 == 0x2001001;      // 2001:10::/28
}

auto is_unroutable(packet_batch const& batch, std::size_t row) -> bool {
  if (batch.has(row, attribute::no_ip)) return false;
  if (!batch.has(row, attribute::ipv6))
    return batch.source[row] == batch.destination[row] ||
           is_unroutable(net::ipv4{batch.source[row]});
  auto const& pair = batch.ipv6[batch.source[row]];
  return pair.source == pair.destination || is_unroutable(pair.source);
}

/// Empty when none was captured or the place does not lie in the frame.
auto payload_of(packet_batch const& batch, net::frame_block const& frames, std::size_t row)
    -> payload_bytes {
  auto const index = batch.frame_index[row];
  if (batch.payload_length[row] == 0 || index >= frames.frames.size()) return {};
  auto const data = frames.data(frames.frames[index]);
  std::size_t const offset = batch.payload_offset[row];
  std::size_t const length = batch.payload_length[row];
  if (offset > data.size() || length > data.size() - offset) return {};
  return data.subspan(offset, length);
}

auto type_of_tcp(packet_batch const& batch, net::frame_block const& frames, std::size_t row)
    -> packet_type {
  auto const type = static_cast<packet_type>(types_of_flags[batch.tcp_flags[row]]);
  // Answers may quote whatever was sent to them.
  if (type == packet_type::tcp_rst || type == packet_type::tcp_synack) return type;
  auto const payload = payload_of(batch, frames, row);
  if (payload.empty()) return type;
  if (internal::find_exploit(payload, net::protocol::tcp, batch.destination_port[row]) != nullptr)
    return packet_type::tcp_exploit;
  return type == packet_type::tcp_ack || type == packet_type::tcp_other ? packet_type::tcp_payload
                                                                        : type;
}

/// Whether the datagram carried data of which the capture holds nothing.
auto is_payload_cut(packet_batch const& batch, std::size_t row, payload_bytes payload) -> bool {
  auto const headers = batch.has(row, attribute::ipv6) ? 48U : 28U;
  return payload.empty() && batch.ip_length[row] > headers;
}

auto type_of_udp(packet_batch const& batch, net::frame_block const& frames, std::size_t row)
    -> packet_type {
  auto const to = batch.destination_port[row];
  auto const payload = payload_of(batch, frames, row);
  auto const* const asked = internal::service_on(to);
  auto const* const from = internal::service_on(batch.source_port[row]);
  if (from != nullptr && from->is_answer != nullptr && !payload.empty() && from->is_answer(payload))
    return packet_type::udp_reply;
  if (internal::find_exploit(payload, net::protocol::udp, to) != nullptr)
    return packet_type::udp_exploit;
  auto const is_cut = is_payload_cut(batch, row, payload);
  if (asked != nullptr && asked->amplifies && (is_cut || asked->is_request(payload)))
    return packet_type::udp_amplifier;
  if (is_cut && from != nullptr && from->is_answer != nullptr && to >= 1024)
    return packet_type::udp_reply;
  return packet_type::udp;
}

auto type_of_icmp(std::uint16_t type) -> packet_type {
  switch (type) {
    case 8:   // echo
    case 13:  // timestamp
    case 15:  // information
    case 17:  // address mask
      return packet_type::icmp_request;
    case 0:
    case 14:
    case 16:
    case 18:
      return packet_type::icmp_reply;
    case 3:   // unreachable
    case 4:   // source quench
    case 5:   // redirect
    case 11:  // time exceeded
    case 12:  // parameter problem
      return packet_type::icmp_error;
    default:
      return packet_type::icmp_other;
  }
}

auto type_of_icmp6(std::uint16_t type) -> packet_type {
  if (type == 128) return packet_type::icmp_request;
  if (type == 129) return packet_type::icmp_reply;
  return type >= 1 && type <= 4 ? packet_type::icmp_error : packet_type::icmp_other;
}

auto type_of(packet_batch const& batch, net::frame_block const& frames, std::size_t row)
    -> packet_type {
  if (batch.has(row, attribute::no_ip)) return packet_type::no_ip;
  if (!batch.has(row, attribute::ports))
    return batch.has(row, attribute::fragment) ? packet_type::fragment : packet_type::other_ip;
  switch (batch.ip_protocol[row]) {
    case net::protocol::tcp:
      return type_of_tcp(batch, frames, row);
    case net::protocol::udp:
      return type_of_udp(batch, frames, row);
    case net::protocol::icmp:
      return type_of_icmp(batch.source_port[row]);
    case net::protocol::icmp6:
      return type_of_icmp6(batch.source_port[row]);
    default:
      return packet_type::other_ip;
  }
}

/// Rows that the first pass did not decide.
struct open_rows {
  std::array<std::uint16_t, packet_batch::capacity> rows;
  std::size_t count = 0;
};

/// Decides every row as if it were IPv4 TCP without data, and notes those that are not, or whose
/// source lies in space that is reserved in parts.
void decide_plain_tcp(packet_batch const& batch, std::uint8_t const* classes, tag_columns& to,
                      open_rows& open) {
  constexpr auto asked =
      net::bit(attribute::ports) | net::bit(attribute::ipv6) | net::bit(attribute::no_ip);
  auto const size = batch.size();
  for (std::size_t row = 0; row < size; ++row) {
    auto const source = batch.source[row];
    auto const rule = octet_rules[source >> 24];
    auto const type = types_of_flags[batch.tcp_flags[row]];
    int const is_never = int{rule == unroutable} | int{source == batch.destination[row]};
    to.type[row] = type;
    to.traffic_class[row] = is_never != 0 ? number_of(traffic_class::unroutable) : classes[type];
    // Numbers, because all of it is reckoned without a branch.
    int const is_open = int{batch.ip_protocol[row] != net::protocol::tcp} |
                        int{(batch.attributes[row] & asked) != net::bit(attribute::ports)} |
                        int{batch.payload_length[row] != 0} | int{rule == look};
    open.rows[open.count] = static_cast<std::uint16_t>(row);
    open.count += static_cast<std::size_t>(is_open);
  }
}

}  // namespace

void add_traffic(packet_batch const& batch, net::frame_block const& frames, tag_columns& to) {
  static auto const classes = class_table();
  open_rows open;
  decide_plain_tcp(batch, classes.data(), to, open);
  for (std::size_t i = 0; i < open.count; ++i) {
    auto const row = open.rows[i];
    auto const type = type_of(batch, frames, row);
    to.type[row] = number_of(type);
    to.traffic_class[row] =
        is_unroutable(batch, row) ? number_of(traffic_class::unroutable) : classes[number_of(type)];
  }
}

}  // namespace kizashi::recognise
