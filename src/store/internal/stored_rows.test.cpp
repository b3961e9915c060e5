#include "kizashi/store/internal/stored_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::store::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t hour = 3600, micro = 1'000'000;
constexpr std::uint64_t nine = 1'768'467'600;  // 2026-01-15T09:00:00Z

auto filter_of(std::string_view from, std::string_view to) -> packet_filter {
  packet_filter filter;
  if (!from.empty()) filter.from = *timestamp::parse(from);
  if (!to.empty()) filter.to = *timestamp::parse(to);
  return filter;
}

TEST(split_time, no_bound_is_everything) {
  auto const split = split_time({});
  EXPECT_TRUE(split.is_all);
  EXPECT_TRUE(split.has_hours());
  EXPECT_THAT(split.edges, IsEmpty());
}

TEST(split_time, whole_hours_have_no_edges) {
  auto const split = split_time(filter_of("2026-01-15T09:00:00Z", "2026-01-15T11:00:00Z"));
  EXPECT_EQ(split.hours, (stretch{nine, nine + 2 * hour}));
  EXPECT_THAT(split.edges, IsEmpty());
}

TEST(split_time, cut_hours_are_edges) {
  auto const split = split_time(filter_of("2026-01-15T09:30:00Z", "2026-01-15T11:00:00.000001Z"));
  EXPECT_EQ(split.hours, (stretch{nine + hour, nine + 2 * hour}));
  EXPECT_THAT(split.edges,
              ElementsAre(stretch{(nine + 1800) * micro, (nine + hour) * micro},
                          stretch{(nine + 2 * hour) * micro, (nine + 2 * hour) * micro + 1}));
}

TEST(split_time, both_ends_in_one_hour) {
  auto const split = split_time(filter_of("2026-01-15T09:10:00Z", "2026-01-15T09:20:00Z"));
  EXPECT_FALSE(split.has_hours());
  EXPECT_THAT(split.edges, ElementsAre(stretch{(nine + 600) * micro, (nine + 1200) * micro}));
  auto const begin = split_time(filter_of("2026-01-15T09:00:00Z", "2026-01-15T09:20:00Z"));
  EXPECT_FALSE(begin.has_hours());
  EXPECT_THAT(begin.edges, ElementsAre(stretch{nine * micro, (nine + 1200) * micro}));
  auto const end = split_time(filter_of("2026-01-15T09:10:00Z", "2026-01-15T10:00:00Z"));
  EXPECT_FALSE(end.has_hours());
  EXPECT_THAT(end.edges, ElementsAre(stretch{(nine + 600) * micro, (nine + hour) * micro}));
}

TEST(split_time, nanoseconds_are_rounded_up_to_what_is_kept) {
  auto const split =
      split_time(filter_of("2026-01-15T09:10:00.000000001Z", "2026-01-15T09:10:00.000001001Z"));
  auto const base = (nine + 600) * micro;
  EXPECT_THAT(split.edges, ElementsAre(stretch{base + 1, base + 2}));
}

TEST(split_time, a_bound_leaves_packets_without_a_time_out) {
  auto const split = split_time(filter_of("", "2026-01-15T09:00:00Z"));
  EXPECT_EQ(split.hours, (stretch{hour, nine}));
  auto const open = split_time(filter_of("2026-01-15T09:00:00Z", ""));
  EXPECT_EQ(open.hours, (stretch{nine, std::uint64_t{1} << 32}));
  auto const nothing = split_time(filter_of("", "1970-01-01T00:30:00Z"));
  EXPECT_TRUE(nothing.has_hours());
  EXPECT_EQ(nothing.hours, (stretch{0, 0}));
}

TEST(address_literal, of_both_families) {
  EXPECT_EQ(address_literal(*net::address::parse("192.0.2.1")), "3221225985");
  EXPECT_EQ(address_literal(*net::address::parse("2001:db8::1")),
            "toFixedString(unhex('20010DB8000000000000000000000001'), 16)");
}

}  // namespace
}  // namespace kizashi::store::internal
