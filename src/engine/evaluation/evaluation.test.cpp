#include "kizashi/engine/evaluation/evaluation.hpp"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

[[nodiscard]] auto always(std::uint32_t) -> bool {
  return true;
}

TEST(planted_month, is_the_same_each_time_and_has_windows_in_order) {
  month_settings const with{.days = 7, .outbreaks = 3, .quiet_ports = 20, .loudness = 0.1};
  std::vector<std::uint64_t> sums[2];
  for (auto& sum : sums) {
    planted_month month{with};
    ASSERT_EQ(month.outbreaks().size(), 3U);
    timestamp last;
    ASSERT_TRUE(month.play(
        {600s},
        [&](activity_window const& closed) -> status {
          EXPECT_TRUE(!last.is_known() || closed.start == last);
          last = closed.end();
          EXPECT_TRUE(std::ranges::is_sorted(closed.sources, {}, &active_source::address));
          EXPECT_TRUE(std::ranges::is_sorted(closed.rows, [](auto const& a, auto const& b) {
            return a.source != b.source ? a.source < b.source : a.at() < b.at();
          }));
          sum.push_back(closed.rows.size());
          return {};
        },
        always));
    EXPECT_EQ(sum.size(), 7U * 144);
  }
  EXPECT_EQ(sums[0], sums[1]);
}

// Parts of ten minutes have together what the ten minutes have.
TEST(planted_month, divides_into_shorter_windows) {
  planted_month month{{.days = 7, .outbreaks = 5, .quiet_ports = 10, .loudness = 0.05}};
  std::uint64_t rows[2] = {0, 0};
  ASSERT_TRUE(month.play(
      {50s, 600s, 7s},
      [&](activity_window const& closed) -> status {
        rows[closed.length == 600s ? 1 : 0] += closed.rows.size();
        EXPECT_NE(closed.length, duration{7s});
        return {};
      },
      always));
  EXPECT_EQ(rows[0], rows[1]);
}

TEST(score_findings, counts_what_is_right_and_what_is_missed) {
  auto const start = timestamp{1'600'000'000'000'000'000};
  std::vector<planted_outbreak> const truth{
      {.at = {6, 23}, .start = start, .seen = start + 1h, .end = start + 48h},
      {.at = {6, 80}, .start = start, .seen = start + 1h, .end = start + 48h}};
  auto const at = [&](std::uint16_t port, duration when) {
    finding out;
    out.services = {{6, port}};
    out.first = start + when;
    out.last = out.first + 10min;
    return out;
  };
  finding of_a_sensor;
  auto const score = score_findings(
      {at(23, 2h), at(23, 2h), at(23, 5h), at(23, 100h), at(22, 2h), at(80, -3h), of_a_sensor},
      truth, 2);
  EXPECT_EQ(score.findings, 6U);
  EXPECT_EQ(score.incidents, 5U);
  EXPECT_EQ(score.right, 2U);
  EXPECT_EQ(score.found, 1U);
  EXPECT_DOUBLE_EQ(score.recall(), 0.5);
  EXPECT_DOUBLE_EQ(score.precision(), 0.4);
  EXPECT_DOUBLE_EQ(score.median_delay, 70);
  EXPECT_DOUBLE_EQ(score.false_per_week, 1.5);
  EXPECT_EQ(score.missed, (std::vector<std::string>{"tcp/80"}));
}

#ifndef KIZASHI_SANITIZED  // half a minute there; detect.evaluate runs the same
// The acceptance bench, made small: a month would take too long under a sanitizer.
TEST(evaluation, finds_all_outbreaks_together_with_few_false_ones) {
  auto const chosen = choose_engines({"surge", "graph", "fuse"}, {});
  ASSERT_TRUE(chosen);
  auto const done = evaluate_engines(
      *chosen, {.days = 10, .outbreaks = 8, .quiet_ports = 60, .loudness = 0.2}, always);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(done->scores.size(), 3U);
  auto const& together = done->scores.back();
  EXPECT_EQ(together.name, "together");
  EXPECT_EQ(together.recall(), 1.0) << together.missed.size();
  EXPECT_GE(together.precision(), 0.5);
  EXPECT_EQ(done->scores[0].recall(), 1.0);
}
#endif

TEST(evaluation, ends_when_it_is_told_to) {
  auto const chosen = choose_engines({"surge"}, {});
  auto const done = evaluate_engines(*chosen, {.days = 7, .quiet_ports = 5, .loudness = 0.05},
                                     [](std::uint32_t day) { return day < 2; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "stopped before the month was over");
}

}  // namespace
}  // namespace kizashi::engine
