#include "kizashi/store/internal/stored_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::store::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t hour = 3600, day = 24 * hour;
constexpr std::uint64_t midnight = 1'768'435'200;  // 2026-01-15T00:00:00Z

auto filter_of(std::string_view from, std::string_view to) -> packet_filter {
  packet_filter filter;
  if (!from.empty()) filter.from = *timestamp::parse(from);
  if (!to.empty()) filter.to = *timestamp::parse(to);
  return filter;
}

TEST(split_time, no_bound_is_everything) {
  auto const split = split_time({}, true);
  EXPECT_TRUE(split.is_all);
  EXPECT_THAT(split.days, IsEmpty());
  EXPECT_THAT(split.minutes, IsEmpty());
}

TEST(split_time, whole_days_and_what_is_left) {
  auto const filter = filter_of("2026-01-14T22:30:00Z", "2026-01-16T02:00:00Z");
  auto const split = split_time(filter, true);
  EXPECT_THAT(split.days, ElementsAre(stretch{midnight, midnight + day}));
  EXPECT_THAT(split.hours, ElementsAre(stretch{midnight - hour, midnight},
                                       stretch{midnight + day, midnight + day + 2 * hour}));
  EXPECT_THAT(split.minutes, ElementsAre(stretch{midnight - 5400, midnight - hour}));
  auto const without = split_time(filter, false);
  EXPECT_THAT(without.days, IsEmpty());
  EXPECT_THAT(without.hours, ElementsAre(stretch{midnight - hour, midnight + day + 2 * hour}));
  EXPECT_THAT(without.minutes, ElementsAre(stretch{midnight - 5400, midnight - hour}));
}

TEST(split_time, whole_hours) {
  auto const split = split_time(filter_of("2026-01-15T09:00:00Z", "2026-01-15T11:00:00Z"), true);
  EXPECT_THAT(split.days, IsEmpty());
  EXPECT_THAT(split.hours, ElementsAre(stretch{midnight + 9 * hour, midnight + 11 * hour}));
  EXPECT_THAT(split.minutes, IsEmpty());
}

TEST(split_time, both_ends_in_one_hour) {
  auto const nine = midnight + 9 * hour;
  auto const minutes = [](std::string_view from, std::string_view to) {
    auto const split = split_time(filter_of(from, to), true);
    EXPECT_THAT(split.hours, IsEmpty());
    return split.minutes;
  };
  EXPECT_THAT(minutes("2026-01-15T09:10:00Z", "2026-01-15T09:20:00Z"),
              ElementsAre(stretch{nine + 600, nine + 1200}));
  EXPECT_THAT(minutes("2026-01-15T09:00:00Z", "2026-01-15T09:20:00Z"),
              ElementsAre(stretch{nine, nine + 1200}));
  EXPECT_THAT(minutes("2026-01-15T09:10:00Z", "2026-01-15T10:00:00Z"),
              ElementsAre(stretch{nine + 600, nine + hour}));
  EXPECT_THAT(minutes("2026-01-15T09:10:00Z", "2026-01-15T10:20:00Z"),
              ElementsAre(stretch{nine + 600, nine + hour + 1200}));
}

TEST(split_time, a_bound_leaves_packets_without_a_time_out) {
  auto const split = split_time(filter_of("", "2026-01-15T00:00:00Z"), true);
  EXPECT_THAT(split.days, ElementsAre(stretch{day, midnight}));
  EXPECT_THAT(split.hours, ElementsAre(stretch{hour, day}));
  auto const open = split_time(filter_of("2026-01-15T00:00:00Z", ""), true);
  ASSERT_THAT(open.days, SizeIs(1));
  EXPECT_EQ(open.days.front().from, midnight);
  EXPECT_GT(open.days.front().to, std::uint64_t{1} << 32);
  EXPECT_THAT(open.hours, IsEmpty());
  auto const nothing = split_time(filter_of("", "1970-01-01T00:30:00Z"), true);
  EXPECT_FALSE(nothing.is_all);
  EXPECT_THAT(nothing.minutes, IsEmpty());
}

TEST(stored_rows, nothing_is_asked_of_a_table_all_the_same) {
  auto const filter = filter_of("", "1970-01-01T00:30:00Z");
  EXPECT_EQ(source_rows(filter, family::ipv4, {"src"}, {}), "select src from source_day where 0");
  EXPECT_EQ(source_rows(filter, family::ipv6, {"src", "hour"}, "src = 1"),
            "select src, hour from source6_hour where 0 and src = 1");
  EXPECT_EQ(state_rows(filter, state_table::place, {"asn"}, {"packets"}, {}),
            "select asn, packets from place_day where 0");
}

TEST(address_literal, of_both_families) {
  EXPECT_EQ(address_literal(*net::address::parse("192.0.2.1")), "3221225985");
  EXPECT_EQ(address_literal(*net::address::parse("2001:db8::1")),
            "toFixedString(unhex('20010DB8000000000000000000000001'), 16)");
}

}  // namespace
}  // namespace kizashi::store::internal
