// Published values and those of reference programs, for the methods on series.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/series/bursts.hpp"
#include "kizashi/engine/series/change_finder.hpp"
#include "kizashi/engine/series/cusum.hpp"
#include "kizashi/engine/series/run_length_posterior.hpp"

namespace kizashi::engine {
namespace {

struct sensor_counts {
  std::vector<std::string> times;
  std::vector<double> packets;
  std::vector<double> hosts;
};

[[nodiscard]] auto read_sensor_counts(std::filesystem::path const& file) -> sensor_counts {
  sensor_counts out;
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  std::vector<std::string> names;
  std::istringstream header{line};
  for (std::string name; std::getline(header, name, ',');) {
    std::erase_if(name, [](char c) { return c == '"' || c == '\r'; });
    names.push_back(name);
  }
  while (std::getline(in, line)) {
    std::istringstream cells{line};
    std::size_t column = 0;
    for (std::string cell; std::getline(cells, cell, ','); ++column) {
      std::erase_if(cell, [](char c) { return c == '"' || c == '\r'; });
      if (names[column] == "JST") out.times.push_back(cell);
      if (names[column] == "packetnum") out.packets.push_back(std::stod(cell));
      if (names[column] == "hostnum") out.hosts.push_back(std::stod(cell));
    }
  }
  return out;
}

struct alert_rows {
  std::vector<std::size_t> rows;
  std::vector<double> scores;
};

/// The rule that was published with the counts: above 3, behind the first 15.
[[nodiscard]] auto alerts_in(std::vector<double> const& series) -> alert_rows {
  change_finder finder{{}};
  alert_rows out;
  for (std::size_t i = 0; i < series.size(); ++i) {
    auto const score = finder.next(series[i]);
    if (score > 3 && i + 1 > 15) {
      out.rows.push_back(i);
      out.scores.push_back(score);
    }
  }
  return out;
}

TEST(change_finder, gives_the_published_alerts_on_the_counts_of_a_real_sensor) {
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data/telescope";
  if (!exists(folder / "sensor999_count.csv")) GTEST_SKIP() << "no " << folder;
  auto const counts = read_sensor_counts(folder / "sensor999_count.csv");
  ASSERT_EQ(counts.packets.size(), 432U);
  ASSERT_EQ(counts.hosts.size(), 432U);
  auto const of_packets = alerts_in(counts.packets);
  auto const of_hosts = alerts_in(counts.hosts);
  using testing::DoubleNear;
  EXPECT_THAT(of_packets.scores,
              testing::ElementsAre(DoubleNear(5.712912, 1e-6), DoubleNear(5.757165, 1e-6),
                                   DoubleNear(6.05528, 1e-6), DoubleNear(6.1311, 1e-6),
                                   DoubleNear(5.672765, 1e-6), DoubleNear(3.936314, 1e-6),
                                   DoubleNear(3.949313, 1e-6), DoubleNear(3.972684, 1e-6),
                                   DoubleNear(3.938725, 1e-6), DoubleNear(3.715381, 1e-6)));
  EXPECT_THAT(of_hosts.scores,
              testing::ElementsAre(DoubleNear(3.885489, 1e-6), DoubleNear(3.952512, 1e-6),
                                   DoubleNear(3.68379, 1e-6), DoubleNear(3.576284, 1e-6),
                                   DoubleNear(3.508606, 1e-6)));
  std::set<std::size_t> rows{of_packets.rows.begin(), of_packets.rows.end()};
  rows.insert(of_hosts.rows.begin(), of_hosts.rows.end());
  std::vector<std::string> times;
  for (auto const row : rows) times.push_back(counts.times[row]);
  std::vector<std::string> expected;
  std::ifstream in{folder / "sensor999_alert_date.txt"};
  for (std::string word; in >> word;) expected.push_back(word);
  ASSERT_EQ(expected.size(), 15U);
  EXPECT_EQ(times, expected);
}

// The values of golden/detection/misc.py, by the same chain with 400 states.
TEST(cusum, has_the_run_lengths_of_brook_and_evans) {
  EXPECT_NEAR(normal_run_length(0.5, 4, 0, 200), 335.4, 0.1);
  EXPECT_NEAR(normal_run_length(0.5, 4, 1, 200), 8.38, 0.005);
  EXPECT_NEAR(normal_run_length(0.5, 5, 0, 200), 930.9, 0.3);
  EXPECT_NEAR(normal_run_length(0.5, 5, 1, 200), 10.38, 0.005);
  EXPECT_NEAR(normal_run_length(0.5, normal_limit(0.5, 1008), 0, 60), 1008, 8);
}

[[nodiscard]] auto golden_normals() -> std::vector<double> {
  std::uint64_t state = 11;
  auto const unit = [&state] {
    auto const value = static_cast<double>(mix64(state) >> 11) * 0x1.0p-53;
    state += 0x9E3779B97F4A7C15;
    return value;
  };
  std::vector<double> out;
  for (double const mean : {0.0, 3.0, 1.0})
    for (int i = 0; i < 60; ++i) {
      auto const radius = std::sqrt(-2 * std::log(1 - unit()));
      out.push_back(mean + radius * std::cos(2 * std::numbers::pi * unit()));
    }
  return out;
}

TEST(run_length_posterior, equals_the_reference) {
  auto const values = golden_normals();
  EXPECT_NEAR(values.front(), -0.067676441693, 1e-12);
  EXPECT_NEAR(values.back(), 1.041347811176, 1e-12);
  run_length_posterior runs{{}};
  std::vector<std::size_t> most_probable;
  for (auto const value : values) {
    runs.next(value);
    most_probable.push_back(runs.most_probable());
  }
  std::vector<std::size_t> shown;
  for (auto const t : {59U, 62U, 65U, 70U, 119U, 122U, 125U, 130U, 179U})
    shown.push_back(most_probable[t]);
  EXPECT_THAT(shown, testing::ElementsAre(60, 4, 7, 12, 60, 63, 7, 12, 61));
  EXPECT_NEAR(runs.highest(), 0.308946, 1e-6);
}

TEST(run_length_posterior, forgets_what_is_improbable_and_answers_the_same) {
  run_length_posterior all{{}};
  run_length_posterior few{{.least = 1e-6}};
  for (auto const value : golden_normals()) {
    all.next(value);
    few.next(value);
    EXPECT_EQ(all.most_probable(), few.most_probable());
    EXPECT_NEAR(all.probability_below(10), few.probability_below(10), 1e-3);
  }
  EXPECT_LT(few.size(), all.size());
}

TEST(bursts, equal_the_reference) {
  std::vector<double> const times{4, 17, 23, 27, 33, 35, 37, 76, 77, 82, 84, 88, 90, 92};
  EXPECT_THAT(burst_states(times, 2, 0.1),
              testing::ElementsAre(0, 0, 0, 0, 1, 1, 0, 2, 1, 1, 1, 1, 1));
  EXPECT_THAT(burst_states(times, 2, 1), testing::Each(0U));
}

}  // namespace
}  // namespace kizashi::engine
