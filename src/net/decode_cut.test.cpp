// A capture may end anywhere in a frame. At every byte of rich frames: what is read is a part of
// what the whole frame gives, nothing is called malformed, and "truncated" is said exactly while a
// header is not whole.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

struct rich_frame {
  char const* name;
  link_type link;
  bytes data;
  std::size_t ip_at;        ///< first byte of the IP header
  std::size_t ip_end;       ///< captured up to here, the addresses are known
  std::size_t ports_end;    ///< captured up to here, the ports are known
  std::size_t headers_end;  ///< captured up to here, nothing is truncated
};

auto udp6(std::size_t payload) -> bytes {
  auto const transport =
      join(udp_header(5353, 53, static_cast<unsigned>(8 + payload)), zeros(payload));
  auto const chain = join(hex("3c 00 000000000000"), hex("2b 01 0000000000000000000000000000"),
                          hex("11 00 000000000000"));  // hop-by-hop, destination options, routing
  auto const all = join(chain, transport);
  return join(ipv6_header({.length = static_cast<unsigned>(all.size()), .next = 0}), all);
}

auto rich_frames() -> std::vector<rich_frame> {
  auto const tcp =
      tcp_header({.words = 10, .options = hex("020405b4 0402 080a0102030400000000 01 030307")});
  auto const tags =
      join(ethernet(0x88A8), vlan(7, 0x8100), vlan(8, 0x8847), mpls(1, false), mpls(2, true));
  auto const ip = ipv4_header({.words = 7, .length = 28 + 40 + 9, .options = bytes(8, 1)});
  auto const quote = join(ipv4_header({.length = 60, .protocol = 17}), hex("0050 0401 00000001"));
  return {
      {"TCP with options behind VLAN, QinQ and MPLS", link_type::ethernet,
       join(tags, ip, tcp, zeros(9)), 30, 50, 72, 98},
      {"plain TCP", link_type::ethernet,
       join(ethernet(0x0800), ipv4_header({.length = 45}), tcp_header({}), zeros(5)), 14, 34, 48,
       54},
      {"plain UDP", link_type::ethernet,
       join(ethernet(0x0800), ipv4_header({.length = 48, .protocol = 17}), udp_header(9, 53, 28),
            zeros(20)),
       14, 34, 42, 42},
      {"UDP behind three IPv6 extension headers", link_type::linux_cooked,
       join(cooked(0x86DD), udp6(12)), 16, 56, 96, 96},
      {"an ICMP error with its quote", link_type::null_loopback,
       join(hex("02000000"), ipv4_header({.length = 56, .protocol = 1}), icmp_header(3, 3), quote),
       4, 24, 26, 32},
      {"GRE in PPPoE", link_type::ethernet,
       join(ethernet(0x8864), pppoe(52, 0x0021), ipv4_header({.length = 50, .protocol = 47}),
            zeros(30)),
       22, 42, 200, 42},
  };
}

/// Each number of a cut row is that of the whole or its "not known".
void expect_part_of(packet const& cut, packet const& whole) {
  EXPECT_EQ(cut.time, whole.time);
  EXPECT_EQ(cut.wire_length, whole.wire_length);
  auto const same_or = [](auto part, auto all, auto unknown) {
    EXPECT_TRUE(part == all || part == unknown) << +part << " of " << +all;
  };
  same_or(cut.source, whole.source, 0U);
  same_or(cut.destination, whole.destination, 0U);
  same_or(cut.source_port, whole.source_port, 0);
  same_or(cut.destination_port, whole.destination_port, 0);
  same_or(cut.tcp_sequence, whole.tcp_sequence, 0U);
  same_or(cut.tcp_acknowledgement, whole.tcp_acknowledgement, 0U);
  same_or(cut.tcp_flags, whole.tcp_flags, 0);
  same_or(cut.tcp_window, whole.tcp_window, 0);
  same_or(cut.tcp_mss, whole.tcp_mss, 0);
  same_or(cut.tcp_window_scale, whole.tcp_window_scale, 255);
  same_or(cut.ip_length, whole.ip_length, 0);
  same_or(cut.ip_id, whole.ip_id, 0);
  same_or(cut.ttl, whole.ttl, 0);
  same_or(cut.payload_offset, whole.payload_offset, 0);
  EXPECT_LE(cut.payload_length, whole.payload_length);
  auto const unexpected = cut.attributes & ~whole.attributes;
  EXPECT_EQ(unexpected & ~bits(attribute::truncated, attribute::no_ip), 0);
  for (unsigned shift = 0; shift < 32;
       shift += 4) {  // the options are a beginning of the whole list
    auto const option = cut.tcp_options >> shift & 15;
    same_or(option, whole.tcp_options >> shift & 15, 0U);
  }
}

TEST(decode_cut, whole_frames_are_neither_truncated_nor_malformed) {
  for (auto const& each : rich_frames()) {
    auto const got = decode_one(each.link, each.data);
    EXPECT_FALSE(got.has(attribute::truncated)) << each.name;
    EXPECT_FALSE(got.has(attribute::malformed)) << each.name;
    EXPECT_FALSE(got.has(attribute::no_ip)) << each.name;
  }
}

TEST(decode_cut, at_every_byte) {
  for (auto const& each : rich_frames()) {
    auto const size = each.data.size();
    auto const whole = decode_one(each.link, each.data).row;
    for (std::size_t length = 0; length < size; ++length) {
      SCOPED_TRACE(testing::Message() << each.name << ", " << length << " bytes captured");
      auto const cut =
          bytes(each.data.begin(), each.data.begin() + static_cast<std::ptrdiff_t>(length));
      auto const got = decode_one(each.link, cut, static_cast<std::uint32_t>(size));
      expect_part_of(got.row, whole);
      EXPECT_FALSE(got.has(attribute::malformed));
      EXPECT_EQ(got.has(attribute::truncated), length < each.headers_end);
      EXPECT_EQ(got.has(attribute::no_ip), length < each.ip_end);
      EXPECT_EQ(got.has(attribute::ports), length >= each.ports_end);
      if (length >= each.headers_end) {
        EXPECT_EQ(got.row.payload_offset, whole.payload_offset);
        EXPECT_EQ(got.row.payload_offset + got.row.payload_length,
                  std::min<std::size_t>(length, whole.payload_offset + whole.payload_length));
      }
    }
  }
}

TEST(decode_cut, the_same_cuts_without_a_longer_wire_are_malformed) {
  for (auto const& each : rich_frames())
    for (std::size_t length = 0; length < each.headers_end; ++length) {
      auto const cut =
          bytes(each.data.begin(), each.data.begin() + static_cast<std::ptrdiff_t>(length));
      auto const got = decode_one(each.link, cut);
      EXPECT_TRUE(got.has(attribute::malformed)) << each.name << ", " << length;
      EXPECT_FALSE(got.has(attribute::truncated)) << each.name << ", " << length;
    }
}

TEST(decode_cut, cuts_inside_the_headers_of_ip_keep_the_addresses_once_they_are_whole) {
  for (auto const& each : rich_frames())
    for (auto length = each.ip_at; length < each.data.size(); ++length) {
      auto const cut =
          bytes(each.data.begin(), each.data.begin() + static_cast<std::ptrdiff_t>(length));
      auto const got = decode_one(each.link, cut, static_cast<std::uint32_t>(each.data.size()));
      auto const source = got.batch->source_address(0).to_string();
      auto const expected = each.link == link_type::linux_cooked ? "2001:db8::1" : "192.0.2.1";
      EXPECT_EQ(source, length < each.ip_end ? "0.0.0.0" : expected) << each.name << ", " << length;
    }
}

}  // namespace
}  // namespace kizashi::net
