// A road without totals of the run: it says what one with them says, and knows no more after hours
// of sources that never end than when the first of them had gone.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/pipeline/internal/test_road.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {
namespace {

using namespace internal;
using std::chrono::hours;
using std::chrono::minutes;

auto sorted(std::vector<std::string> lines) -> std::vector<std::string> {
  std::ranges::sort(lines);
  return lines;
}

void expect_same_results(records const& got, records const& wanted) {
  EXPECT_EQ(got.windows, wanted.windows);
  EXPECT_EQ(sorted(got.events), sorted(wanted.events));
  EXPECT_EQ(sorted(got.attacks), sorted(wanted.attacks));
}

void expect_same_without_totals(source_maker const& make, reading with) {
  auto const whole = undisturbed(make, with);
  EXPECT_GT(whole.got.closed_windows, 20U);
  EXPECT_GT(whole.got.events.size() + whole.got.attacks.size(), 20U);
  with.run_totals = false;
  expect_same_results(undisturbed(make, with).got, whole.got);
  for (bool const advances : {false, true})
    expect_same_results(torn(make, with, {7, {2, 1, 3}, advances}).got, whole.got);
}

TEST(live_road, says_of_mixed_traffic_what_a_whole_one_says) {
  reading with;
  with.darknet =
      *net::prefix_set::parse("198.18.0.0/17,198.19.128.0/17,203.0.113.0/24,2001:db8:5a::/48");
  expect_same_without_totals(synthetic("mixed", minutes{60}, 0.05), with);
}

TEST(live_road, says_of_campaigns_that_come_back_what_a_whole_one_says) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.32.0/20");
  expect_same_without_totals(synthetic("three-days", hours{14}, 0.3), with);
}

TEST(live_road, says_of_floods_what_a_whole_one_says) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.0.0/18");
  expect_same_without_totals(synthetic("backscatter", minutes{60}, 0.2), with);
}

/// Dense enough that destinations move to pages, and some of these become sparse again.
TEST(live_road, says_of_dense_destinations_what_a_whole_one_says) {
  reading with;
  expect_same_without_totals(synthetic("outbreak", hours{2}, 1), with);
}

/// Nobody of "ever new" comes twice.
constexpr std::string_view ever_new = R"(description = "Sources without an end"
seed = 3
start = "2026-01-15T00:00:00Z"
duration = "3h"
dark = ["198.18.0.0/20", "2001:db8:5a::/48"]
[[actor]]
name = "ever new"
kind = "slow"
sources = 60_000
rate = 5
rhythm = false
ports = [22, 23, 445]
tail = 0.5
[[actor]]
name = "bots"
kind = "mirai"
sources = 3000
rate = 4
rhythm = false
[[actor]]
name = "IPv6"
kind = "ipv6"
sources = 500
rate = 0.5
rhythm = false
[[actor]]
name = "victims"
kind = "backscatter"
sources = 300
zipf = 1.2
rate = 4
rhythm = false
ports = [80, 443]
)";

/// Frames of a stream up to a time that is set later and later.
class paused_source final : public capture::frame_source {
public:
  explicit paused_source(std::unique_ptr<capture::frame_source> from) : from_{std::move(from)} {}
  void go_on_until(timestamp end) { end_ = end; }

  auto next(net::frame_block& out) -> status override {
    out.clear();
    if (at_ == block_.frames.size()) {
      at_ = 0;
      KIZASHI_TRY(from_->next(block_));
    }
    for (; at_ < block_.frames.size() && block_.frames[at_].time < end_; ++at_) {
      auto const& each = block_.frames[at_];
      out.append(each.time, each.link, each.wire, block_.data(each));
    }
    return {};
  }

private:
  std::unique_ptr<capture::frame_source> from_;
  net::frame_block block_;
  std::size_t at_ = 0;
  timestamp end_;
};

/// Bytes of the saved state, the most of each quarter of an hour: sources are looked after every
/// minute or so, and a state is largest just before that.
auto states_by_quarter(reading const& with, records& got) -> std::vector<double> {
  auto scene = capture::synth::parse_scenario(ever_new, "ever_new.toml");
  EXPECT_TRUE(scene) << scene.error().message;
  auto const start = scene->start;
  paused_source source{*capture::synth::synthetic_source::create(std::move(*scene))};
  road live{with.options(2, got)};
  std::vector<double> sizes;
  for (int quarter = 0; quarter < 12; ++quarter) {
    double most = 0;
    for (int minute = 1; minute <= 15; ++minute) {
      auto const now = start + minutes{15 * quarter + minute};
      source.go_on_until(now);
      EXPECT_TRUE(live.walk(source));
      EXPECT_TRUE(live.advance_to(now));
      // One that grows is dear to save and asked for at the end of a quarter alone.
      if (!with.run_totals || minute == 15)
        most = std::max(most, static_cast<double>(saved(live).size()));
    }
    sizes.push_back(most);
  }
  EXPECT_TRUE(live.finish().failure);
  return sizes;
}

TEST(live_road, is_as_large_after_three_hours_of_new_sources_as_after_one) {
  reading with;
  with.event_timeout = minutes{3};
  records whole, live;
  auto const growing = states_by_quarter(with, whole);
  with.run_totals = false;
  auto const sizes = states_by_quarter(with, live);
  for (std::size_t quarter = 4; quarter < sizes.size(); ++quarter)
    EXPECT_NEAR(sizes[quarter], sizes[3], sizes[3] / 10) << "quarter " << quarter + 1;
  EXPECT_GT(growing[11], 2.5 * growing[3]);  // what it would be otherwise
  EXPECT_LT(sizes[3], growing[3] / 2);
  EXPECT_GT(live.events.size(), 50'000U);
  EXPECT_FALSE(live.attacks.empty());
  expect_same_results(live, whole);
}

TEST(live_road, sums_up_what_has_a_fixed_size_alone) {
  reading with;
  records whole, live;
  auto const make = synthetic("mixed", minutes{30}, 0.02);
  auto const wanted = travel(*make(), with.options(1, whole));
  with.run_totals = false;
  auto got = travel(*make(), with.options(1, live));
  EXPECT_GT(wanted.summary.packets.total, 1000U);
  EXPECT_EQ(members_of(got.summary.packets), members_of(wanted.summary.packets));
  EXPECT_EQ(members_of(got.summary.order), members_of(wanted.summary.order));
  EXPECT_EQ(got.summary.first, wanted.summary.first);
  EXPECT_EQ(got.summary.icmp.size(), wanted.summary.icmp.size());
  EXPECT_EQ(got.observed.events.events, wanted.observed.events.events);
  EXPECT_EQ(got.summary.sources, 0U);
  EXPECT_EQ(got.summary.destinations, 0U);
  EXPECT_TRUE(got.summary.ports.empty());
  EXPECT_TRUE(got.summary.top_sources.empty());
  EXPECT_TRUE(got.summary.windows.empty());
  EXPECT_EQ(got.observed.targets.counts().events, 0U);
  for (auto const& each : got.observed.profiles)
    EXPECT_TRUE(each.for_each(
        [](auto const&) -> status { return fail(errc::limit_reached, "a profile"); }));
}

}  // namespace
}  // namespace kizashi::pipeline
