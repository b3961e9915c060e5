#include "kizashi/net/address.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/port.hpp"

namespace kizashi::net {
namespace {

template <class T>
auto message(result<T> const& outcome) -> std::string {
  return outcome ? "no failure" : outcome.error().message;
}

TEST(ipv4, reads_and_writes) {
  EXPECT_EQ(ipv4::parse("0.0.0.0")->value(), 0U);
  EXPECT_EQ(ipv4::parse("192.0.2.1")->value(), 0xC0000201U);
  EXPECT_EQ(ipv4::parse("255.255.255.255")->value(), 0xFFFFFFFFU);
  EXPECT_EQ(ipv4{0xC0000201}.to_string(), "192.0.2.1");
  EXPECT_EQ(ipv4{}.to_string(), "0.0.0.0");
  EXPECT_LT(ipv4{1}, ipv4{0x80000000});
}

TEST(ipv4, refuses) {
  using namespace std::string_view_literals;
  for (auto const text :
       {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.256", "1.2.3.-4",
        "1.2.3.+4", " 1.2.3.4", "1.2.3.4 ", "01.2.3.4", "1.2.3.00", "0x1.2.3.4", "1.2.3.4/8",
        "a.b.c.d", "1,2,3,4", "1.2.3.99999999999999999999"}) {
    auto const got = ipv4::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::parse_error);
    EXPECT_EQ(got.error().message, "\"" + std::string{text} + "\" is not an IPv4 address");
  }
  EXPECT_FALSE(ipv4::parse("1.2.3.4\0"sv));
}

TEST(ipv6, reads_and_writes_as_rfc_5952_says) {
  struct {
    char const* text;
    ipv6 value;
    char const* canonical;
  } const cases[]{
      {"::", ipv6{0, 0}, "::"},
      {"::1", ipv6{0, 1}, "::1"},
      {"2001:DB8::1", ipv6{0x20010db800000000, 1}, "2001:db8::1"},
      {"2001:0db8:0000:0000:0001:0000:0000:0001", ipv6{0x20010db800000000, 0x0001000000000001},
       "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", ipv6{0x20010db800000001, 0x0001000100010001},
       "2001:db8:0:1:1:1:1:1"},
      {"1::", ipv6{0x0001000000000000, 0}, "1::"},
      {"::ffff:192.0.2.1", ipv6{0, 0xFFFFC0000201}, "::ffff:192.0.2.1"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ipv6{~0ULL, ~0ULL},
       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  };
  for (auto const& each : cases) {
    auto const got = ipv6::parse(each.text);
    ASSERT_TRUE(got) << each.text;
    EXPECT_EQ(*got, each.value) << each.text;
    EXPECT_EQ(got->to_string(), each.canonical);
  }
}

TEST(ipv6, refuses) {
  using namespace std::string_view_literals;
  for (auto const text : {""sv, ":"sv, ":::"sv, "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv,
                          "1::2::3"sv, "12345::"sv, "g::"sv, "fe80::1%eth0"sv, " ::1"sv, "::1 "sv,
                          "[::1]"sv, "::1/128"sv, "::256.1.1.1"sv, "::1\0"sv, "::1\0junk"sv}) {
    auto const got = ipv6::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().message, "\"" + std::string{text} + "\" is not an IPv6 address");
  }
}

TEST(address, of_either_family) {
  EXPECT_EQ(*address::parse("192.0.2.1"), address{ipv4{0xC0000201}});
  EXPECT_EQ(*address::parse("::1"), (address{ipv6{0, 1}}));
  EXPECT_EQ(message(address::parse("localhost")), "\"localhost\" is not an address");
  EXPECT_EQ(message(address::parse("::x")), "\"::x\" is not an IPv6 address");
  EXPECT_LT(*address::parse("255.255.255.255"), *address::parse("::"));
  EXPECT_NE(*address::parse("0.0.0.1"), *address::parse("::1"));
  EXPECT_EQ(address::parse("2001:db8::")->to_string(), "2001:db8::");
  EXPECT_EQ(address{}.to_string(), "0.0.0.0");
}

TEST(address, text_comes_back) {
  random_source random{3};
  for (int i = 0; i < 20'000; ++i) {
    auto word = [&] { return random.next() & (random.below(2) == 0 ? ~0ULL : 0xFFFF00000000FFFF); };
    address const six{ipv6{word(), word()}};
    ASSERT_EQ(address::parse(six.to_string()).value(), six);
    address const four{ipv4{random.next32()}};
    ASSERT_EQ(address::parse(four.to_string()).value(), four);
  }
}

TEST(prefix, reads_and_writes) {
  auto const net = prefix::parse("192.0.2.0/24");
  ASSERT_TRUE(net);
  EXPECT_EQ(net->first().to_string(), "192.0.2.0");
  EXPECT_EQ(net->last().to_string(), "192.0.2.255");
  EXPECT_EQ(net->length(), 24U);
  EXPECT_EQ(net->to_string(), "192.0.2.0/24");
  EXPECT_EQ(prefix::parse("2001:db8::/32")->last().to_string(),
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(prefix::parse("0.0.0.0/0")->last().to_string(), "255.255.255.255");
  EXPECT_EQ(prefix::parse("::/0")->last().to_string(), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(prefix::parse("::/64")->last().to_string(), "::ffff:ffff:ffff:ffff");
  EXPECT_EQ(prefix::parse("::/65")->last().to_string(), "::7fff:ffff:ffff:ffff");
  EXPECT_EQ(prefix::parse("::/63")->last().to_string(), "::1:ffff:ffff:ffff:ffff");
  EXPECT_EQ(prefix::parse("10.1.2.3")->to_string(), "10.1.2.3/32");
  EXPECT_EQ(prefix::parse("::5")->to_string(), "::5/128");
}

TEST(prefix, says_what_is_wrong) {
  EXPECT_EQ(message(prefix::parse("192.0.2.1/24")),
            "\"192.0.2.1/24\" is not a prefix such as 192.0.2.0/24: bits below the length are set; "
            "192.0.2.0/24 was meant?");
  EXPECT_EQ(
      message(prefix::parse("2001:db8::1/32")),
      "\"2001:db8::1/32\" is not a prefix such as 192.0.2.0/24: bits below the length are set; "
      "2001:db8::/32 was meant?");
  EXPECT_EQ(
      message(prefix::parse("192.0.2.0/33")),
      "\"192.0.2.0/33\" is not a prefix such as 192.0.2.0/24: the length after / must be 0 to 32");
  EXPECT_EQ(message(prefix::parse("::/129")),
            "\"::/129\" is not a prefix such as 192.0.2.0/24: the length after / must be 0 to 128");
  for (auto const* text :
       {"192.0.2.0/", "192.0.2.0/x", "192.0.2.0/-1", "192.0.2.0/24/24", "192.0.2.0/ 24"})
    EXPECT_NE(message(prefix::parse(text)).find("must be 0 to 32"), std::string::npos) << text;
  for (auto const* text : {"", "/", "/24", "192.0.2/24", "example.org/24"})
    EXPECT_NE(message(prefix::parse(text)).find("the address cannot be read"), std::string::npos)
        << text;
}

TEST(prefix, contains_what_lies_between_its_ends) {
  auto const net = *prefix::parse("192.0.2.64/26");
  EXPECT_FALSE(net.contains(*address::parse("192.0.2.63")));
  EXPECT_TRUE(net.contains(*address::parse("192.0.2.64")));
  EXPECT_TRUE(net.contains(*address::parse("192.0.2.127")));
  EXPECT_FALSE(net.contains(*address::parse("192.0.2.128")));
  EXPECT_FALSE(net.contains(*address::parse("::c000:240")));
  EXPECT_TRUE(prefix::parse("::/0")->contains(*address::parse("ffff::")));
  EXPECT_FALSE(prefix::parse("::/0")->contains(*address::parse("1.2.3.4")));
  EXPECT_TRUE(prefix::parse("0.0.0.0/0")->contains(*address::parse("255.255.255.255")));
}

TEST(prefix, clears_the_bits_below_its_length) {
  EXPECT_EQ((prefix{ipv4{0xFFFFFFFF}, 9}.to_string()), "255.128.0.0/9");
  EXPECT_EQ((prefix{ipv4{0xFFFFFFFF}, 0}.to_string()), "0.0.0.0/0");
  EXPECT_EQ((prefix{ipv6{~0ULL, ~0ULL}, 100}.to_string()),
            "ffff:ffff:ffff:ffff:ffff:ffff:f000:0/100");
}

TEST(port, reads_and_refuses) {
  EXPECT_EQ(port::parse("0")->value(), 0);
  EXPECT_EQ(port::parse("65535")->value(), 65535);
  EXPECT_LT(port{22}, port{23});
  EXPECT_EQ(message(port::parse("65536")), "65536 is above 65535");
  for (auto const* text : {"", " 22", "22 ", "+22", "-1", "ssh", "0x16", "22,23"})
    EXPECT_EQ(message(port::parse(text)), "\"" + std::string{text} + "\" is not a whole number");
}

}  // namespace
}  // namespace kizashi::net
