// The engines that look for groups, as engines: windows in, findings out.
#include <array>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/engine/glasso/density_rule.hpp"
#include "kizashi/engine/internal/golden_counts.hpp"
#include "kizashi/engine/internal/group_judge.hpp"
#include "kizashi/engine/internal/group_window.hpp"
#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using internal::golden_source;

/// What everybody does: `sources` sources of their own /16 that ask for ports of their own, and
/// `together` that ask for tcp/`port` in a rhythm when `has_group`.
struct group_traffic {
  std::uint32_t sources = 60;
  std::uint32_t together = 25;
  std::uint16_t port = 8291;
  double rate = 0.4;
};

auto group_bin(group_traffic const& of, golden_source& random, timestamp start, duration length,
               bool is_on) -> activity_window {
  activity_window out;
  out.sensor = "north";
  out.start = start;
  out.length = length;
  for (std::uint32_t i = 0; i < of.sources + of.together; ++i) {
    auto const is_member = i >= of.sources;
    auto const packets = random.poisson(is_member && is_on ? 5.0 : of.rate);
    if (packets == 0) continue;
    auto const index = static_cast<std::uint32_t>(out.sources.size());
    out.sources.push_back({net::ipv4{(i + 1) << 16 | 7}, 0});
    auto const own = static_cast<std::uint16_t>(10'000 + random.poisson(40));
    out.rows.push_back({index, packets, i + 1, is_member && is_on ? of.port : own, 6});
    out.packets += packets;
  }
  return out;
}

/// `windows` whole windows; the group is at work in the last `with_group` of them.
void run(engine& on, finding_list& into, std::uint32_t bins, std::uint32_t windows,
         std::uint32_t with_group, std::uint64_t seed, group_traffic const& of = {}) {
  golden_source random{seed};
  auto const length = on.interval();
  for (std::uint32_t i = 0; i < bins * windows; ++i) {
    auto const has_group = i / bins >= windows - with_group;
    auto const is_on = has_group && (i % 3 == 0);
    auto const closed = group_bin(of, random, test::monday + i * length, length, is_on);
    ASSERT_TRUE(on.observe(closed, into));
  }
}

void expect_all_good(finding_list const& list) {
  for (auto const& each : list.all) {
    auto const good = check(each);
    EXPECT_TRUE(good) << (good ? "" : good.error().message);
  }
}

class group_engines : public testing::TestWithParam<char const*> {
protected:
  static auto bins_of(std::string const& name) -> std::uint32_t {
    return name == "glasso" ? 12 : 30;
  }
  static auto option(std::string const& name, std::string const& key, std::string const& value) {
    return std::pair{name + "." + key, value};
  }
};
INSTANTIATE_TEST_SUITE_P(all, group_engines, testing::Values("glasso", "nmf", "ntd"));

TEST_P(group_engines, find_a_group_that_begins) {
  std::string const name = GetParam();
  auto const on = test::made(name, {option(name, "history", "50")});
  finding_list list;
  run(*on, list, bins_of(name), 66, 1, 3);
  expect_all_good(list);
  ASSERT_FALSE(list.all.empty());
  auto const& last = list.all.back();
  EXPECT_EQ(last.kind, kind::group);
  EXPECT_EQ(last.engine, name);
  EXPECT_THAT(last.services, testing::Contains(service{6, 8291}));
  EXPECT_EQ(last.last, test::monday + 66 * bins_of(name) * on->interval());
  EXPECT_GE(last.source_count, 20U);
  std::size_t members = 0;
  for (auto const& each : last.sources) members += each >= net::address{net::ipv4{61U << 16}};
  EXPECT_GE(members, 20U) << "the planted ones";
  EXPECT_LE(last.source_count - members, 5U) << "and hardly anybody else";
  EXPECT_GT(last.score, last.threshold);
}

TEST_P(group_engines, go_on_from_a_saved_state_as_if_never_stopped) {
  std::string const name = GetParam();
  auto const options = {option(name, "history", "50"), option(name, "false_alarms", "1000")};
  auto const whole = test::made(name, options);
  auto first = test::made(name, options);
  finding_list expected, got;
  golden_source random{5};
  auto const bins = bins_of(name) * 66;
  for (std::uint32_t i = 0; i < bins; ++i) {
    auto const closed =
        group_bin({.sources = 20, .together = 8}, random, test::monday + i * whole->interval(),
                  whole->interval(), i * 66 / bins >= 64 && i % 3 == 0);
    ASSERT_TRUE(whole->observe(closed, expected));
    ASSERT_TRUE(first->observe(closed, got));
    if (i % (bins / 3) != 7 && i + 3 != bins) continue;
    auto again = test::made(name, options);
    ASSERT_TRUE(test::restored(*again, test::saved(*first)));
    EXPECT_EQ(test::saved(*again), test::saved(*first));
    first = std::move(again);
  }
  EXPECT_FALSE(expected.all.empty());
  ASSERT_EQ(expected.all.size(), got.all.size());
  for (std::size_t i = 0; i < got.all.size(); ++i) {
    EXPECT_EQ(expected.all[i].id(), got.all[i].id());
    EXPECT_EQ(expected.all[i].score, got.all[i].score);
    EXPECT_EQ(expected.all[i].reason, got.all[i].reason);
  }
}

TEST_P(group_engines, say_when_there_was_not_enough) {
  std::string const name = GetParam();
  auto const on = test::made(name);
  finding_list list;
  run(*on, list, bins_of(name), 2, 0, 1);
  ASSERT_TRUE(on->finish(list));
  ASSERT_EQ(list.all.size(), 1U);
  EXPECT_EQ(list.all[0].kind, kind::shortage);
  EXPECT_EQ(list.all[0].reason,
            name == "glasso"
                ? "Not enough data: 2 whole windows of 10min were seen, 432 are needed."
                : "Not enough data: 2 whole windows of 30min were seen, 109 are needed.");
  expect_all_good(list);
  auto const unused = test::made(name);
  finding_list nothing;
  ASSERT_TRUE(unused->finish(nothing));
  EXPECT_TRUE(nothing.all.empty()) << "no sensor, no finding";
}

TEST_P(group_engines, take_what_is_no_telescope) {
  std::string const name = GetParam();
  for (auto const* mode : {"calibrated", "compatible"}) {
    auto const on = test::made(name, {option(name, "mode", mode), option(name, "history", "50")});
    finding_list list;
    auto const length = on->interval();
    auto at = test::monday;
    auto const show = [&](activity_window closed, bool is_missing) {
      closed.is_missing = is_missing;
      ASSERT_TRUE(on->observe(closed, list));
      at = at + length;
    };
    for (std::uint32_t i = 0; i < bins_of(name) * 68; ++i) {
      auto const window = i / bins_of(name);
      // Nothing; then one source; then sources that never change; then huge counts; and holes.
      auto closed = test::window_of(window % 4 == 3 ? 4'000'000'000U : window % 4 * 20,
                                    window % 4 == 0   ? 0
                                    : window % 4 == 1 ? 1
                                                      : 20,
                                    at, length);
      if (window % 4 == 0) closed.rows.clear();
      for (auto& row : closed.rows) row.port = 4444;
      show(closed, window % 5 == 4 && i % 7 == 0);
    }
    ASSERT_TRUE(on->finish(list));
    expect_all_good(list);
  }
}

TEST(nmf_options, must_not_contradict_each_other) {
  auto const about = find_engine("nmf");
  ASSERT_TRUE(about);
  option_set set{(*about)->options};
  ASSERT_TRUE(set.set("nmf.lowest_rank", "5"));
  ASSERT_TRUE(set.set("nmf.highest_rank", "4"));
  auto const made = (*about)->make(set);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "nmf.lowest_rank is 5 and nmf.highest_rank 4; expected the lowest to be no more than "
            "the highest");
  EXPECT_FALSE(set.set("nmf.least_share", "nan"));
}

TEST(outlying_maxima, are_those_of_the_published_rule) {
  std::vector<double> densities;
  for (int i = 0; i < 432; ++i) densities.push_back(0.01 + 0.001 * ((37 * i) % 11));
  densities[100] = 0.05;
  densities[200] = 0.03;
  densities[431] = 0.04;
  using places = std::vector<std::size_t>;
  EXPECT_EQ(glasso::outlying_maxima(densities, 0.9), (places{100, 431}));
  EXPECT_EQ(glasso::outlying_maxima(densities, 0.98), (places{100, 200, 431}));
  EXPECT_EQ(glasso::outlying_maxima(densities, 0.995), (places{100, 200, 431}));
  EXPECT_EQ(glasso::outlying_maxima({}, 0.9), places{});
  EXPECT_EQ(glasso::outlying_maxima(std::vector<double>(9, 0.5), 0.9), places{});
}

TEST(density_series, alarms_at_the_new_maximum_and_forgets_it) {
  glasso::density_series series{50, 0.9};
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(series.add(0.01 + 0.001 * ((37 * i) % 11))) << i;
  EXPECT_TRUE(series.add(0.09));
  EXPECT_TRUE(series.add(0.08)) << "the first one is no longer there to hide it";
  EXPECT_FALSE(series.add(0.015));
}

TEST(group_judge, alarms_by_chance_as_often_as_was_said) {
  // Group sizes with a heavy tail at fifty services, 1 false alarm in 100 windows.
  golden_source random{4};
  internal::group_judge judge{0.01, 100};
  int alarms = 0;
  constexpr int windows = 6000;
  for (int i = 0; i < windows; ++i) {
    std::map<service, std::uint32_t> sizes;
    for (std::uint16_t port = 1; port <= 50; ++port)
      sizes[{6, port}] = static_cast<std::uint32_t>(
          std::min(1e6, (1 + port % 7) / std::pow(1 - random.unit(), 0.6)));
    alarms += !judge.judge(sizes).empty();
  }
  EXPECT_GT(alarms, 30);
  EXPECT_LT(alarms, 90) << "60 are expected";
}

TEST(group_judge, counts_a_window_once_however_often_it_is_looked_at) {
  // Ten looks at a window that fills; 1 false alarm in 100 windows.
  golden_source random{6};
  internal::group_judge judge{0.01, 100};
  int alarms = 0;
  constexpr int windows = 4000;
  for (int i = 0; i < windows; ++i) {
    std::map<service, std::uint32_t> open, largest;
    bool is_told = false;
    for (int look = 0; look < 10; ++look) {
      for (std::uint16_t port = 1; port <= 10; ++port) {
        auto const size = open[{6, port}] + random.poisson(0.3 * port);
        open[{6, port}] = random.unit() < 0.2 ? size / 2 : size;
        largest[{6, port}] = std::max(largest[{6, port}], open[{6, port}]);
      }
      is_told |= !judge.above(open).empty();
    }
    alarms += is_told;
    judge.learn(largest);
  }
  EXPECT_GT(alarms, 15);
  EXPECT_LT(alarms, 65) << "40 are expected";
}

/// The findings of a group that begins in the middle of the last window, `late` bins into it.
auto found_late(std::vector<std::pair<std::string, std::string>> options, std::uint32_t late,
                std::uint32_t hole = 9999) -> finding_list {
  options.emplace_back("ntd.history", "50");
  auto const on = test::made("ntd", options);
  finding_list list;
  golden_source random{3};
  for (std::uint32_t i = 0; i < 30 * 66; ++i) {
    auto closed = group_bin({}, random, test::monday + i * 1min, 1min, i >= 65 * 30 + late);
    closed.is_missing = i == 64 * 30 + hole;
    EXPECT_TRUE(on->observe(closed, list));
  }
  expect_all_good(list);
  return list;
}

TEST(ntd, tells_a_block_within_the_window_and_at_its_end_how_large_it_was) {
  auto const early = found_late({}, 8).all;
  auto const late = found_late({{"ntd.stream", "false"}}, 8).all;
  auto const is_planted = [](finding const& each) { return each.services[0].port == 8291; };
  ASSERT_EQ(std::ranges::count_if(early, is_planted), 2);
  ASSERT_EQ(std::ranges::count_if(late, is_planted), 1);
  auto const& first = *std::ranges::find_if(early, is_planted);
  auto const start = test::monday + 65 * 30min;
  EXPECT_EQ(std::ranges::find_if(late, is_planted)->last, start + 30min);
  EXPECT_LE(first.last, start + 12min) << "begins after 8";
  EXPECT_EQ(early.back().last, start + 30min);
  EXPECT_EQ(early.back().id(), first.id()) << "news of the same";
  EXPECT_GT(early.back().source_count, first.source_count);
  EXPECT_EQ(first.first, start);
  EXPECT_GT(first.score, first.threshold);
  EXPECT_GE(first.source_count, 8U);
  EXPECT_EQ(first.series[0].values.size(),
            static_cast<std::size_t>((first.last - first.first) / 1min));
  EXPECT_THAT(first.reason, testing::HasSubstr("as a block of the decomposition that goes on has "
                                               "it, "));
}

TEST(ntd, looks_at_no_window_behind_a_hole) {
  // The hole is in the window before: the next one has nothing to go on from.
  auto const found = found_late({}, 8, 12).all;
  for (auto const& each : found) EXPECT_EQ(each.last - each.first, 30min);
  EXPECT_FALSE(found.empty());
}

TEST(group_window, gives_whole_windows_alone) {
  internal::group_window windows{{.bin = 1min, .bins = 3}};
  auto const bin = [&](int i) {
    auto closed = test::window_of(4, 2, test::monday + i * 1min, 1min);
    for (auto& row : closed.rows) row.port = 4444;
    return closed;
  };
  EXPECT_FALSE(windows.add(bin(1))) << "began in the middle";
  EXPECT_FALSE(windows.add(bin(2)));
  EXPECT_EQ(windows.broken(), 1U);
  EXPECT_FALSE(windows.add(bin(3)));
  EXPECT_FALSE(windows.add(bin(4)));
  auto const whole = windows.add(bin(5));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->start, test::monday + 3min);
  EXPECT_EQ(whole->sources, std::vector<net::address>{net::ipv4{0x01000000}}) << "one /16";
  EXPECT_EQ(whole->counts(), (std::vector<std::uint32_t>{4, 4, 4}));
  auto hole = bin(7);
  hole.is_missing = true;
  EXPECT_FALSE(windows.add(bin(6)));
  EXPECT_FALSE(windows.add(hole));
  EXPECT_FALSE(windows.add(bin(8)));
  EXPECT_EQ(windows.broken(), 2U);
}

TEST(group_window, takes_the_sources_with_most_packets_and_says_how_many_there_were) {
  internal::group_window windows{{.bin = 1min, .bins = 1, .ipv4_length = 32, .most_sources = 2}};
  auto closed = test::window_of(7, 3, test::monday, 1min);
  for (auto& row : closed.rows) row.port = 4444;
  closed.rows[1].packets = 90;
  closed.rows[2].packets = 80;
  auto const whole = windows.add(closed);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->sources_seen, 3U);
  EXPECT_EQ(whole->counts(), (std::vector<std::uint32_t>{90, 80}));
}

TEST(services_of, counts_members_and_sees_a_single_target) {
  internal::group_rows rows;
  rows.sources = {net::ipv4{1}, net::ipv4{2}, net::ipv4{3}};
  rows.rows = {
      {0, 0, 5, 9, {6, 80}}, {1, 0, 5, 9, {6, 80}}, {1, 0, 1, 0, {6, 81}}, {2, 0, 5, 8, {6, 80}}};
  auto const asked = internal::services_of(rows, std::array<std::uint32_t, 2>{0, 1});
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].sources, 2U);
  EXPECT_EQ(asked[0].packets, 10U);
  EXPECT_TRUE(asked[0].has_single_target);
  EXPECT_DOUBLE_EQ(asked[1].share, 0.5);
  EXPECT_FALSE(asked[1].has_single_target) << "several destinations";
}

}  // namespace
}  // namespace kizashi::engine
