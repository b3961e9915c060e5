#include "kizashi/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi {
namespace {

using testing::ElementsAre;

TEST(text, whole_numbers) {
  EXPECT_EQ(*parse_unsigned("0", 0), 0U);
  EXPECT_EQ(*parse_unsigned("007", 10), 7U);
  EXPECT_EQ(*parse_unsigned("18446744073709551615", ~0ULL), ~0ULL);
  EXPECT_EQ(parse_unsigned("11", 10).error().message, "11 is above 10");
  EXPECT_EQ(parse_unsigned("11", 10).error().code, errc::out_of_range);
  EXPECT_EQ(parse_unsigned("18446744073709551616", ~0ULL).error().message,
            "18446744073709551616 is above 18446744073709551615");
  for (auto const* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x10", "1e3", "one", "1,000",
                           "99999999999999999999x"}) {
    auto const got = parse_unsigned(text, ~0ULL);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::parse_error) << text;
    EXPECT_EQ(got.error().message, "\"" + std::string{text} + "\" is not a whole number");
  }
}

TEST(text, trim) {
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\r\n "), "");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim("\t a b \r\n"), "a b");
}

TEST(text, split) {
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split("a", ','), ElementsAre("a"));
  EXPECT_THAT(split(",a,,b,", ','), ElementsAre("", "a", "", "b", ""));
}

TEST(text, thousands) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(~0ULL), "18,446,744,073,709,551,615");
}

TEST(text, three_digits_and_a_unit) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(789), "789");
  EXPECT_EQ(short_number(999), "999");
  EXPECT_EQ(short_number(1000), "1.00 k");
  EXPECT_EQ(short_number(45600), "45.6 k");
  EXPECT_EQ(short_number(999'499), "999 k");
  EXPECT_EQ(short_number(999'999), "1.00 M");
  EXPECT_EQ(short_number(1'230'000), "1.23 M");
  EXPECT_EQ(short_number(2.5e9), "2.50 G");
  EXPECT_EQ(short_number(7e15), "7000 T");
}

TEST(text, bytes_in_powers_of_1024) {
  EXPECT_EQ(short_bytes(0), "0 B");
  EXPECT_EQ(short_bytes(1023), "1023 B");
  EXPECT_EQ(short_bytes(1024), "1.00 KiB");
  EXPECT_EQ(short_bytes(1536), "1.50 KiB");
  EXPECT_EQ(short_bytes(380'000'000), "362 MiB");
  EXPECT_EQ(short_bytes(std::uint64_t{1} << 40), "1.00 TiB");
}

}  // namespace
}  // namespace kizashi
