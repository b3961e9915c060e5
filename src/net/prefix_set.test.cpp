#include "kizashi/net/prefix_set.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::net {
namespace {

auto has(prefix_set const& set, char const* text) -> bool {
  return set.contains(address::parse(text).value());
}

TEST(prefix_set, none) {
  prefix_set const none;
  EXPECT_TRUE(none.is_empty());
  EXPECT_FALSE(has(none, "0.0.0.0"));
  EXPECT_FALSE(has(none, "::"));
  EXPECT_EQ(none.ipv4_size(), 0U);
}

TEST(prefix_set, edges_of_its_prefixes) {
  auto const set = prefix_set::parse("192.0.2.0/24, 198.51.100.128/25 ,2001:db8::/32");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_FALSE(set->is_empty());
  EXPECT_EQ(set->ipv4_size(), 384U);
  for (auto const* text : {"192.0.2.0", "192.0.2.255", "198.51.100.128", "198.51.100.255",
                           "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"})
    EXPECT_TRUE(has(*set, text)) << text;
  for (auto const* text : {"192.0.1.255", "192.0.3.0", "198.51.100.127", "198.51.101.0", "0.0.0.0",
                           "255.255.255.255", "2001:db7:ffff::", "2001:db9::", "::c000:200"})
    EXPECT_FALSE(has(*set, text)) << text;
}

TEST(prefix_set, of_one_family_alone) {
  EXPECT_FALSE(has(*prefix_set::parse("::/0"), "1.2.3.4"));
  EXPECT_FALSE(prefix_set::parse("::/0")->is_empty());
  EXPECT_EQ(prefix_set::parse("::/0")->ipv4_size(), 0U);
  EXPECT_FALSE(has(*prefix_set::parse("0.0.0.0/0"), "::1.2.3.4"));
  EXPECT_EQ(prefix_set::parse("0.0.0.0/0")->ipv4_size(), 4294967296U);
}

TEST(prefix_set, overlapping_and_adjacent_prefixes_count_once) {
  EXPECT_EQ(prefix_set::parse("10.0.0.0/8,10.1.0.0/16,10.0.0.0/8,10.255.255.255")->ipv4_size(),
            16777216U);
  EXPECT_EQ(prefix_set::parse("10.0.1.0/24,10.0.0.0/24")->ipv4_size(), 512U);
  EXPECT_EQ(prefix_set::parse("0.0.0.0/1,128.0.0.0/1")->ipv4_size(), 4294967296U);
}

TEST(prefix_set, a_gap_of_one_address_stays_a_gap) {
  auto const set = *prefix_set::parse("10.0.0.0,10.0.0.2,::1,::3");
  for (auto const* text : {"10.0.0.0", "10.0.0.2", "::1", "::3"})
    EXPECT_TRUE(has(set, text)) << text;
  for (auto const* text : {"10.0.0.1", "10.0.0.3", "::2", "::4"})
    EXPECT_FALSE(has(set, text)) << text;
  EXPECT_EQ(set.ipv4_size(), 2U);
}

TEST(prefix_set, positions_run_through_all_prefixes) {
  auto const set = *prefix_set::parse("198.51.100.128/25,192.0.2.0/24,2001:db8::/32");
  auto const position = [&](char const* text) { return set.position(ipv4::parse(text).value()); };
  EXPECT_EQ(position("192.0.2.0"), 0U);
  EXPECT_EQ(position("192.0.2.255"), 255U);
  EXPECT_EQ(position("198.51.100.128"), 256U);
  EXPECT_EQ(position("198.51.100.255"), 383U);
  for (auto const* text : {"0.0.0.0", "192.0.1.255", "192.0.3.0", "255.255.255.255"})
    EXPECT_EQ(position(text), 384U) << text;
  EXPECT_EQ(prefix_set{}.position(ipv4{1}), 0U);
  EXPECT_EQ(prefix_set::parse("0.0.0.0/0")->position(ipv4{0xFFFFFFFF}), 0xFFFFFFFFU);
}

TEST(prefix_set, says_what_is_wrong) {
  auto const message = [](char const* text) { return prefix_set::parse(text).error().message; };
  EXPECT_EQ(message(""), "\"\" is not a prefix such as 192.0.2.0/24: the address cannot be read");
  EXPECT_EQ(message("10.0.0.0/8,"),
            "\"\" is not a prefix such as 192.0.2.0/24: the address cannot be read");
  EXPECT_EQ(
      message("10.0.0.0/8;11.0.0.0/8"),
      "\"10.0.0.0/8;11.0.0.0/8\" is not a prefix such as 192.0.2.0/24: the length after / must be "
      "0 to 32");
  EXPECT_EQ(message("10.0.0.0/8, 10.0.0.1/8"),
            "\"10.0.0.1/8\" is not a prefix such as 192.0.2.0/24: bits below the length are set; "
            "10.0.0.0/8 was meant?");
}

auto slowly_contains(std::vector<prefix> const& prefixes, address a) -> bool {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](prefix const& each) { return each.contains(a); });
}

/// Few distinct high bits, so that prefixes nest and touch.
auto random_address(random_source& random) -> address {
  constexpr std::uint32_t blocks[]{0x00000000, 0x0A000000, 0x0A010000,
                                   0xC0000200, 0xFFFFFF00, 0xFFFF0000};
  if (random.below(2) == 0)
    return ipv4{blocks[random.below(6)] | (random.next32() >> (8 + random.below(24)))};
  constexpr std::uint64_t nets[]{0, 0x20010db800000000, 0x20010db800010000, 0xFFFFFFFFFFFFFFFF};
  return ipv6{nets[random.below(4)] ^ random.below(3), random.next() >> random.below(64)};
}

TEST(prefix_set, agrees_with_a_slow_twin) {
  random_source random{99};
  for (int round = 0; round < 300; ++round) {
    std::vector<prefix> prefixes;
    for (auto count = random.below(40); count > 0; --count) {
      auto const a = random_address(random);
      prefixes.emplace_back(a, a.is_ipv6() ? 40 + random.below(89) : 8 + random.below(25));
    }
    prefix_set const set{prefixes};
    for (int i = 0; i < 300; ++i) {
      auto const a = random_address(random);
      ASSERT_EQ(set.contains(a), slowly_contains(prefixes, a)) << a.to_string();
    }
    for (auto const& each : prefixes) {  // and at the edges
      EXPECT_TRUE(set.contains(each.first()));
      EXPECT_TRUE(set.contains(each.last()));
      if (each.first().is_ipv6()) continue;
      for (auto const edge :
           {each.first().as_ipv4().value() - 1, each.last().as_ipv4().value() + 1})
        ASSERT_EQ(set.contains(ipv4{edge}), slowly_contains(prefixes, ipv4{edge}));
    }
  }
}

TEST(prefix_set, positions_agree_with_counting_one_by_one) {
  random_source random{100};
  for (int round = 0; round < 100; ++round) {
    std::vector<prefix> prefixes;
    for (auto count = random.below(12); count > 0; --count)
      prefixes.emplace_back(ipv4{0x0A000000 + random.below(2048)}, 24 + random.below(9));
    prefix_set const set{prefixes};
    std::uint64_t below = 0;
    for (std::uint32_t a = 0x0A000000; a < 0x0A000800; ++a) {
      bool const is_member = slowly_contains(prefixes, ipv4{a});
      ASSERT_EQ(set.position(ipv4{a}), is_member ? below : set.ipv4_size()) << a;
      below += is_member;
    }
  }
}

}  // namespace
}  // namespace kizashi::net
