// Types and classes of packets: the rules of docs/traffic.md, one by one and against a slow twin.
#include "kizashi/recognise/traffic.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/recogniser.hpp"

namespace kizashi::recognise {
namespace {

using namespace std::string_view_literals;
using net::attribute;
using net::bit;

/// Rows made by hand, their payloads one behind the other.
class rows {
public:
  void add(net::packet packet, std::string_view payload = {}) {
    auto const row = batch->size();
    if (!payload.empty()) {
      packet.payload_offset = 3;
      packet.payload_length = static_cast<std::uint16_t>(payload.size());
    }
    std::string const frame = "???" + std::string{payload};
    frames.append(timestamp{1}, net::link_type::ipv4, static_cast<std::uint32_t>(frame.size()),
                  {reinterpret_cast<std::uint8_t const*>(frame.data()), frame.size()});
    batch->set_row(row, packet);
    batch->frame_index[row] = static_cast<std::uint32_t>(row);
    batch->resize(row + 1);
  }
  auto tag() -> tag_columns const& {
    add_traffic(*batch, frames, *tags);
    return *tags;
  }
  auto type(std::size_t row) const -> std::string_view {
    return name_of(static_cast<packet_type>(tags->type[row]));
  }
  auto traffic_class(std::size_t row) const -> std::string_view {
    return name_of(static_cast<recognise::traffic_class>(tags->traffic_class[row]));
  }

  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  net::frame_block frames;
  std::unique_ptr<tag_columns> tags = std::make_unique<tag_columns>();
};

constexpr std::uint32_t somewhere = 0x08080808;
constexpr std::uint32_t darknet = 0x2C000001;

auto packet_of(std::uint8_t ip_protocol) -> net::packet {
  return {.time = timestamp{1},
          .source = somewhere,
          .destination = darknet,
          .attributes = bit(attribute::ports),
          .ip_length = 40,
          .ip_protocol = ip_protocol};
}

auto tcp(std::uint8_t flags) -> net::packet {
  auto made = packet_of(6);
  made.tcp_flags = flags;
  return made;
}

auto udp(std::uint16_t from, std::uint16_t to, std::uint16_t ip_length) -> net::packet {
  auto made = packet_of(17);
  made.source_port = from;
  made.destination_port = to;
  made.ip_length = ip_length;
  return made;
}

/// "type/class" of a packet alone.
auto tagged(net::packet const& packet, std::string_view payload = {}) -> std::string {
  rows one;
  one.add(packet, payload);
  one.tag();
  return std::string{one.type(0)} + "/" + std::string{one.traffic_class(0)};
}

TEST(traffic, tcp_by_flags) {
  // F 1, S 2, R 4, P 8, A 16, U 32, E 64, C 128
  std::map<int, std::string> const expected{{2, "tcp-syn/scan"},
                                            {2 + 64 + 128, "tcp-syn/scan"},
                                            {2 + 8, "tcp-syn/scan"},
                                            {18, "tcp-synack/backscatter"},
                                            {18 + 64, "tcp-synack/backscatter"},
                                            {4, "tcp-rst/backscatter"},
                                            {20, "tcp-rst/backscatter"},
                                            {6, "tcp-rst/backscatter"},
                                            {16, "tcp-ack/scan"},
                                            {24, "tcp-other/other"},
                                            {1, "tcp-fin/scan"},
                                            {17, "tcp-fin/scan"},
                                            {0, "tcp-null/scan"},
                                            {192, "tcp-null/scan"},
                                            {41, "tcp-xmas/scan"},
                                            {57, "tcp-fin/scan"},
                                            {3, "tcp-other/other"},
                                            {8, "tcp-other/other"},
                                            {32, "tcp-other/other"},
                                            {19, "tcp-synack/backscatter"}};
  for (auto const& [flags, name] : expected)
    EXPECT_EQ(tagged(tcp(static_cast<std::uint8_t>(flags))), name) << flags;
}

TEST(traffic, tcp_with_data) {
  EXPECT_EQ(tagged(tcp(24), "GET / HTTP/1.1\r\n"), "tcp-payload/payload");
  EXPECT_EQ(tagged(tcp(16), "x"), "tcp-payload/payload");
  EXPECT_EQ(tagged(tcp(24), "GET /?x=${jndi:ldap://x} HTTP/1.1"), "tcp-exploit/payload");
  EXPECT_EQ(tagged(tcp(2), "x"), "tcp-syn/scan");
  EXPECT_EQ(tagged(tcp(2), "GET /shell?cd+/tmp;rm"), "tcp-exploit/payload");
  EXPECT_EQ(tagged(tcp(25), "x"), "tcp-fin/scan");
  EXPECT_EQ(tagged(tcp(18), "${jndi:"), "tcp-synack/backscatter");
  EXPECT_EQ(tagged(tcp(20), "${jndi:"), "tcp-rst/backscatter");
}

TEST(traffic, a_payload_that_lies_outside_of_its_frame_is_none) {
  rows some;
  some.add(tcp(24), "${jndi:");
  some.batch->payload_length[0] = 8;
  some.add(tcp(24), "${jndi:");
  some.batch->frame_index[1] = 99;
  some.tag();
  EXPECT_EQ(some.type(0), "tcp-other");
  EXPECT_EQ(some.type(1), "tcp-other");
}

constexpr auto query = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01x\x00"sv;
constexpr auto answer = "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01x\x00"sv;

TEST(traffic, udp_with_its_payload) {
  EXPECT_EQ(tagged(udp(40000, 53, 43), query), "udp-amplifier/amplifier-probe");
  EXPECT_EQ(tagged(udp(53, 53, 43), query), "udp-amplifier/amplifier-probe");
  EXPECT_EQ(tagged(udp(53, 40000, 43), answer), "udp-reply/backscatter");
  EXPECT_EQ(tagged(udp(53, 53, 43), answer), "udp-reply/backscatter");
  // A scanner that asks from port 53 to pass through firewalls.
  EXPECT_EQ(tagged(udp(53, 40000, 43), query), "udp/scan");
  // An answer from a port that no service has, and data that no name server understands.
  EXPECT_EQ(tagged(udp(40000, 53, 43), answer), "udp/scan");
  EXPECT_EQ(tagged(udp(40000, 5060, 50), "OPTIONS sip:nm SIP/2.0"), "udp/scan");
  EXPECT_EQ(tagged(udp(443, 40000, 60), "\xE0\x00\x00\x00\x01\x08"sv), "udp-reply/backscatter");
  EXPECT_EQ(tagged(udp(40000, 443, 60), "\xC0\x00\x00\x00\x01\x08"sv), "udp/scan");
  EXPECT_EQ(tagged(udp(40000, 53413, 40), "AA\0\0AAAA netcore\0"sv), "udp-exploit/payload");
  EXPECT_EQ(tagged(udp(40000, 9034, 40), "orf;cd /tmp"), "udp-exploit/payload");
}

TEST(traffic, udp_whose_payload_was_cut_away) {
  EXPECT_EQ(tagged(udp(40000, 53, 43)), "udp-amplifier/amplifier-probe");
  EXPECT_EQ(tagged(udp(53, 53, 43)), "udp-amplifier/amplifier-probe");
  EXPECT_EQ(tagged(udp(53, 1024, 43)), "udp-reply/backscatter");
  EXPECT_EQ(tagged(udp(53, 1023, 43)), "udp/scan");
  EXPECT_EQ(tagged(udp(40000, 40001, 43)), "udp/scan");
  EXPECT_EQ(tagged(udp(69, 40001, 43)), "udp/scan");  // TFTP answers from another port
}

TEST(traffic, an_empty_datagram_was_not_cut) {
  EXPECT_EQ(tagged(udp(40000, 53, 28)), "udp/scan");
  EXPECT_EQ(tagged(udp(53, 40000, 28)), "udp/scan");
  // RFC 864: any datagram is answered, an empty one too.
  EXPECT_EQ(tagged(udp(40000, 19, 28)), "udp-amplifier/amplifier-probe");
}

TEST(traffic, icmp_by_type) {
  // corsaro3 counts 0, 3, 4, 5, 11, 12, 14, 16 and 18 as backscatter.
  std::set<int> const backscatter{0, 3, 4, 5, 11, 12, 14, 16, 18};
  std::set<int> const requests{8, 13, 15, 17};
  for (int type = 0; type < 256; ++type) {
    auto made = packet_of(1);
    made.source_port = static_cast<std::uint16_t>(type);
    auto const got = tagged(made);
    auto const got_class = got.substr(got.find('/') + 1);
    EXPECT_EQ(got_class == "backscatter", backscatter.contains(type)) << type;
    EXPECT_EQ(got_class == "scan", requests.contains(type)) << type;
  }
}

TEST(traffic, icmp6_by_type) {
  std::map<int, std::string> const expected{
      {1, "icmp-error/backscatter"},   {4, "icmp-error/backscatter"}, {128, "icmp-request/scan"},
      {129, "icmp-reply/backscatter"}, {0, "icmp-other/other"},       {5, "icmp-other/other"},
      {135, "icmp-other/other"}};
  for (auto const& [type, name] : expected) {
    auto made = packet_of(58);
    made.source_port = static_cast<std::uint16_t>(type);
    EXPECT_EQ(tagged(made), name) << type;
  }
}

TEST(traffic, what_has_no_ports) {
  auto made = tcp(2);
  made.attributes = bit(attribute::fragment) | bit(attribute::later_fragment);
  EXPECT_EQ(tagged(made), "fragment/fragment");
  made.attributes = bit(attribute::fragment);
  EXPECT_EQ(tagged(made), "fragment/fragment");
  made.attributes = bit(attribute::fragment) | bit(attribute::ports);
  EXPECT_EQ(tagged(made), "tcp-syn/scan");
  made.attributes = bit(attribute::truncated);
  EXPECT_EQ(tagged(made), "other-ip/other");
  made = packet_of(47);
  made.attributes = bit(attribute::tunnel);
  EXPECT_EQ(tagged(made), "other-ip/other");
  EXPECT_EQ(tagged({.time = {}, .attributes = bit(attribute::no_ip) | bit(attribute::arp)}),
            "no-ip/other");
}

auto tagged_from(std::string_view source) -> std::string {
  auto made = tcp(2);
  rows one;
  auto const from = net::address::parse(source).value();
  if (from.is_ipv6()) {
    one.batch->ipv6.push_back({from.as_ipv6(), net::ipv6{0x2600000000000000, 1}});
    made.source = made.destination = 0;
    made.attributes |= bit(attribute::ipv6);
  } else {
    made.source = from.as_ipv4().value();
  }
  one.add(made);
  one.tag();
  return std::string{one.traffic_class(0)};
}

TEST(traffic, the_edges_of_space_that_nobody_is_reached_from) {
  for (auto const text : {"0.0.0.0",
                          "0.255.255.255",
                          "10.0.0.0",
                          "10.255.255.255",
                          "100.64.0.0",
                          "100.127.255.255",
                          "127.0.0.1",
                          "127.255.255.255",
                          "169.254.0.0",
                          "169.254.255.255",
                          "172.16.0.0",
                          "172.31.255.255",
                          "192.0.0.0",
                          "192.0.0.255",
                          "192.0.2.0",
                          "192.0.2.255",
                          "192.88.99.0",
                          "192.88.99.255",
                          "192.168.0.0",
                          "192.168.255.255",
                          "198.18.0.0",
                          "198.19.255.255",
                          "198.51.100.0",
                          "198.51.100.255",
                          "203.0.113.0",
                          "203.0.113.255",
                          "224.0.0.0",
                          "239.0.0.1",
                          "240.0.0.0",
                          "255.255.255.255",
                          "::",
                          "::1",
                          "fc00::1",
                          "fe80::1",
                          "ff02::1",
                          "100::1",
                          "2001:db8::",
                          "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                          "3fff::",
                          "3fff:fff::1",
                          "2001:2::1",
                          "2001:10::1",
                          "2001:1f::1",
                          "2002:a00:1::1",
                          "2002:c0a8:101::1",
                          "4000::1",
                          "64:ff9b:0:0:0:1::1"})
    EXPECT_EQ(tagged_from(text), "unroutable") << text;
}

TEST(traffic, the_neighbours_of_that_space) {
  for (auto const text :
       {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "191.0.0.1",
        "192.0.1.0",       "192.0.1.255",     "192.0.3.0",       "192.88.98.255",
        "192.88.100.0",    "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",   "198.51.101.0",    "203.0.112.255",
        "203.0.114.0",     "223.255.255.255", "2000::1",         "2001:db7:ffff::1",
        "2001:db9::1",     "3ffe::1",         "3fff:1000::",     "2001:2:1::1",
        "2001:20::1",      "2001::1",         "2002:808:808::1", "2a00::1",
        "64:ff9b::808:808"})
    EXPECT_EQ(tagged_from(text), "scan") << text;
}

TEST(traffic, a_source_that_is_its_own_destination) {
  auto made = tcp(2);
  made.destination = made.source;
  EXPECT_EQ(tagged(made), "tcp-syn/unroutable");
  rows one;
  one.batch->ipv6.push_back({net::ipv6{0x2600000000000000, 1}, net::ipv6{0x2600000000000000, 1}});
  made.source = made.destination = 0;
  made.attributes |= bit(attribute::ipv6);
  one.add(made);
  one.tag();
  EXPECT_EQ(one.traffic_class(0), "unroutable");
}

// The slow twin: one packet, plain words. Payloads come from a list of which the kind is known.
struct known_payload {
  std::string_view bytes;
  std::uint16_t service;  ///< that asks or answers so
  char kind;              ///< 'q' request, 'a' answer, 'x' exploit, '-' none
};
constexpr known_payload payloads[]{
    {"", 0, '-'},
    {query, 53, 'q'},
    {answer, 53, 'a'},
    {"${jndi:ldap://x}", 0, 'x'},
    {"\x17\x00\x03\x2A"sv, 123, 'q'},
    {"M-SEARCH * HTTP/1.1\r\n", 1900, 'q'},
    {"HTTP/1.1 200 OK\r\n", 1900, 'a'},
    {"q", 0, '-'},
};

auto slow_tcp(int flags, known_payload const& data) -> std::string {
  bool const f = flags & 1, s = flags & 2, r = flags & 4, p = flags & 8, a = flags & 16,
             u = flags & 32;
  if (r) return "tcp-rst";
  if (s && a) return "tcp-synack";
  if (data.kind == 'x') return "tcp-exploit";
  if (s) return f ? (data.bytes.empty() ? "tcp-other" : "tcp-payload") : "tcp-syn";
  if (f && p && u && !a) return "tcp-xmas";
  if (f) return "tcp-fin";
  if (!p && !u && !a) return "tcp-null";
  if (!data.bytes.empty()) return "tcp-payload";
  return a && !p && !u ? "tcp-ack" : "tcp-other";
}

auto slow_udp(net::packet const& packet, known_payload const& data) -> std::string {
  static std::set<std::uint16_t> const services{53, 123, 1900};
  auto const from = packet.source_port;
  auto const to = packet.destination_port;
  bool const is_cut = data.bytes.empty() && packet.ip_length > 28;
  if (data.kind == 'a' && from == data.service) return "udp-reply";
  if (data.kind == 'x') return "udp-exploit";
  if (services.contains(to) && (is_cut || (data.kind == 'q' && data.service == to)))
    return "udp-amplifier";
  if (is_cut && services.contains(from) && to >= 1024) return "udp-reply";
  return "udp";
}

auto slow_type(net::packet const& packet, known_payload const& data) -> std::string {
  if (packet.attributes & bit(attribute::no_ip)) return "no-ip";
  if (!(packet.attributes & bit(attribute::ports)))
    return packet.attributes & bit(attribute::fragment) ? "fragment" : "other-ip";
  if (packet.ip_protocol == 6) return slow_tcp(packet.tcp_flags, data);
  if (packet.ip_protocol == 17) return slow_udp(packet, data);
  static std::set<int> const asks{8, 13, 15, 17}, replies{0, 14, 16, 18}, errors{3, 4, 5, 11, 12};
  if (asks.contains(packet.source_port)) return "icmp-request";
  if (replies.contains(packet.source_port)) return "icmp-reply";
  return errors.contains(packet.source_port) ? "icmp-error" : "icmp-other";
}

auto slow_class(net::packet const& packet, std::string const& type) -> std::string {
  static std::set<net::prefix> const reserved = [] {
    std::set<net::prefix> all;
    for (auto const text :
         {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
          "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
          "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"})
      all.insert(net::prefix::parse(text).value());
    return all;
  }();
  if (type == "no-ip") return "other";
  if (packet.source == packet.destination) return "unroutable";
  for (auto const& each : reserved)
    if (each.contains(net::ipv4{packet.source})) return "unroutable";
  if (type == "tcp-synack" || type == "tcp-rst" || type == "udp-reply" || type == "icmp-reply" ||
      type == "icmp-error")
    return "backscatter";
  if (type == "udp-amplifier") return "amplifier-probe";
  if (type.ends_with("exploit") || type == "tcp-payload") return "payload";
  if (type == "fragment") return "fragment";
  if (type == "tcp-other" || type == "icmp-other" || type == "other-ip") return "other";
  return "scan";
}

auto random_packet(random_source& random) -> net::packet {
  constexpr std::uint8_t protocols[]{6, 6, 6, 17, 17, 1};
  constexpr std::uint16_t ports[]{53, 123, 1900, 1023, 1024, 40000};
  constexpr std::uint32_t bases[]{0,          0x64400000, 0xC0000000, 0xC0586300,
                                  0xC6336400, 0xCB007100, 0xAC100000, 0xA9FE0000};
  auto made = packet_of(protocols[random.below(6)]);
  made.source =
      random.below(3) == 0 ? bases[random.below(8)] + random.below(1U << 21) : random.next32();
  if (random.below(50) == 0) made.destination = made.source;
  made.tcp_flags = static_cast<std::uint8_t>(made.ip_protocol == 6 ? random.below(256) : 0);
  made.source_port =
      made.ip_protocol == 1 ? static_cast<std::uint16_t>(random.below(20)) : ports[random.below(6)];
  made.destination_port = ports[random.below(6)];
  made.ip_length = random.below(4) == 0 ? 28 : 60;
  auto const odd = random.below(40);
  if (odd == 0) made.attributes = bit(attribute::fragment);
  if (odd == 1) made.attributes = bit(attribute::malformed);
  if (odd == 2) made = {.time = {}, .attributes = bit(attribute::no_ip)};
  return made;
}

TEST(traffic, agrees_with_the_slow_twin_on_random_rows) {
  random_source random{2026};
  std::map<std::string_view, int> seen;
  for (int round = 0; round < 40; ++round) {
    rows some;
    std::vector<known_payload> data;
    for (std::size_t i = 0; i < net::packet_batch::capacity; ++i) {
      auto const packet = random_packet(random);
      auto const has_data =
          packet.ip_length > 28 && (packet.ip_protocol == 6 || packet.ip_protocol == 17);
      data.push_back(payloads[has_data ? random.below(std::size(payloads)) : 0]);
      some.add(packet, data.back().bytes);
    }
    some.tag();
    for (std::size_t i = 0; i < some.batch->size(); ++i) {
      auto const packet = some.batch->row(i);
      auto const type = slow_type(packet, data[i]);
      ASSERT_EQ(some.type(i), type) << i;
      ASSERT_EQ(some.traffic_class(i), slow_class(packet, type)) << i;
      ++seen[some.type(i)];
    }
  }
  EXPECT_EQ(seen.size(), packet_types);
}

TEST(traffic, names_are_different) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < packet_types; ++i) names.insert(name_of(static_cast<packet_type>(i)));
  EXPECT_EQ(names.size(), packet_types);
  std::set<std::string_view> classes;
  for (std::size_t i = 0; i < traffic_classes; ++i)
    classes.insert(name_of(static_cast<traffic_class>(i)));
  EXPECT_EQ(classes.size(), traffic_classes);
}

TEST(traffic, the_port_and_the_victim_of_an_answer) {
  rows some;
  auto answering = packet_of(6);
  answering.source_port = 80;
  answering.destination_port = 1024;
  some.add(answering);
  auto error = packet_of(1);
  error.source_port = 3;
  error.attributes |= bit(attribute::quoted);
  some.add(error);
  auto const victim = net::ipv4{0x05050505};
  some.batch->quoted.push_back(
      {.row = 1, .source = net::ipv4{darknet}, .destination = victim, .ip_protocol = 6});
  EXPECT_EQ(port_of(*some.batch, 0, packet_type::tcp_synack), 80);
  EXPECT_EQ(port_of(*some.batch, 0, packet_type::tcp_syn), 1024);
  EXPECT_EQ(port_of(*some.batch, 1, packet_type::icmp_error), 0);
  EXPECT_EQ(victim_of(*some.batch, 0, packet_type::tcp_synack), net::address{net::ipv4{somewhere}});
  EXPECT_EQ(victim_of(*some.batch, 1, packet_type::icmp_error), net::address{victim});
}

}  // namespace
}  // namespace kizashi::recognise
