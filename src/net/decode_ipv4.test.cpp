// IPv4 headers: options, fragments, flags, lengths that contradict the header or the frame.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

auto over_ethernet(ipv4_fields const& ip, bytes const& payload) -> bytes {
  return join(ethernet(0x0800), ipv4_header(ip), payload);
}

auto decode_ip(ipv4_fields const& ip, bytes const& payload, std::uint32_t wire = 0) -> decoded {
  return decode_one(link_type::ethernet, over_ethernet(ip, payload), wire);
}

TEST(decode_ipv4, every_field_of_a_plain_packet) {
  auto const got = decode_ip({.length = 43, .id = 54321, .fragment = 0x4000, .ttl = 255},
                             join(tcp_header({.flags = 0x18}), hex("616263")));
  packet const expected{.time = seen,
                        .source = 0xC0000201,
                        .destination = 0xC6336402,
                        .wire_length = 57,
                        .tcp_sequence = 16909060,
                        .tcp_acknowledgement = 84281096,
                        .source_port = 40000,
                        .destination_port = 23,
                        .attributes = 1 << 7 | 1 << 8,
                        .ip_length = 43,
                        .ip_id = 54321,
                        .tcp_window = 16385,
                        .payload_offset = 54,
                        .payload_length = 3,
                        .ip_protocol = 6,
                        .ttl = 255,
                        .tcp_flags = 24};
  EXPECT_PACKET(got.row, expected);
  EXPECT_EQ(got.batch->source_address(0).to_string(), "192.0.2.1");
  EXPECT_EQ(got.batch->destination_address(0).to_string(), "198.51.100.2");
}

TEST(decode_ipv4, ethernet_padding_is_no_payload) {
  auto const got = decode_ip({}, join(tcp_header({}), zeros(6)));
  EXPECT_PACKET(got.row, plain_syn(14, 60));
}

TEST(decode_ipv4, options_are_stepped_over) {
  for (unsigned words = 6; words <= 15; ++words) {
    auto const more = std::size_t{4} * (words - 5);
    auto const got =
        decode_ip({.words = words, .length = 40 + 4 * (words - 5), .options = bytes(more, 1)},
                  tcp_header({}));
    auto expected = plain_syn(14, static_cast<std::uint32_t>(54 + more));
    expected.attributes = bits(attribute::ports, attribute::ip_options);
    expected.ip_length = static_cast<std::uint16_t>(40 + more);
    expected.payload_offset = static_cast<std::uint16_t>(54 + more);
    EXPECT_PACKET(got.row, expected);
  }
}

TEST(decode_ipv4, a_header_of_less_than_five_words) {
  for (unsigned words = 0; words < 5; ++words) {
    packet const expected{.time = seen,
                          .wire_length = 54,
                          .attributes = bits(attribute::no_ip, attribute::malformed)};
    EXPECT_PACKET(decode_ip({.words = words}, tcp_header({})).row, expected);
  }
}

TEST(decode_ipv4, another_version_than_the_link_said) {
  for (unsigned const version : {0U, 5U, 6U, 15U})
    EXPECT_EQ(decode_ip({.version = version}, tcp_header({})).row.attributes,
              bits(attribute::no_ip, attribute::malformed));
}

TEST(decode_ipv4, options_longer_than_the_frame) {
  auto const malformed = decode_ip({.words = 15, .length = 40}, tcp_header({}));
  EXPECT_EQ(malformed.row.attributes, bits(attribute::malformed, attribute::ip_options));
  EXPECT_EQ(malformed.row.source, 0xC0000201U);
  EXPECT_EQ(malformed.row.ip_protocol, 6);
  auto const cut = decode_ip({.words = 15, .length = 80}, tcp_header({}), 94);
  EXPECT_EQ(cut.row.attributes, bits(attribute::truncated, attribute::ip_options));
}

struct fragment_case {
  unsigned field;
  std::uint16_t attributes;
};

TEST(decode_ipv4, flags_and_offsets) {
  constexpr auto ports = bits(attribute::ports);
  constexpr auto part = bits(attribute::fragment);
  constexpr auto later = bits(attribute::fragment, attribute::later_fragment);
  fragment_case const cases[]{
      {0x0000, ports},
      {0x4000, ports | bits(attribute::dont_fragment)},
      {0x8000, ports | bits(attribute::reserved_flag)},
      {0xC000, ports | bits(attribute::reserved_flag, attribute::dont_fragment)},
      {0x2000, ports | part},  // the first: more to come
      {0x6000, ports | part | bits(attribute::dont_fragment)},
      {0x2001, later},  // in the middle
      {0x0001, later},  // the last
      {0x1FFF, later},
      {0x3FFF, later},
      {0xE0B9, later | bits(attribute::reserved_flag, attribute::dont_fragment)},
  };
  for (auto const& each : cases) {
    auto const got = decode_ip({.fragment = each.field}, tcp_header({}));
    EXPECT_EQ(got.row.attributes, each.attributes) << each.field;
    EXPECT_EQ(got.row.ip_protocol, 6);
    auto const is_later = got.has(attribute::later_fragment);
    EXPECT_EQ(got.row.destination_port, is_later ? 0 : 23);
    EXPECT_EQ(got.row.tcp_flags, is_later ? 0 : 2);
    EXPECT_EQ(got.row.payload_offset, is_later ? 34 : 54);
    EXPECT_EQ(got.row.payload_length, is_later ? 20 : 0);
  }
}

TEST(decode_ipv4, the_first_fragment_of_a_long_udp_datagram_is_sound) {
  auto const got = decode_ip({.length = 36, .fragment = 0x2000, .protocol = 17},
                             join(udp_header(53, 5353, 3000), zeros(8)));
  EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::fragment));
  EXPECT_EQ(got.row.payload_length, 8);
}

TEST(decode_ipv4, a_first_fragment_too_small_for_its_tcp_header) {
  auto const got = decode_ip({.length = 28, .fragment = 0x2000}, tcp_header({}));
  EXPECT_EQ(got.row.attributes, bits(attribute::fragment, attribute::malformed));  // RFC 1858
  EXPECT_EQ(got.row.destination_port, 0);
}

TEST(decode_ipv4, a_total_length_below_the_header) {
  for (unsigned const length : {1U, 19U}) {
    auto const got = decode_ip({.length = length}, tcp_header({}));
    EXPECT_EQ(got.row.attributes, bits(attribute::malformed)) << length;
    EXPECT_EQ(got.row.ip_length, length);
    EXPECT_EQ(got.row.source, 0xC0000201U);
    EXPECT_EQ(got.row.destination_port, 0);
    EXPECT_EQ(got.row.payload_length, 0);
  }
}

TEST(decode_ipv4, a_total_length_that_ends_in_the_transport_header) {
  for (unsigned length = 20; length < 40; ++length) {
    auto const got = decode_ip({.length = length}, tcp_header({}));
    EXPECT_TRUE(got.has(attribute::malformed)) << length;
    EXPECT_FALSE(got.has(attribute::truncated)) << length;
    // 14 bytes reach to the flags: then the ports and flags are believed.
    EXPECT_EQ(got.has(attribute::ports), length >= 34) << length;
    EXPECT_EQ(got.row.destination_port, length >= 34 ? 23 : 0) << length;
  }
}

TEST(decode_ipv4, a_total_length_beyond_the_frame) {
  auto const got = decode_ip({.length = 41}, tcp_header({}));
  EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::malformed));
  EXPECT_EQ(got.row.ip_length, 41);
  EXPECT_EQ(got.row.payload_length, 0);
  auto const longest = decode_ip({.length = 65535}, tcp_header({}));
  EXPECT_EQ(longest.row.attributes, bits(attribute::ports, attribute::malformed));
  // The same where only the capture is short: the frame on the wire had room.
  auto const cut = decode_ip({.length = 1500}, tcp_header({}), 1514);
  EXPECT_EQ(cut.row.attributes, bits(attribute::ports));
  EXPECT_EQ(cut.row.ip_length, 1500);
  EXPECT_EQ(cut.row.payload_offset, 54);
  EXPECT_EQ(cut.row.payload_length, 0);
}

TEST(decode_ipv4, a_total_length_of_zero_ends_with_the_frame) {
  auto const got = decode_ip({.length = 0}, join(tcp_header({}), hex("6162")));
  EXPECT_EQ(got.row.attributes, bits(attribute::ports));
  EXPECT_EQ(got.row.ip_length, 42);
  EXPECT_EQ(got.row.payload_length, 2);
}

TEST(decode_ipv4, less_on_the_wire_than_captured_is_taken_as_captured) {
  auto const got = decode_ip({}, tcp_header({}), 20);
  EXPECT_PACKET(got.row, plain_syn(14, 20));
}

TEST(decode_ipv4, tunnels_are_noted_and_not_entered) {
  for (unsigned const number : {4U, 41U, 47U, 50U, 51U}) {
    auto const got = decode_ip({.protocol = number}, tcp_header({}));
    EXPECT_EQ(got.row.attributes, bits(attribute::tunnel)) << number;
    EXPECT_EQ(got.row.ip_protocol, number);
    EXPECT_EQ(got.row.source_port, 0);
    EXPECT_EQ(got.row.payload_offset, 34);
    EXPECT_EQ(got.row.payload_length, 20);
  }
}

TEST(decode_ipv4, other_protocols_have_a_payload_and_no_ports) {
  for (unsigned const number : {0U, 2U, 58U, 89U, 132U, 255U}) {
    auto const got = decode_ip({.protocol = number}, tcp_header({}));
    EXPECT_EQ(got.row.attributes, 0) << number;
    EXPECT_EQ(got.row.ip_protocol, number);
    EXPECT_EQ(got.row.payload_length, 20);
  }
}

TEST(decode_ipv4, a_frame_that_does_not_lie_in_its_block) {
  frame_block block;
  block.append(seen, link_type::ethernet, 54, over_ethernet({}, tcp_header({})));
  block.frames.push_back(block.frames[0]);
  block.frames[1].offset = 1;  // one byte beyond the end
  block.frames.push_back(block.frames[0]);
  block.frames[2].offset = 0xFFFFFFFF;
  auto const out = std::make_unique<packet_batch>();
  decode(block, *out);
  ASSERT_EQ(out->size(), 3U);
  EXPECT_PACKET(out->row(0), plain_syn(14, 54));
  for (std::size_t const row : {1U, 2U})
    EXPECT_EQ(out->attributes[row], bits(attribute::no_ip, attribute::truncated));
  EXPECT_EQ(out->frame_index[2], 2U);
  frame_block empty;  // the same without any bytes at all
  empty.frames.push_back({seen, 7, 54, 54, link_type::ethernet});
  decode(empty, *out);
  EXPECT_EQ(out->attributes[0], bits(attribute::no_ip, attribute::truncated));
}

}  // namespace
}  // namespace kizashi::net
