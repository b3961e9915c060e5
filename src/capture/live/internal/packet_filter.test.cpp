#include "kizashi/capture/live/internal/packet_filter.hpp"

#include <linux/if_arp.h>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/capture/internal/reading.hpp"
#include "kizashi/capture/live/internal/link_kind.hpp"

namespace kizashi::capture::live::internal {
namespace {

using capture::internal::bytes_by_hand;

/// A TCP packet to a port.
auto packet(unsigned port) -> std::vector<std::uint8_t> {
  bytes_by_hand made;
  made.u8(0x45).u8(0).big16(40).u32(0).u8(64).u8(6).u16(0);
  made.u8(192).u8(0).u8(2).u8(1).u8(198).u8(51).u8(100).u8(1);
  made.big16(40000).big16(port).u64(0).u64(0);
  return made.bytes();
}
auto frame(unsigned port) -> std::vector<std::uint8_t> {
  auto const inside = packet(port);
  auto made = bytes_by_hand{}.u64(0).u32(0).big16(0x0800).bytes();
  made.insert(made.end(), inside.begin(), inside.end());
  return made;
}

TEST(packet_filter, an_expression_chooses) {
  auto const filter = packet_filter::compile("tcp port 23", net::link_type::ethernet, 100);
  ASSERT_TRUE(filter);
  EXPECT_FALSE(filter->is_applied_here());
  EXPECT_TRUE(filter->matches(frame(23), 54));
  EXPECT_FALSE(filter->matches(frame(22), 54));
}

TEST(packet_filter, it_knows_links_without_a_link_header) {
  auto const filter = packet_filter::compile("tcp port 23", net::link_type::raw_ip, 100);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->matches(packet(23), 40));
  EXPECT_FALSE(filter->matches(frame(23), 54));
}

TEST(packet_filter, nothing_wants_everything) {
  auto const filter = packet_filter::compile("", net::link_type::ethernet, 100);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->matches(frame(1), 54));
}

TEST(packet_filter, the_word_vlan_by_itself_is_looked_at_here) {
  for (auto const* const text : {"vlan", "vlan 5", "(vlan 5) and tcp", "tcp or vlan"}) {
    auto const filter = packet_filter::compile(text, net::link_type::ethernet, 100);
    ASSERT_TRUE(filter) << text;
    EXPECT_TRUE(filter->is_applied_here()) << text;
  }
}

TEST(packet_filter, messages) {
  auto const filter = packet_filter::compile("tcp prt 23", net::link_type::ethernet, 100);
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().code, errc::parse_error);
  EXPECT_EQ(filter.error().message,
            "filter \"tcp prt 23\": can't parse filter expression: syntax error; expected an "
            "expression as for tcpdump (man pcap-filter)");
}

/// The share of a source as the system's classic BPF machine reckons it.
auto share_of(bool is_ipv6, std::vector<std::uint32_t> const& source) -> std::uint32_t {
  std::uint32_t a = 0;
  std::uint32_t x = 0;
  auto const program = source_share_program();
  for (std::size_t at = 0; at < program.size(); ++at) {
    auto const& each = program[at];
    switch (each.code) {
      case BPF_LD | BPF_H | BPF_ABS:
        a = is_ipv6 ? 0x86dd : 0x0800;
        break;
      case BPF_LD | BPF_W | BPF_ABS:
        a = source.at((each.k - static_cast<std::uint32_t>(SKF_NET_OFF) - (is_ipv6 ? 8 : 12)) / 4);
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += a == each.k ? each.jt : each.jf;
        break;
      case BPF_JMP | BPF_JA:
        at += each.k;
        break;
      case BPF_ALU | BPF_MUL | BPF_K:
        a *= each.k;
        break;
      case BPF_ALU | BPF_XOR | BPF_X:
        a ^= x;
        break;
      case BPF_ALU | BPF_ADD | BPF_X:
        a += x;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
        a >>= each.k;
        break;
      case BPF_MISC | BPF_TAX:
        x = a;
        break;
      case BPF_RET | BPF_A:
        return a;
      case BPF_RET | BPF_K:
        return each.k;
      default:
        ADD_FAILURE() << "unknown step " << each.code;
        return 0;
    }
  }
  ADD_FAILURE() << "no end";
  return 0;
}

TEST(source_share, each_source_has_a_share_and_shares_are_even) {
  constexpr unsigned rings = 4;
  std::vector<unsigned> ipv4(rings);
  std::vector<unsigned> ipv6(rings);
  for (std::uint32_t i = 0; i < 4000; ++i) {
    ++ipv4[share_of(false, {0xc0000200 + i}) % rings];
    ++ipv6[share_of(true, {0x20010db8, i % 8, 0, 0x100 + i}) % rings];
  }
  for (unsigned ring = 0; ring < rings; ++ring) {
    EXPECT_NEAR(ipv4[ring], 1000, 150);
    EXPECT_NEAR(ipv6[ring], 1000, 150);
  }
}

TEST(link_kind, kinds_of_interfaces) {
  EXPECT_EQ(link_of("eth0", ARPHRD_ETHER), net::link_type::ethernet);
  EXPECT_EQ(link_of("lo", ARPHRD_LOOPBACK), net::link_type::ethernet);
  EXPECT_EQ(link_of("tun0", ARPHRD_NONE), net::link_type::raw_ip);
  EXPECT_EQ(link_of("wlan0", ARPHRD_IEEE80211_RADIOTAP).error().message,
            "wlan0: the interface is of kind 803 (wireless 802.11 monitor (radiotap)); expected "
            "Ethernet, loopback or one that carries bare IP packets; libpcap may be able to read "
            "it");
  EXPECT_EQ(link_of("x", 9999).error().code, errc::unsupported);
}

}  // namespace
}  // namespace kizashi::capture::live::internal
