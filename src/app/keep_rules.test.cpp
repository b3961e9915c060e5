#include "kizashi/app/keep_rules.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

TEST(KeepRule, HasDaysOrASize) {
  auto const days = parse_keep_rule("packets 90d");
  ASSERT_TRUE(days);
  EXPECT_EQ(days->table, "packets");
  EXPECT_EQ(days->days, 90U);
  EXPECT_EQ(days->bytes, 0U);
  auto const size = parse_keep_rule("packets6  200GiB");
  ASSERT_TRUE(size);
  EXPECT_EQ(size->table, "packets6");
  EXPECT_EQ(size->days, 0U);
  EXPECT_EQ(size->bytes, 214'748'364'800U);
  EXPECT_EQ(parse_keep_rule("t 1024TiB")->bytes, 1'125'899'906'842'624U);
  EXPECT_EQ(parse_keep_rule("t 1MiB")->bytes, 1'048'576U);
}

TEST(KeepRule, SaysWhatItExpects) {
  for (auto const* text :
       {"", "packets", "packets ", "packets 0d", "packets 36501d", "packets 90", "packets 1025TiB",
        "packets 90 d", "90d", "a.b 9d", "a;b 9d", "packets -1d", "packets 1.5GiB"}) {
    auto const rule = parse_keep_rule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().message,
              "\"" + std::string{text} +
                  "\" does not say what is kept; expected a table and days or a size, such as "
                  "\"packets 90d\" or \"packets 200GiB\" (1d to 36500d, 1MiB to 1024TiB)");
  }
}

TEST(Days, EndToday) {
  EXPECT_EQ(parse_days("30d").value(), 30U);
  EXPECT_EQ(first_of_days("2026-06-03", 1).value(), "2026-06-03");
  EXPECT_EQ(first_of_days("2026-06-03", 30).value(), "2026-05-05");
  EXPECT_EQ(first_of_days("2024-03-01", 2).value(), "2024-02-29");
  EXPECT_EQ(today_in_utc().size(), 10U);
}

TEST(Days, SayWhatTheyExpect) {
  for (auto const* text : {"", "0d", "30", "d", "36501d", "1GiB", "30 d"}) {
    auto const days = parse_days(text);
    ASSERT_FALSE(days) << text;
    EXPECT_EQ(days.error().message, "\"" + std::string{text} +
                                        "\" is no number of days; expected 1d to 36500d, such as "
                                        "30d");
  }
  EXPECT_EQ(first_of_days("1970-01-05", 6).error().message,
            "6 days up to 1970-01-05 begin before 1970; expected fewer");
  EXPECT_EQ(first_of_days("yesterday", 6).error().message,
            "\"yesterday\" is no day; expected one such as 2026-01-15");
}

}  // namespace
}  // namespace kizashi::app
