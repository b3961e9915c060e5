// IPv6: extension headers in every order and length, fragments, jumbograms.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

/// An IPv6 packet whose payload length is right.
auto packet6(unsigned next, bytes const& payload) -> bytes {
  return join(ipv6_header({.length = static_cast<unsigned>(payload.size()), .next = next}),
              payload);
}

auto decode6(unsigned next, bytes const& payload, std::uint32_t wire = 0) -> decoded {
  return decode_one(link_type::raw_ip, packet6(next, payload), wire);
}

/// An extension header of `units` times 8 bytes beyond the first 8.
auto extension(unsigned next, unsigned units) -> bytes {
  return join(big(next, 1), big(units, 1), zeros(6 + std::size_t{8} * units));
}
auto fragment_header(unsigned next, unsigned offset_and_more, std::uint32_t id) -> bytes {
  return join(big(next, 1), big(0, 1), big(offset_and_more, 2), big(id, 4));
}

constexpr auto six = bits(attribute::ipv6);
constexpr auto six_ports = bits(attribute::ipv6, attribute::ports);
constexpr auto options = bits(attribute::ip_options);

TEST(decode_ipv6, every_field_of_a_plain_packet) {
  auto const got = decode6(6, join(tcp_header({}), hex("6162")));
  packet const expected{.time = seen,
                        .source = 0,
                        .destination = 0,
                        .wire_length = 62,
                        .tcp_sequence = 0x01020304,
                        .tcp_acknowledgement = 0x05060708,
                        .source_port = 40000,
                        .destination_port = 23,
                        .attributes = 1 | 1 << 7,
                        .ip_length = 62,
                        .tcp_window = 0x4001,
                        .payload_offset = 60,
                        .payload_length = 2,
                        .ip_protocol = 6,
                        .ttl = 55,
                        .tcp_flags = 2};
  EXPECT_PACKET(got.row, expected);
  ASSERT_EQ(got.batch->ipv6.size(), 1U);
  EXPECT_EQ(got.batch->ipv6[0].source, (ipv6{0x20010db800000000, 1}));
  EXPECT_EQ(got.batch->ipv6[0].destination, (ipv6{0x20010db800000001, 2}));
}

TEST(decode_ipv6, pairs_stand_in_the_order_of_the_rows) {
  frame_block block;
  auto other = packet6(17, udp_header(1, 2, 8));
  other[23] = 9;  // the last byte of the source
  block.append(seen, link_type::raw_ip, 60, packet6(6, tcp_header({})));
  block.append(seen, link_type::raw_ip, 40, join(ipv4_header({}), tcp_header({})));
  block.append(seen, link_type::raw_ip, 48, other);
  auto const out = std::make_unique<packet_batch>();
  decode(block, *out);
  EXPECT_EQ(out->source[0], 0U);
  EXPECT_EQ(out->source[2], 1U);
  EXPECT_EQ(out->destination[2], 1U);
  EXPECT_EQ(out->source_address(1).to_string(), "192.0.2.1");
  EXPECT_EQ(out->source_address(2).to_string(), "2001:db8::9");
  EXPECT_EQ(out->destination_address(2).to_string(), "2001:db8:0:1::2");
}

TEST(decode_ipv6, ethernet_padding_is_no_payload) {
  auto const got = decode_one(link_type::ethernet,
                              join(ethernet(0x86DD), packet6(17, udp_header(1, 2, 8)), zeros(4)));
  EXPECT_EQ(got.row.attributes, six_ports);
  EXPECT_EQ(got.row.ip_length, 48);
  EXPECT_EQ(got.row.payload_offset, 62);
  EXPECT_EQ(got.row.payload_length, 0);
}

TEST(decode_ipv6, each_extension_header_is_stepped_over) {
  // Hop-by-hop, routing, destination options, mobility, HIP, shim6.
  for (unsigned const kind : {0U, 43U, 60U, 135U, 139U, 140U})
    for (unsigned const units : {0U, 1U, 5U, 255U}) {
      auto const got = decode6(kind, join(extension(6, units), tcp_header({})));
      EXPECT_EQ(got.row.attributes, six_ports | options) << kind << ' ' << units;
      EXPECT_EQ(got.row.ip_protocol, 6);
      EXPECT_EQ(got.row.destination_port, 23);
      EXPECT_EQ(got.row.payload_offset, 40 + 8 + 8 * units + 20);
    }
}

TEST(decode_ipv6, a_chain_of_all_of_them) {
  auto const got = decode6(0, join(extension(60, 0), extension(43, 2), extension(44, 1),
                                   fragment_header(60, 0x0001, 0xAABBCCDD), extension(17, 0),
                                   udp_header(1000, 2000, 8)));
  EXPECT_EQ(got.row.attributes, six_ports | options | bits(attribute::fragment));
  EXPECT_EQ(got.row.ip_protocol, 17);
  EXPECT_EQ(got.row.ip_id, 0xCCDD);
  EXPECT_EQ(got.row.source_port, 1000);
  EXPECT_EQ(got.row.destination_port, 2000);
  EXPECT_EQ(got.row.payload_offset, 40 + 8 + 24 + 16 + 8 + 8 + 8);
}

TEST(decode_ipv6, a_chain_as_long_as_a_packet_can_be) {
  bytes chain;
  for (int headers = 0; headers < 8000; ++headers) chain = join(chain, extension(60, 0));
  auto const open = decode6(60, chain);  // it never names a protocol and ends with the packet
  EXPECT_EQ(open.row.attributes, six | options | bits(attribute::malformed));
  EXPECT_EQ(open.row.ip_protocol, 60);
  chain[chain.size() - 8] = 6;
  auto const closed = decode6(60, join(chain, tcp_header({})));
  EXPECT_EQ(closed.row.attributes, six_ports | options);
  EXPECT_EQ(closed.row.payload_offset, 64060);
}

TEST(decode_ipv6, fragments) {
  struct {
    unsigned field;
    std::uint16_t attributes;
  } const cases[]{
      {0x0000, six_ports | options},  // an atomic fragment, RFC 6946
      {0x0006, six_ports | options},  // reserved bits
      {0x0001, six_ports | options | bits(attribute::fragment)},
      {0x0008, six | options | bits(attribute::fragment, attribute::later_fragment)},
      {0xFFF9, six | options | bits(attribute::fragment, attribute::later_fragment)},
  };
  for (auto const& each : cases) {
    auto const got = decode6(44, join(fragment_header(6, each.field, 0x00010002), tcp_header({})));
    EXPECT_EQ(got.row.attributes, each.attributes) << each.field;
    EXPECT_EQ(got.row.ip_id, 2);
    EXPECT_EQ(got.row.ip_protocol, 6);
    auto const is_later = got.has(attribute::later_fragment);
    EXPECT_EQ(got.row.destination_port, is_later ? 0 : 23);
    EXPECT_EQ(got.row.payload_offset, is_later ? 48 : 68);
    EXPECT_EQ(got.row.payload_length, is_later ? 20 : 0);
  }
}

TEST(decode_ipv6, a_later_fragment_ends_the_walk) {
  auto const got = decode6(44, join(fragment_header(60, 0x0008, 7), extension(6, 0)));
  EXPECT_EQ(got.row.ip_protocol, 60);
  EXPECT_EQ(got.row.payload_offset, 48);
}

TEST(decode_ipv6, the_first_fragment_of_a_long_udp_datagram_is_sound) {
  auto const got =
      decode6(44, join(fragment_header(17, 0x0001, 7), udp_header(1, 2, 4000), zeros(8)));
  EXPECT_EQ(got.row.attributes, six_ports | options | bits(attribute::fragment));
}

TEST(decode_ipv6, authentication_is_stepped_over_and_noted) {
  // RFC 4302: the length is in units of 4 bytes, minus 2.
  auto const header = join(big(6, 1), big(4, 1), zeros(22));
  auto const got = decode6(51, join(header, tcp_header({})));
  EXPECT_EQ(got.row.attributes, six_ports | options | bits(attribute::tunnel));
  EXPECT_EQ(got.row.ip_protocol, 6);
  EXPECT_EQ(got.row.payload_offset, 84);
}

TEST(decode_ipv6, encryption_and_tunnels_end_the_walk) {
  for (unsigned const number : {4U, 41U, 47U, 50U}) {
    auto const got = decode6(number, tcp_header({}));
    EXPECT_EQ(got.row.attributes, six | bits(attribute::tunnel)) << number;
    EXPECT_EQ(got.row.payload_offset, 40);
  }
}

TEST(decode_ipv6, no_next_header_and_the_icmp_of_the_other_family) {
  for (unsigned const number : {59U, 1U, 132U}) {
    auto const got = decode6(number, zeros(8));
    EXPECT_EQ(got.row.attributes, six) << number;
    EXPECT_EQ(got.row.ip_protocol, number);
    EXPECT_EQ(got.row.payload_length, 8);
  }
}

TEST(decode_ipv6, an_extension_header_that_leaves_the_packet) {
  for (unsigned const next : {6U, 17U, 58U, 59U, 50U, 132U}) {
    auto const got = decode6(60, join(big(next, 1), big(9, 1), zeros(30)));
    EXPECT_EQ(got.row.attributes, six | options | bits(attribute::malformed)) << next;
    EXPECT_EQ(got.row.payload_length, 0);
    EXPECT_EQ(got.row.payload_offset, 0);
  }
}

TEST(decode_ipv6, an_extension_header_that_leaves_the_capture) {
  for (unsigned const next : {6U, 17U, 58U, 59U, 50U, 132U}) {
    auto whole = packet6(60, join(extension(next, 9), tcp_header({})));
    whole.resize(70);
    auto const got = decode_one(link_type::raw_ip, whole, 140);
    EXPECT_EQ(got.row.attributes, six | options | bits(attribute::truncated)) << next;
    EXPECT_EQ(got.row.ip_protocol, next);
    EXPECT_EQ(got.row.payload_offset, 0);
  }
}

TEST(decode_ipv6, wrong_lengths) {
  auto const longer = join(ipv6_header({.length = 21}), tcp_header({}));
  EXPECT_EQ(decode_one(link_type::raw_ip, longer).row.attributes,
            six_ports | bits(attribute::malformed));
  EXPECT_EQ(decode_one(link_type::raw_ip, longer, 61).row.attributes, six_ports);
  auto const shorter = join(ipv6_header({.length = 13}), tcp_header({}));
  EXPECT_EQ(decode_one(link_type::raw_ip, shorter).row.attributes,
            six | bits(attribute::malformed));
  auto const version = join(ipv6_header({.version = 4}), tcp_header({}));
  auto const got = decode_one(link_type::ethernet, join(ethernet(0x86DD), version));
  EXPECT_EQ(got.row.attributes, bits(attribute::no_ip, attribute::malformed));
  EXPECT_TRUE(got.batch->ipv6.empty());
}

TEST(decode_ipv6, a_jumbogram) {
  // RFC 2675: payload length 0, the true one in a hop-by-hop option.
  auto const hop = hex("11 00 c2 04 00 01 11 70");
  auto const head = join(ipv6_header({.length = 0, .next = 0}), hop);
  auto const whole = join(head, udp_header(5, 6, 0), zeros(70000));
  auto const got = decode_one(link_type::raw_ip, whole);
  EXPECT_EQ(got.row.attributes, six_ports | options);
  EXPECT_EQ(got.row.wire_length, 70056U);
  EXPECT_EQ(got.row.ip_length, 65535);
  EXPECT_EQ(got.row.payload_offset, 56);
  EXPECT_EQ(got.row.payload_length, 65535);
  auto const cut = decode_one(link_type::raw_ip, join(head, udp_header(5, 6, 0), zeros(10)), 70056);
  EXPECT_EQ(cut.row.attributes, six_ports | options);
  EXPECT_EQ(cut.row.payload_length, 10);
}

}  // namespace
}  // namespace kizashi::net
