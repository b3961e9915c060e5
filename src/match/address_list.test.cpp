#include "kizashi/match/address_list.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::match {
namespace {

auto texts_of(address_list const& list) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& each : list.entries()) out.push_back(each.where.to_string());
  return out;
}

auto texts_of(std::string_view text) -> std::vector<std::string> {
  return texts_of(address_list::parse(text));
}

using texts = std::vector<std::string>;

TEST(address_list, reads_addresses_and_prefixes_of_both_families_in_order) {
  auto const list = address_list::parse("2001:db8::/32\n198.51.100.7\n192.0.2.0/24\n2001:db8::1\n");
  EXPECT_EQ(texts_of(list),
            (texts{"192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32", "2001:db8::1/128"}));
  EXPECT_EQ(list.entries()[0].line, 3U);
  EXPECT_EQ(list.entries()[1].line, 2U);
  EXPECT_TRUE(list.bad_lines().empty());
}

TEST(address_list, leaves_out_comments_remarks_and_empty_lines) {
  EXPECT_EQ(
      texts_of("# a list\n\n"
               "// of addresses\n"
               "192.0.2.1 # with a comment\r\n"
               "192.0.2.2;SBL1\n"
               "192.0.2.3\t7\n"
               "  192.0.2.4, somebody\n"
               "192.0.2.5"),
      (texts{"192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32", "192.0.2.4/32", "192.0.2.5/32"}));
}

TEST(address_list, skips_a_byte_order_mark) {
  EXPECT_EQ(texts_of("\xEF\xBB\xBF"
                     "192.0.2.1\n"),
            texts{"192.0.2.1/32"});
}

TEST(address_list, cuts_ranges_into_prefixes) {
  EXPECT_EQ(texts_of("192.0.2.0-192.0.2.255"), texts{"192.0.2.0/24"});
  EXPECT_EQ(texts_of("192.0.2.1-192.0.2.6"),
            (texts{"192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32"}));
  EXPECT_EQ(texts_of("0.0.0.0-255.255.255.255"), texts{"0.0.0.0/0"});
  EXPECT_EQ(texts_of("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), texts{"::/0"});
  EXPECT_EQ(texts_of("2001:db8::ffff:ffff:ffff:ffff-2001:db8:0:1::"),
            (texts{"2001:db8::ffff:ffff:ffff:ffff/128", "2001:db8:0:1::/128"}));
}

TEST(address_list, a_range_has_each_of_its_addresses_once) {
  random_source random{11};
  for (int round = 0; round < 200; ++round) {
    auto const base = static_cast<std::uint32_t>(random.below(1U << 31));
    auto const length = static_cast<std::uint32_t>(random.below(5000));
    auto const list = address_list::parse(net::ipv4{base}.to_string() + "-" +
                                          net::ipv4{base + length}.to_string());
    auto next = base;
    for (auto const& each : list.entries()) {
      ASSERT_EQ(each.where.first().as_ipv4().value(), next);
      next = each.where.last().as_ipv4().value() + 1;
    }
    ASSERT_EQ(next, base + length + 1);
    ASSERT_LE(list.entries().size(), 62U);
  }
}

TEST(address_list, long_lists_are_read_and_sorted_as_line_by_line) {
  random_source random{5};
  std::string text;
  std::vector<std::pair<net::prefix, std::uint32_t>> expected;
  for (std::uint32_t line = 1; line <= 20'000; ++line) {
    auto const value = random.below(4) == 0 ? random.below(2000) : random.next32();
    auto const length = random.below(3) == 0 ? random.below(33) : 32;
    net::prefix const where{net::ipv4{value}, length};
    text += length == 32 && random.below(2) == 0 ? where.first().to_string() : where.to_string();
    text += random.below(5) == 0 ? " # why\r\n" : "\n";
    expected.emplace_back(where, line);
  }
  std::ranges::sort(expected);
  auto const rest = std::unique(expected.begin(), expected.end(),
                                [](auto const& a, auto const& b) { return a.first == b.first; });
  expected.erase(rest, expected.end());
  auto const list = address_list::parse(text);
  EXPECT_TRUE(list.bad_lines().empty());
  ASSERT_EQ(list.entries().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(list.entries()[i].where, expected[i].first);
    EXPECT_EQ(list.entries()[i].line, expected[i].second);
  }
}

TEST(address_list, what_is_nearly_an_address_is_none) {
  for (auto const* const text :
       {"1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "1..2.3", "1.2.3.256", "1.2.3.1000", "01.2.3.4",
        "1.2.3.04", ".1.2.3", "1.2.3.4x", "1,2.3.4"}) {
    auto const list = address_list::parse(text);
    auto const slow = net::prefix::parse(std::string_view{text});
    EXPECT_EQ(list.entries().size(), slow ? 1U : 0U) << text;
  }
}

TEST(address_list, keeps_equal_entries_once_with_the_first_line) {
  auto const list = address_list::parse("192.0.2.1\n192.0.2.0/31\n192.0.2.1/32\n192.0.2.1\n");
  EXPECT_EQ(texts_of(list), (texts{"192.0.2.0/31", "192.0.2.1/32"}));
  EXPECT_EQ(list.entries()[1].line, 1U);
  EXPECT_EQ(list.repeated(), 2U);
}

TEST(address_list, says_which_lines_are_bad_and_why) {
  auto const list = address_list::parse(
      "192.0.2.1\n"
      "192.0.2.256\n"
      "192.0.2.1/24\n"
      "example.org\n"
      "192.0.2.9-192.0.2.1\n"
      "192.0.2.9-2001:db8::\n"
      ",192.0.2.1\n"
      "2001:db8::/129\n");
  EXPECT_EQ(list.entries().size(), 1U);
  ASSERT_EQ(list.bad_lines().size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(list.bad_lines()[i].line, i + 2);
  EXPECT_NE(list.bad_lines()[0].message.find("\"192.0.2.256\""), std::string::npos);
  EXPECT_NE(list.bad_lines()[1].message.find("192.0.2.0/24"), std::string::npos);
  EXPECT_NE(list.bad_lines()[3].message.find("it ends before it begins"), std::string::npos);
  EXPECT_NE(list.bad_lines()[4].message.find("one end is IPv4 and the other IPv6"),
            std::string::npos);
  EXPECT_NE(list.bad_lines()[5].message.find("before the comma"), std::string::npos);
}

TEST(address_list, shows_a_long_line_shortened_and_without_control_characters) {
  auto const list = address_list::parse("\x1b[31m" + std::string(500, 'x') + "\n");
  ASSERT_EQ(list.bad_lines().size(), 1U);
  EXPECT_EQ(list.bad_lines()[0].message.find('\x1b'), std::string::npos);
  EXPECT_LT(list.bad_lines()[0].message.size(), 300U);
}

TEST(address_list, names_a_file_that_is_not_there) {
  auto const list = address_list::read("/nowhere/list.txt");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("/nowhere/list.txt"), std::string::npos);
}

}  // namespace
}  // namespace kizashi::match
