#include "kizashi/engine/change/change.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using change_options = std::vector<std::pair<std::string, std::string>>;

TEST(change_engine, gives_the_published_alerts_in_compatible_mode) {
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data/telescope";
  if (!exists(folder / "sensor999_count.csv")) GTEST_SKIP() << "no " << folder;
  std::ifstream in{folder / "sensor999_count.csv"};
  std::string line;
  std::getline(in, line);
  auto const engine = test::made("change", {{"change.mode", "compatible"}});
  finding_list out;
  for (auto at = test::monday; std::getline(in, line); at = at + 10min) {
    auto const first = line.find(',');
    auto const second = line.find(',', first + 1);
    ASSERT_TRUE(engine->observe(
        test::window_of(std::stoull(line.substr(first + 1)),
                        static_cast<std::uint32_t>(std::stoul(line.substr(second + 1))), at, 10min),
        out));
  }
  std::set<timestamp> times;
  std::size_t packets = 0;
  for (auto const& each : out.all) {
    times.insert(each.first);
    packets += std::get<std::string>(each.values[0].value) == "packets" ? 1 : 0;
    EXPECT_TRUE(check(each));
  }
  EXPECT_EQ(times.size(), 15U);
  EXPECT_EQ(packets, 10U);
  EXPECT_EQ(out.all.size(), 15U);
  EXPECT_EQ(*times.begin(), test::monday + 150min);
}

/// Findings on `weeks` of windows whose counts `draw(at)` says.
template <class Draw>
[[nodiscard]] auto findings_on(change_options options, int weeks, Draw&& draw) -> finding_list {
  auto const engine = test::made("change", options);
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < weeks * 1008; ++i, at = at + 10min) {
    auto const sources = static_cast<std::uint32_t>(draw(at));
    EXPECT_TRUE(engine->observe(test::window_of(3 * sources, sources, at, 10min), out));
  }
  EXPECT_TRUE(engine->finish(out));
  for (auto const& each : out.all) EXPECT_TRUE(check(each));
  return out;
}

class change_methods_test : public testing::TestWithParam<char const*> {};

// Two a week are stated: one for each series, of which one tells of the other's as well here.
TEST_P(change_methods_test, keep_the_stated_false_alarms_on_heavy_tails) {
  constexpr int weeks = 8;
  constexpr std::uint64_t runs = 8;
  for (double const sigma : {0.3, 0.9}) {
    std::size_t alarms = 0;
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
      random_source chance{seed};
      auto const found =
          findings_on({{"change.method", GetParam()}, {"change.false_alarms", "2"}}, weeks,
                      [&](auto) { return 20 * std::exp(sigma * test::gaussian(chance)); });
      alarms += found.all.size();
    }
    EXPECT_LE(alarms, 2 * weeks * runs) << "sigma " << sigma;
    EXPECT_GT(alarms, 0U) << "sigma " << sigma;  // nor does it never alarm
  }
}

TEST_P(change_methods_test, find_a_shift_that_stays) {
  random_source chance{8};
  auto const change = test::monday + 14 * 24h;
  auto const found = findings_on({{"change.method", GetParam()}}, 3, [&](timestamp at) {
    return (at >= change ? 90 : 30) * std::exp(0.2 * test::gaussian(chance));
  });
  bool is_found = false;
  for (auto const& each : found.all)
    is_found = is_found || (each.first >= change && each.first < change + 6h);
  EXPECT_TRUE(is_found);
}

INSTANTIATE_TEST_SUITE_P(all, change_methods_test,
                         testing::Values("changefinder", "cusum", "bayes", "bursts"),
                         [](auto const& each) { return std::string{each.param}; });

TEST(change_engine, follows_the_day) {
  random_source chance{9};
  auto const found = findings_on({}, 3, [&](timestamp at) {
    auto const hour = static_cast<double>(at.nanoseconds() / 60'000'000'000 % 1440) / 60;
    return 60 * (1 + 0.6 * std::cos(hour / 24 * 6.2831853)) *
           std::exp(0.1 * test::gaussian(chance));
  });
  EXPECT_LE(found.all.size(), 6U);  // stated: 3 of them
}

TEST(change_engine, says_that_there_is_not_enough_data) {
  for (double const value : {0.0, 5.0}) {
    auto const engine = test::made("change");
    finding_list out;
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(engine->observe(
          test::window_of(static_cast<std::uint64_t>(value), static_cast<std::uint32_t>(value),
                          test::monday + i * 10min, 10min),
          out));
    EXPECT_TRUE(engine->finish(out));
    ASSERT_EQ(out.all.size(), 1U);
    EXPECT_EQ(out.all[0].kind, kind::shortage);
    EXPECT_EQ(out.all[0].reason,
              "Not enough data: 20 intervals of 10min were seen, 160 are needed.");
    EXPECT_TRUE(check(out.all[0]));
  }
}

TEST(change_engine, stands_constant_and_huge_series) {
  auto const constant = findings_on({}, 2, [](auto) { return 1; });
  EXPECT_TRUE(constant.all.empty());
  auto const none = findings_on({}, 2, [](auto) { return 0; });
  EXPECT_TRUE(none.all.empty());
  auto const engine = test::made("change");
  finding_list out;
  for (int i = 0; i < 400; ++i) {
    auto window = test::window_of(0, 0, test::monday + i * 10min, 10min);
    window.packets = i % 2 == 0 ? UINT64_MAX : 0;
    EXPECT_TRUE(engine->observe(window, out));
  }
  for (auto const& each : out.all) EXPECT_TRUE(check(each));
}

TEST(change_engine, learns_nothing_from_what_is_missing) {
  auto const engine = test::made("change");
  auto const twin = test::made("change");
  finding_list out;
  for (int i = 0; i < 50; ++i) {
    auto const window = test::window_of(30, 10, test::monday + i * 10min, 10min);
    EXPECT_TRUE(engine->observe(window, out));
    EXPECT_TRUE(twin->observe(window, out));
  }
  auto missing = test::window_of(0, 0, test::monday + 500min, 10min);
  missing.is_missing = true;
  EXPECT_TRUE(engine->observe(missing, out));
  auto const next = test::window_of(30, 10, test::monday + 510min, 10min);
  EXPECT_TRUE(engine->observe(next, out));
  EXPECT_TRUE(twin->observe(next, out));
  EXPECT_EQ(test::saved(*engine), test::saved(*twin));
}

TEST_P(change_methods_test, go_on_from_a_state_as_if_nothing_had_been) {
  random_source chance{21};
  auto const whole = test::made("change", {{"change.method", GetParam()}});
  auto part = test::made("change", {{"change.method", GetParam()}});
  finding_list of_whole;
  finding_list of_part;
  for (int i = 0; i < 700; ++i) {
    auto const many = test::poisson(chance, i > 600 ? 80 : 30);
    auto const window = test::window_of(2 * many, many, test::monday + i * 10min, 10min);
    EXPECT_TRUE(whole->observe(window, of_whole));
    EXPECT_TRUE(part->observe(window, of_part));
    if (i % 97 == 0) {
      auto next = test::made("change", {{"change.method", GetParam()}});
      auto const done = test::restored(*next, test::saved(*part));
      ASSERT_TRUE(done) << done.error().message;
      part = std::move(next);
    }
  }
  ASSERT_EQ(of_whole.all.size(), of_part.all.size());
  EXPECT_EQ(test::saved(*whole), test::saved(*part));
}

}  // namespace
}  // namespace kizashi::engine
