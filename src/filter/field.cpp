#include "kizashi/filter/field.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kizashi/base/config.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::filter {
namespace {

constexpr std::uint64_t u8 = 0xFF, u16 = 0xFFFF, u32 = 0xFFFFFFFF;
constexpr std::uint64_t u63 = 0x7FFF'FFFF'FFFF'FFFF;
constexpr unsigned P = 1, E = 2, A = 4;  // packets, scan events, attacks

using enum value_kind;

constexpr std::array<field_info, fields> table{{
    {field::ip, "ip", "address host ip.addr", address, 0, P | E | A,
     "the source or the destination; of events and attacks as src"},
    {field::source, "src", "source ip.src victim", address, 0, P | E | A,
     "the source; of attacks the victim, whose answers they are"},
    {field::destination, "dst", "destination ip.dst", address, 0, P, "the destination"},
    {field::ip_version, "ip.version", "", number, 6, P | E | A, "4 or 6"},
    {field::protocol, "protocol", "proto ip.proto", word, u8, P | E | A,
     "IANA's number or its name; none is a packet without IP; of attacks that of an attacked "
     "service"},
    {field::port, "port", "", number, u16, P | E | A,
     "the source or the destination port of TCP or UDP; of an event its one port, of an attack one "
     "of the attacked"},
    {field::source_port, "src.port", "sport srcport", number, u16, P,
     "the source port of TCP or UDP"},
    {field::destination_port, "dst.port", "dport dstport", number, u16, P,
     "the destination port of TCP or UDP"},
    {field::icmp_type, "icmp.type", "", number, u8, P, "the type of ICMP or ICMPv6"},
    {field::icmp_code, "icmp.code", "", number, u8, P, "the code of ICMP or ICMPv6"},
    {field::tcp_flags, "tcp.flags", "flags", word, u8, P,
     "exactly these flags of TCP: syn, syn-ack, none or the header's number"},
    {field::flag, "flag", "tcp.flag", word_set, u8, P, "a flag of TCP that is set, among others"},
    {field::tcp_sequence, "tcp.seq", "", number, u32, P, "the sequence number of TCP"},
    {field::tcp_acknowledgement, "tcp.ack", "", number, u32, P,
     "the acknowledgement number of TCP"},
    {field::tcp_window, "tcp.window", "window", number, u16, P, "the window of TCP, unscaled"},
    {field::tcp_options, "tcp.options", "", number, u32, P,
     "TCP options in their order, 4 bits each, the first lowest"},
    {field::tcp_mss, "tcp.mss", "mss", number, u16, P, "the segment size of TCP's option"},
    {field::tcp_window_scale, "tcp.wscale", "wscale", number, u8, P,
     "the window scale of TCP's option"},
    {field::ttl, "ttl", "ip.ttl hop.limit", number, u8, P, "time to live, or hop limit"},
    {field::ip_id, "ip.id", "ipid", number, u16, P, "the identification of IP"},
    {field::ip_length, "ip.length", "ip.len", number, u16, P,
     "bytes of the datagram as its header says"},
    {field::wire_length, "length", "frame.len", number, u32, P, "bytes of the frame on the wire"},
    {field::payload_length, "payload.length", "payload", number, u16, P,
     "bytes behind the transport header"},
    {field::attribute, "attribute", "", word_set, u16, P, "what the packet is known to be"},
    {field::time, "time", "", value_kind::time, u63, P, "when the packet was seen"},
    {field::sensor, "sensor", "", text, 0, P | E | A, "who saw it"},
    {field::type, "type", "", word, u8, P | E, "the type: docs/traffic.md"},
    {field::traffic_class, "class", "", word, u8, P | E, "the class: docs/traffic.md"},
    {field::tool, "tool", "malware", text_set, 0, P | E,
     "a tool or malware: of a packet a fingerprint, of an event a verdict"},
    {field::fingerprint, "fingerprint", "", text_set, 0, P | E,
     "a fingerprint that the packet, or any packet of the event, passes"},
    {field::scanner, "scanner", "org", text, 0, P | E, "the organisation of a known scanner"},
    {field::country, "country", "geo", value_kind::country, u16, P | E | A,
     "where the source is registered: ISO 3166-1"},
    {field::as, "as", "asn", as_number, u32, P | E | A, "who routes the source"},
    {field::first, "first", "", value_kind::time, u63, E | A, "the first packet"},
    {field::last, "last", "", value_kind::time, u63, E | A, "the last packet"},
    {field::duration, "duration", "", value_kind::duration, u63, E | A,
     "from the first packet to the last"},
    {field::packets, "packets", "", number, u63, E | A, "how many"},
    {field::bytes, "bytes", "", number, u63, E | A, "of the frames on the wire"},
    {field::ports, "ports", "", number, u32, E | A, "how many different ports"},
    {field::destinations, "destinations", "", number, u63, E, "how many different ones"},
    {field::rate, "rate", "", decimal, u63, E, "packets per second, 0 when all came at once"},
    {field::pattern, "pattern", "", word, u8, E, "how the packets lie: docs/events.md"},
    {field::spoofable, "spoofable", "", yes, 1, E, "the source may be forged"},
    {field::victims, "victims", "", number, u32, A, "how many addresses answered"},
    {field::peak, "peak", "", number, u63, A, "the most packets in a minute"},
    {field::senders, "senders", "", number, u63, A, "how many forged senders were seen"},
    {field::synack_answers, "answers.synack", "", number, u63, A, "answers that were SYN-ACK"},
    {field::rst_answers, "answers.rst", "", number, u63, A, "answers that were RST"},
    {field::icmp_answers, "answers.icmp", "", number, u63, A, "answers that were ICMP"},
    {field::udp_answers, "answers.udp", "", number, u63, A, "answers that were UDP"},
    {field::uniformity, "uniformity", "", decimal, 1'000'000, A,
     "how evenly the forged senders lie: a p-value, 0 when not tested"},
    {field::scaling, "scaling", "", word, u8, A, "why there is no attack.rate, or done"},
    {field::attack_rate, "attack.rate", "", decimal, u63, A,
     "packets per second at the victim, estimated; 0 when not"},
    {field::ongoing, "ongoing", "", yes, 1, E | A, "the stream ended before it did"},
    {field::cut, "cut", "", yes, 1, E | A, "it was closed early because memory was short"},
}};

constexpr std::array<named_number, 12> protocols{{
    {"none", 0},
    {"icmp", 1},
    {"igmp", 2},
    {"ipip", 4},
    {"tcp", 6},
    {"udp", 17},
    {"ipv6", 41},
    {"gre", 47},
    {"esp", 50},
    {"ah", 51},
    {"icmp6", 58},
    {"sctp", 132},
}};
/// The combinations that a report tells apart, and single flags.
constexpr std::array<named_number, 11> flag_combinations{{
    {"none", 0},
    {"fin", 1},
    {"syn", 2},
    {"rst", 4},
    {"psh", 8},
    {"ack", 16},
    {"fin-ack", 17},
    {"syn-ack", 18},
    {"rst-ack", 20},
    {"psh-ack", 24},
    {"fin-psh-urg", 41},
}};
constexpr std::array<named_number, 8> single_flags{{
    {"fin", 1},
    {"syn", 2},
    {"rst", 4},
    {"psh", 8},
    {"ack", 16},
    {"urg", 32},
    {"ece", 64},
    {"cwr", 128},
}};
constexpr std::array<named_number, 16> attributes{{
    {"ipv6", 1U << 0},
    {"no-ip", 1U << 1},
    {"arp", 1U << 2},
    {"malformed", 1U << 3},
    {"truncated", 1U << 4},
    {"fragment", 1U << 5},
    {"later-fragment", 1U << 6},
    {"ports", 1U << 7},
    {"dont-fragment", 1U << 8},
    {"reserved-flag", 1U << 9},
    {"ip-options", 1U << 10},
    {"vlan", 1U << 11},
    {"tunnel", 1U << 12},
    {"quoted", 1U << 13},
    {"unknown-link", 1U << 14},
    {"pseudonym", 1U << 15},
}};

/// The names that other rooms give to the numbers of an enumeration.
template <class Kind>
auto named(std::size_t count) -> std::vector<named_number> {
  std::vector<named_number> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back({name_of(static_cast<Kind>(i)), i});
  return out;
}

auto lower(char letter) noexcept -> char {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

auto name_of(target each) noexcept -> std::string_view {
  constexpr std::array<std::string_view, targets> names{"packets", "scan events", "attacks"};
  return names[static_cast<std::size_t>(each)];
}

auto info_of(field each) noexcept -> field_info const& {
  return table[static_cast<std::size_t>(each)];
}

auto all_fields() noexcept -> std::span<field_info const> {
  return table;
}

auto is_same_word(std::string_view one, std::string_view other) noexcept -> bool {
  return std::ranges::equal(one, other, {}, lower, lower);
}

auto to_lower(std::string_view text) -> std::string {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

auto find_field(std::string_view name) noexcept -> field_info const* {
  for (auto const& each : table) {
    if (is_same_word(name, each.name)) return &each;
    for (auto rest = each.aliases; !rest.empty();) {
      auto const alias = rest.substr(0, rest.find(' '));
      if (is_same_word(name, alias)) return &each;
      rest.remove_prefix(std::min(rest.size(), alias.size() + 1));
    }
  }
  return nullptr;
}

auto nearest_field(std::string_view name) -> std::string_view {
  std::vector<std::string_view> names;
  for (auto const& each : table) names.push_back(each.name);
  return closest(to_lower(name), names);
}

auto is_ordered(value_kind kind) noexcept -> bool {
  return kind == number || kind == decimal || kind == value_kind::time ||
         kind == value_kind::duration;
}

auto is_recognised(field each) noexcept -> bool {
  return each == field::type || each == field::traffic_class || each == field::tool ||
         each == field::fingerprint || each == field::scanner;
}

auto words_of(field each) -> std::span<named_number const> {
  static auto const types = named<recognise::packet_type>(recognise::packet_types);
  static auto const classes = named<recognise::traffic_class>(recognise::traffic_classes);
  static auto const patterns = named<telescope::scan_pattern>(telescope::scan_patterns);
  static auto const scalings = named<telescope::scaling>(telescope::scalings);
  switch (each) {
    case field::protocol:
      return protocols;
    case field::tcp_flags:
      return flag_combinations;
    case field::flag:
      return single_flags;
    case field::attribute:
      return attributes;
    case field::type:
      return types;
    case field::traffic_class:
      return classes;
    case field::pattern:
      return patterns;
    case field::scaling:
      return scalings;
    default:
      return {};
  }
}

auto number_of(field of, std::string_view word) -> std::optional<std::uint64_t> {
  for (auto const& each : words_of(of))
    if (is_same_word(each.name, word)) return each.number;
  return std::nullopt;
}

auto word_of(field of, std::uint64_t number) -> std::string_view {
  for (auto const& each : words_of(of))
    if (each.number == number) return each.name;
  return {};
}

auto has_numbers(field each) noexcept -> bool {
  return each == field::protocol || each == field::tcp_flags;
}

}  // namespace kizashi::filter
