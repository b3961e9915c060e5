#include "kizashi/paper/report.hpp"

#include <gtest/gtest.h>

namespace kizashi::paper {
namespace {

auto span_text(std::string_view kind, std::string_view at) -> std::string {
  auto const of = period_at(kind, at);
  if (!of) return of.error().message;
  return of->name + " " + of->from.to_string().substr(0, 10) + " " +
         of->to.to_string().substr(0, 10);
}

TEST(report_period, begins_and_ends_in_utc) {
  EXPECT_EQ(span_text("day", "2024-02-28"), "2024-02-28 2024-02-28 2024-02-29");
  EXPECT_EQ(span_text("day", "2026-12-31"), "2026-12-31 2026-12-31 2027-01-01");
  EXPECT_EQ(span_text("month", "2024-02"), "2024-02 2024-02-01 2024-03-01");
  EXPECT_EQ(span_text("month", "2026-12-15"), "2026-12 2026-12-01 2027-01-01");
  EXPECT_EQ(span_text("quarter", "2026-12"), "2026-Q4 2026-10-01 2027-01-01");
  EXPECT_EQ(span_text("quarter", "2026-Q1"), "2026-Q1 2026-01-01 2026-04-01");
  EXPECT_EQ(span_text("year", "2026"), "2026 2026-01-01 2027-01-01");
  // ISO 8601: the week of the year's first Thursday is the first; some years have 53.
  EXPECT_EQ(span_text("week", "2027-01-01"), "2026-W53 2026-12-28 2027-01-04");
  EXPECT_EQ(span_text("week", "2026-W53"), "2026-W53 2026-12-28 2027-01-04");
  EXPECT_EQ(span_text("week", "2024-12-30"), "2025-W01 2024-12-30 2025-01-06");
  EXPECT_EQ(span_text("month", "2026-W36"), "2026-08 2026-08-01 2026-09-01");
}

TEST(report_period, has_neighbours_of_its_own_length) {
  auto const march = period_at("month", "2024-03").value();
  EXPECT_EQ(period_before(march).name, "2024-02");
  EXPECT_EQ(period_before(march).to, march.from);
  EXPECT_EQ(period_after(march).name, "2024-04");
  EXPECT_EQ(period_before(period_at("quarter", "2026-Q1").value()).name, "2025-Q4");
  EXPECT_EQ(period_before(period_at("week", "2027-W01").value()).name, "2026-W53");
}

TEST(report_period, is_known_by_its_name) {
  for (auto const kind : period_names) {
    auto const of = period_at(kind, "2026-09-17").value();
    EXPECT_EQ(kind_of(of.name), kind);
    EXPECT_EQ(period_at(kind, of.name).value().from, of.from);
  }
}

TEST(report_period, refuses_what_is_none) {
  for (auto const* const wrong :
       {"", "26", "2026-13", "2026-1", "2026-00", "2026-02-30", "2026-Q0", "2026-Q5", "2026-W00",
        "2025-W53", "2026-W54", "2026-W1", "2026-09-01-01", "1969", "2106", "+026", "2026-q1"})
    EXPECT_EQ(span_text("month", wrong),
              "\"" + std::string{wrong} +
                  "\" is no period; expected a year, a quarter, a month, a week or a day such as "
                  "2026, 2026-Q1, 2026-01, 2026-W03 or 2026-01-15");
}

}  // namespace
}  // namespace kizashi::paper
