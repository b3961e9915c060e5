#include "kizashi/base/time.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi {
namespace {

using namespace std::chrono_literals;

template <class T>
auto message(result<T> const& outcome) -> std::string {
  return outcome ? "no failure" : outcome.error().message;
}

TEST(timestamp, rfc_3339_both_ways) {
  struct {
    char const* text;
    std::int64_t nanoseconds;
    char const* canonical;
  } const cases[]{
      {"2016-10-20T20:16:21.075993Z", 1476994581075993000, "2016-10-20T20:16:21.075993000Z"},
      {"1970-01-01T00:00:00.000000001Z", 1, "1970-01-01T00:00:00.000000001Z"},
      {"1970-01-01T00:00:01Z", 1000000000, "1970-01-01T00:00:01.000000000Z"},
      {"2000-02-29T23:59:59Z", 951868799000000000, "2000-02-29T23:59:59.000000000Z"},
      {"2038-01-19T03:14:08Z", 2147483648000000000, "2038-01-19T03:14:08.000000000Z"},
      {"2261-12-31T23:59:59.999999999Z", 9214646399999999999, "2261-12-31T23:59:59.999999999Z"},
      {"2019-06-01T09:00:00+09:00", 1559347200000000000, "2019-06-01T00:00:00.000000000Z"},
      {"2019-05-31T18:30:00-05:30", 1559347200000000000, "2019-06-01T00:00:00.000000000Z"},
      {"2019-06-01 00:00:00z", 1559347200000000000, "2019-06-01T00:00:00.000000000Z"},
      {"2019-06-01T00:00:00.1234567891234Z", 1559347200123456789, "2019-06-01T00:00:00.123456789Z"},
      {"1969-12-31T23:00:00-02:00", 3600000000000, "1970-01-01T01:00:00.000000000Z"},
  };
  for (auto const& each : cases) {
    auto const got = timestamp::parse(each.text);
    ASSERT_TRUE(got) << message(got);
    EXPECT_EQ(got->nanoseconds(), each.nanoseconds) << each.text;
    EXPECT_EQ(got->to_string(), each.canonical);
  }
}

TEST(timestamp, text_comes_back) {
  random_source random{5};
  for (int i = 0; i < 20'000; ++i) {
    timestamp const t{static_cast<std::int64_t>(random.next() % 9'214'646'399'999'999'999) + 1};
    ASSERT_EQ(timestamp::parse(t.to_string()).value(), t);
  }
}

TEST(timestamp, refuses) {
  for (auto const* text : {"",
                           "2016",
                           "2016-10-20",
                           "2016-10-20T20:16:21",
                           "2016-10-20T20:16Z",
                           "16-10-20T20:16:21Z",
                           "2016-13-20T20:16:21Z",
                           "2016-00-20T20:16:21Z",
                           "2016-10-32T20:16:21Z",
                           "2016-10-00T20:16:21Z",
                           "2015-02-29T00:00:00Z",
                           "2016-10-20T24:00:00Z",
                           "2016-10-20T20:60:21Z",
                           "2016-10-20T20:16:60Z",
                           "2016-10-20T20:16:21.Z",
                           "2016-10-20T20:16:21.5",
                           "2016-10-20T20:16:21+0900",
                           "2016-10-20T20:16:21+24:00",
                           "2016-10-20T20:16:21+09:60",
                           "2016-10-20T20:16:21Zulu",
                           "2016-10-20T20:16:21+09:00 ",
                           " 2016-10-20T20:16:21Z",
                           "2016/10/20T20:16:21Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00Z",
                           "2016-1-020T20:16:21Z",
                           "+016-10-20T20:16:21Z",
                           "unknown"}) {
    auto const got = timestamp::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::parse_error);
    EXPECT_EQ(got.error().message, "\"" + std::string{text} +
                                       "\" is not a time; expected RFC 3339 such as "
                                       "2016-10-20T20:16:21Z");
  }
}

TEST(timestamp, refuses_what_is_too_late) {
  for (auto const* text : {"2262-01-01T00:00:00Z", "2261-12-31T23:59:59-00:01",
                           "2262-04-11T23:47:16Z", "9999-12-31T23:59:59Z"}) {
    auto const got = timestamp::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::out_of_range);
    EXPECT_EQ(got.error().message,
              "\"" + std::string{text} + "\" is too late; expected a time from 1970 to 2261");
  }
  EXPECT_EQ(timestamp::parse("2262-01-01T08:59:59.999999999+09:00").value(), timestamp::latest());
}

TEST(timestamp, from_the_parts_of_a_record) {
  EXPECT_EQ(timestamp::from_parts(1, 2).nanoseconds(), 1000000002);
  EXPECT_EQ(timestamp::from_parts(0, 1).nanoseconds(), 1);
  EXPECT_EQ(timestamp::from_parts(9'214'646'399, 999'999'999), timestamp::latest());
  EXPECT_FALSE(timestamp::from_parts(0, 0).is_known());
  EXPECT_FALSE(timestamp::from_parts(1, 1'000'000'000).is_known());
  EXPECT_FALSE(timestamp::from_parts(9'214'646'400, 0).is_known());
  EXPECT_FALSE(timestamp::from_parts(~0ULL, 0).is_known());
}

TEST(timestamp, unknown_sorts_first) {
  EXPECT_EQ(timestamp{}, timestamp::unknown());
  EXPECT_FALSE(timestamp{}.is_known());
  EXPECT_EQ(timestamp{}.to_string(), "unknown");
  EXPECT_LT(timestamp::unknown(), timestamp{0});
}

TEST(timestamp, arithmetic) {
  EXPECT_EQ(timestamp{5} + 1s, timestamp{1'000'000'005});
  EXPECT_EQ(timestamp{1'000'000'005} - 1s, timestamp{5});
  EXPECT_EQ(timestamp{1'000'000'005} - timestamp{5}, 1s);
}

TEST(duration, reads_and_writes) {
  struct {
    char const* text;
    duration value;
    char const* canonical;
  } const cases[]{
      {"90s", 90s, "1min30s"},
      {"10min", 10min, "10min"},
      {"1h", 1h, "1h"},
      {"2d", 48h, "2d"},
      {"250ms", 250ms, "250ms"},
      {"1h30min", 90min, "1h30min"},
      {"7us", 7us, "7us"},
      {"7ns", 7ns, "7ns"},
      {"0s", 0s, "0s"},
      {"0d", 0s, "0s"},
      {"30s1h", 3630s, "1h30s"},
      {"1s1s", 2s, "2s"},
      {"36h", 36h, "1d12h"},
      {"1500ms", 1500ms, "1s500ms"},
      {"106751d23h47min16s854ms775us807ns", duration::max(), "106751d23h47min16s854ms775us807ns"},
  };
  for (auto const& each : cases) {
    auto const got = parse_duration(each.text);
    ASSERT_TRUE(got) << message(got);
    EXPECT_EQ(*got, each.value) << each.text;
    EXPECT_EQ(to_string(*got), each.canonical);
    EXPECT_EQ(parse_duration(each.canonical).value(), each.value);
  }
  EXPECT_EQ(to_string(-90s), "-1min30s");
}

TEST(duration, text_comes_back) {
  random_source random{6};
  for (int i = 0; i < 20'000; ++i) {
    duration const d{static_cast<std::int64_t>(random.next() >> (1 + random.below(60)))};
    ASSERT_EQ(parse_duration(to_string(d)).value(), d);
  }
}

TEST(duration, refuses) {
  for (auto const* text : {"", "1", "s", "1.5h", "-1s", "+1s", "1 s", " 1s", "1s ", "1m", "1S",
                           "1sec", "1h30", "h1", "1smin", "0x1s"}) {
    auto const got = parse_duration(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::parse_error);
    EXPECT_EQ(
        got.error().message,
        "\"" + std::string{text} +
            "\" is not a duration; expected one such as 90s, 10min, 1h30min or 2d (units: ns us "
            "ms s min h d)");
  }
  for (auto const* text : {"106752d", "9223372036854775808ns", "99999999999999999999s",
                           "106751d23h47min16s854ms775us808ns"}) {
    auto const got = parse_duration(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, errc::out_of_range);
    EXPECT_EQ(got.error().message, std::string{text} + " is longer than 292 years");
  }
}

}  // namespace
}  // namespace kizashi
