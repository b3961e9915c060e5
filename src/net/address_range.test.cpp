#include "kizashi/net/address_range.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::net {
namespace {

auto single(std::initializer_list<std::string_view> texts) -> std::vector<address_range> {
  std::vector<address_range> out;
  for (auto const text : texts) {
    auto const at = *address::parse(text);
    append(out, {at, at});
  }
  return out;
}

auto words_of(std::span<address_range const> ranges) -> std::string {
  std::string text;
  for (auto const& each : ranges)
    text += fmt::format("{}-{} ", each.first.to_string(), each.last.to_string());
  return text;
}

TEST(append, joins_what_touches_and_no_more) {
  EXPECT_EQ(words_of(single({"10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.4", "255.255.255.255"})),
            "10.0.0.1-10.0.0.2 10.0.0.4-10.0.0.4 255.255.255.255-255.255.255.255 ");
  EXPECT_EQ(words_of(single({"::ffff:ffff:ffff:ffff", "0:0:0:1::", "0:0:0:1::2"})),
            "::ffff:ffff:ffff:ffff-0:0:0:1:: ::1:0:0:0:2-::1:0:0:0:2 ");
}

TEST(coarsen, keeps_the_widest_gaps) {
  auto const of =
      single({"10.0.0.1", "10.0.0.3", "10.9.0.0", "10.9.0.9", "200.0.0.1", "200.0.0.2"});
  EXPECT_EQ(words_of(coarsen(of, 3)), "10.0.0.1-10.0.0.3 10.9.0.0-10.9.0.9 200.0.0.1-200.0.0.2 ");
  EXPECT_EQ(words_of(coarsen(of, 2)), "10.0.0.1-10.9.0.9 200.0.0.1-200.0.0.2 ");
  EXPECT_EQ(words_of(coarsen(of, 1)), "10.0.0.1-200.0.0.2 ");
  EXPECT_EQ(words_of(coarsen(of, 99)), words_of(of));
  EXPECT_EQ(words_of(coarsen({}, 4)), "");
}

TEST(coarsen, compares_gaps_beyond_64_bits) {
  auto const of = single(
      {"2001:db8::ffff:ffff:ffff:fff0", "2001:db8:0:1::", "2001:db8:0:4::", "2001:db8:0:5::"});
  EXPECT_EQ(words_of(coarsen(of, 2)),
            "2001:db8::ffff:ffff:ffff:fff0-2001:db8:0:1:: 2001:db8:0:4::-2001:db8:0:5:: ");
}

TEST(coarsen, covers_all_that_was_covered) {
  random_source random{11};
  for (int round = 0; round < 50; ++round) {
    std::vector<address_range> ranges;
    std::vector<address> all;
    for (std::uint32_t at = 0; all.size() < 40; at += 1 + random.below(200)) {
      all.emplace_back(ipv4{at});
      append(ranges, {all.back(), all.back()});
    }
    auto const most = 1 + random.below(12);
    auto const few = coarsen(ranges, most);
    ASSERT_LE(few.size(), most);
    for (auto const& each : all) {
      std::size_t holders = 0;
      for (auto const& stretch : few) holders += stretch.first <= each && each <= stretch.last;
      ASSERT_EQ(holders, 1U) << each.to_string();
    }
  }
}

}  // namespace
}  // namespace kizashi::net
