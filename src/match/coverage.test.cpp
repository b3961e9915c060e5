#include "kizashi/match/coverage.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kizashi::match {
namespace {

auto text_of(std::span<net::address_range const> ranges) -> std::string {
  std::string text;
  for (auto const& each : ranges)
    text += fmt::format("{}-{} ", each.first.to_string(), each.last.to_string());
  return text;
}

TEST(coverage, joins_what_overlaps_and_what_touches) {
  coverage const of{
      address_list::parse("192.0.2.0/25\n192.0.2.64/26\n192.0.2.128\n192.0.2.130\n255.255.255.255\n"
                          "2001:db8::/64\n2001:db8:0:1::/64\n2001:db8:0:3::\n")};
  EXPECT_EQ(text_of(of.ipv4()),
            "192.0.2.0-192.0.2.128 192.0.2.130-192.0.2.130 255.255.255.255-255.255.255.255 ");
  EXPECT_EQ(text_of(of.ipv6()),
            "2001:db8::-2001:db8:0:1:ffff:ffff:ffff:ffff 2001:db8:0:3::-2001:db8:0:3:: ");
}

TEST(coverage, of_everything_is_one_stretch_and_of_nothing_none) {
  coverage const all{address_list::parse("0.0.0.0/0\n::/0\n")};
  EXPECT_EQ(text_of(all.ipv4()), "0.0.0.0-255.255.255.255 ");
  EXPECT_EQ(text_of(all.ipv6()), "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ");
  coverage const none{address_list::parse("")};
  EXPECT_TRUE(none.ipv4().empty() && none.ipv6().empty());
}

}  // namespace
}  // namespace kizashi::match
