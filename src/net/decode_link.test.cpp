// Every link layer in front of the same TCP SYN, and what happens when the link layer is not what
// it seems.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

auto syn() -> bytes {
  return join(ipv4_header({}), tcp_header({}));
}
auto syn6() -> bytes {
  return join(ipv6_header({}), tcp_header({}));
}

/// The frame is the plain SYN behind `start` bytes, with `more` attributes.
void expect_syn(link_type link, bytes const& head, std::uint16_t more = 0) {
  auto const frame = join(head, syn());
  auto expected =
      plain_syn(static_cast<std::uint16_t>(head.size()), static_cast<std::uint32_t>(frame.size()));
  expected.attributes = static_cast<std::uint16_t>(expected.attributes | more);
  EXPECT_PACKET(decode_one(link, frame).row, expected);
}

void expect_syn6(link_type link, bytes const& head, std::uint16_t more = 0) {
  auto const frame = join(head, syn6());
  auto const got = decode_one(link, frame);
  EXPECT_EQ(got.row.attributes, bits(attribute::ipv6, attribute::ports) | more);
  EXPECT_EQ(got.row.destination_port, 23);
  EXPECT_EQ(got.row.payload_offset, head.size() + 60);
  ASSERT_EQ(got.batch->ipv6.size(), 1U);
  EXPECT_EQ(got.batch->source_address(0).to_string(), "2001:db8::1");
  EXPECT_EQ(got.batch->destination_address(0).to_string(), "2001:db8:0:1::2");
}

/// Nothing of IP was found, and the row holds the time, the length and the attributes alone.
void expect_no_ip(link_type link, bytes const& frame, std::uint16_t attributes,
                  std::uint32_t wire = 0) {
  auto const whole = wire == 0 ? static_cast<std::uint32_t>(frame.size()) : wire;
  packet const expected{.time = seen, .wire_length = whole, .attributes = attributes};
  EXPECT_PACKET(decode_one(link, frame, wire).row, expected);
}

constexpr auto no_ip = bits(attribute::no_ip);
constexpr auto vlan_mark = bits(attribute::vlan);

TEST(decode_link, ethernet) {
  expect_syn(link_type::ethernet, ethernet(0x0800));
  expect_syn6(link_type::ethernet, ethernet(0x86DD));
}

TEST(decode_link, vlan_tags_of_every_kind) {
  for (auto const type : {0x8100U, 0x88A8U, 0x9100U}) {
    expect_syn(link_type::ethernet, join(ethernet(type), vlan(0x0064, 0x0800)), vlan_mark);
    expect_syn6(link_type::ethernet, join(ethernet(type), vlan(0xE064, 0x86DD)), vlan_mark);
  }
}

TEST(decode_link, tags_in_tags) {
  expect_syn(link_type::ethernet, join(ethernet(0x88A8), vlan(7, 0x8100), vlan(8, 0x0800)),
             vlan_mark);
  auto head = ethernet(0x8100);
  for (int tags = 1; tags < 15; ++tags) head = join(head, vlan(1, 0x8100));
  expect_syn(link_type::ethernet, join(head, vlan(1, 0x0800)), vlan_mark);
  // The sixteenth is one too many.
  expect_no_ip(link_type::ethernet, join(head, vlan(1, 0x8100), vlan(1, 0x0800), syn()),
               no_ip | vlan_mark);
}

TEST(decode_link, a_vlan_frame_of_arp) {
  expect_no_ip(link_type::ethernet, join(ethernet(0x8100), vlan(1, 0x0806), zeros(28)),
               bits(attribute::no_ip, attribute::arp, attribute::vlan));
}

TEST(decode_link, mpls_labels_up_to_the_bottom_of_the_stack) {
  expect_syn(link_type::ethernet, join(ethernet(0x8847), mpls(100, true)), vlan_mark);
  expect_syn(link_type::ethernet, join(ethernet(0x8848), mpls(100, true)), vlan_mark);
  expect_syn(link_type::ethernet,
             join(ethernet(0x8847), mpls(1, false), mpls(2, false), mpls(3, true)), vlan_mark);
  expect_syn6(link_type::ethernet, join(ethernet(0x8847), mpls(1, false), mpls(2, true)),
              vlan_mark);
  expect_syn(link_type::ethernet, join(ethernet(0x8100), vlan(5, 0x8847), mpls(2, true)),
             vlan_mark);
}

TEST(decode_link, mpls_without_an_end_or_without_ip) {
  auto head = ethernet(0x8847);
  for (int labels = 0; labels < 15; ++labels) head = join(head, mpls(9, false));
  expect_syn(link_type::ethernet, join(head, mpls(9, true)), vlan_mark);
  expect_no_ip(link_type::ethernet, join(head, mpls(9, false), mpls(9, true), syn()),
               no_ip | vlan_mark);
  // A pseudowire: the control word has the version 0.
  expect_no_ip(link_type::ethernet, join(ethernet(0x8847), mpls(9, true), zeros(60)),
               no_ip | vlan_mark);
}

TEST(decode_link, mpls_that_ends_with_its_last_label) {
  auto const frame = join(ethernet(0x8847), mpls(9, true));
  expect_no_ip(link_type::ethernet, frame,
               bits(attribute::no_ip, attribute::vlan, attribute::malformed));
  expect_no_ip(link_type::ethernet, frame,
               bits(attribute::no_ip, attribute::vlan, attribute::truncated), 58);
}

TEST(decode_link, pppoe_sessions) {
  expect_syn(link_type::ethernet, join(ethernet(0x8864), pppoe(42, 0x0021)));
  expect_syn6(link_type::ethernet, join(ethernet(0x8864), pppoe(62, 0x0057)));
  expect_syn(link_type::ethernet, join(ethernet(0x8100), vlan(9, 0x8864), pppoe(42, 0x0021)),
             vlan_mark);
  // Link control (0xC021), and the discovery stage.
  expect_no_ip(link_type::ethernet, join(ethernet(0x8864), pppoe(42, 0xC021), syn()), no_ip);
  expect_no_ip(link_type::ethernet, join(ethernet(0x8863), pppoe(42, 0x0021), syn()), no_ip);
}

TEST(decode_link, ethernet_of_something_else) {
  expect_no_ip(link_type::ethernet, join(ethernet(0x0806), zeros(46)),
               bits(attribute::no_ip, attribute::arp));
  expect_no_ip(link_type::ethernet, join(ethernet(0x88CC), zeros(46)), no_ip);  // LLDP
  expect_no_ip(link_type::ethernet, join(ethernet(0x0026), zeros(46)), no_ip);  // 802.3 length
}

TEST(decode_link, raw_ip_under_all_its_numbers) {
  for (unsigned const number : {12U, 14U, 101U, 228U, 229U}) {
    auto const link = static_cast<link_type>(number);
    expect_syn(link, {});
    expect_syn6(link, {});
    expect_no_ip(link, zeros(40), no_ip);
    expect_no_ip(link, {}, bits(attribute::no_ip, attribute::truncated), 40);
  }
}

TEST(decode_link, linux_cooked) {
  expect_syn(link_type::linux_cooked, cooked(0x0800));
  expect_syn6(link_type::linux_cooked, cooked(0x86DD));
  expect_syn(link_type::linux_cooked, join(cooked(0x8100), vlan(3, 0x0800)), vlan_mark);
  expect_no_ip(link_type::linux_cooked, join(cooked(0x0806), zeros(28)),
               bits(attribute::no_ip, attribute::arp));
  expect_no_ip(link_type::linux_cooked, join(cooked(0x0060), zeros(28)), no_ip);
}

TEST(decode_link, linux_cooked_version_2) {
  expect_syn(link_type::linux_cooked_v2, cooked_v2(0x0800));
  expect_syn6(link_type::linux_cooked_v2, cooked_v2(0x86DD));
  expect_syn(link_type::linux_cooked_v2, join(cooked_v2(0x8100), vlan(3, 0x0800)), vlan_mark);
  expect_no_ip(link_type::linux_cooked_v2, join(cooked_v2(0x0806), zeros(28)),
               bits(attribute::no_ip, attribute::arp));
}

TEST(decode_link, loopback_in_both_byte_orders) {
  for (auto const link : {link_type::null_loopback, link_type::openbsd_loopback}) {
    expect_syn(link, hex("02000000"));
    expect_syn(link, hex("00000002"));
    // AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
    for (auto const* family : {"0a000000", "18000000", "1c000000", "1e000000", "0000000a",
                               "00000018", "0000001c", "0000001e"})
      expect_syn6(link, hex(family));
    expect_no_ip(link, join(hex("07000000"), syn()), no_ip);
  }
}

TEST(decode_link, unknown_links_are_said_to_be_so) {
  for (unsigned const number : {2U, 9U, 105U, 127U, 147U, 65535U})
    expect_no_ip(static_cast<link_type>(number), syn(),
                 bits(attribute::no_ip, attribute::unknown_link));
  EXPECT_TRUE(is_known(link_type::linux_cooked_v2));
  EXPECT_FALSE(is_known(static_cast<link_type>(127)));
}

/// Every cut inside the link header is a truncated frame when more was on the wire, else a
/// malformed one.
void expect_cuts(link_type link, bytes const& head, std::uint16_t more) {
  auto const frame = join(head, syn());
  for (std::size_t length = 0; length < head.size(); ++length) {
    auto const cut = bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
    auto const whole = decode_one(link, frame, 0).row.wire_length;
    auto const truncated = decode_one(link, cut, whole).row;
    EXPECT_EQ(truncated.attributes & ~more, bits(attribute::no_ip, attribute::truncated)) << length;
    auto const malformed = decode_one(link, cut).row;
    EXPECT_EQ(malformed.attributes & ~more, bits(attribute::no_ip, attribute::malformed)) << length;
  }
}

TEST(decode_link, cut_at_every_byte) {
  expect_cuts(link_type::ethernet, ethernet(0x0800), 0);
  expect_cuts(link_type::ethernet, join(ethernet(0x88A8), vlan(7, 0x8100), vlan(8, 0x0800)),
              vlan_mark);
  expect_cuts(link_type::ethernet, join(ethernet(0x8847), mpls(1, false), mpls(2, true)),
              vlan_mark);
  expect_cuts(link_type::ethernet, join(ethernet(0x8864), pppoe(42, 0x0021)), 0);
  expect_cuts(link_type::linux_cooked, cooked(0x0800), 0);
  expect_cuts(link_type::linux_cooked_v2, cooked_v2(0x0800), 0);
  expect_cuts(link_type::null_loopback, hex("02000000"), 0);
}

}  // namespace
}  // namespace kizashi::net
