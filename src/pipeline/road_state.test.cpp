// A road that is left, saved and gone on with elsewhere gives what one walk gives.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/capture/inputs.hpp"
#include "kizashi/pipeline/internal/test_road.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {
namespace {

using namespace internal;

/// Batches end elsewhere, and with them the order within a batch.
void expect_same(answer const& got, answer const& wanted) {
  auto const sorted = [](std::vector<std::string> lines) {
    std::ranges::sort(lines);
    return lines;
  };
  EXPECT_EQ(got.got.windows, wanted.got.windows);
  EXPECT_EQ(sorted(got.got.events), sorted(wanted.got.events));
  EXPECT_EQ(sorted(got.got.attacks), sorted(wanted.got.attacks));
  EXPECT_EQ(got.summary, wanted.summary);
  EXPECT_EQ(got.observed, wanted.observed);
}

void expect_same_in_pieces(source_maker const& make, reading const& with, bool is_in_order = true) {
  auto const whole = undisturbed(make, with);
  EXPECT_GT(whole.got.events.size() + whole.got.attacks.size(), 20U);
  std::uint64_t seed = 1;
  for (auto const& workers : std::vector<std::vector<unsigned>>{{1}, {2}, {3, 1, 2}})
    for (bool const advances : {false, true}) {
      if (advances && !is_in_order) continue;
      SCOPED_TRACE(fmt::format("{} workers, advances {}", fmt::join(workers, " and "), advances));
      auto const got = torn(make, with, {++seed, workers, advances});
      EXPECT_GT(got.pieces, 2U);
      expect_same(got, whole);
    }
}

using std::chrono::hours;
using std::chrono::minutes;

TEST(road_state, of_mixed_traffic_is_whole) {
  reading with;
  with.darknet =
      *net::prefix_set::parse("198.18.0.0/17,198.19.128.0/17,203.0.113.0/24,2001:db8:5a::/48");
  expect_same_in_pieces(synthetic("mixed", minutes{60}, 0.05), with);
}

TEST(road_state, has_what_went_to_temporary_files) {
  reading with;
  with.set_memory = 1 << 20;
  with.event_memory = 8 << 20;  // and sources end early
  expect_same_in_pieces(synthetic("mixed", minutes{40}, 0.1), with);
}

TEST(road_state, of_an_outbreak_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.0.0/20");
  expect_same_in_pieces(synthetic("outbreak", hours{4}, 0.05), with);
}

TEST(road_state, of_campaigns_that_come_back_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.32.0/20");
  expect_same_in_pieces(synthetic("three-days", hours{14}, 0.3), with);
}

TEST(road_state, of_slow_and_coordinated_scans_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.64.0/18");
  with.event_timeout = hours{1};
  expect_same_in_pieces(synthetic("slow-and-coordinated", hours{24}, 0.3), with);
}

TEST(road_state, of_floods_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.0.0/18");
  expect_same_in_pieces(synthetic("backscatter", minutes{60}, 0.2), with);
}

/// Every capture here that has more than a few packets, clocks that jump and all.
TEST(road_state, of_real_captures_is_whole) {
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data/pcap";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no captures in " << folder;
  std::vector<std::string> paths;
  for (auto const& each : std::filesystem::recursive_directory_iterator{folder})
    if (each.path().extension() == ".pcap" && each.file_size() < 1 << 20)
      paths.push_back(each.path().string());
  std::ranges::sort(paths);
  auto const make = [&] {
    auto source = capture::open_captures(paths);
    EXPECT_TRUE(source);
    return std::move(*source);
  };
  expect_same_in_pieces(make, {}, false);
}

}  // namespace
}  // namespace kizashi::pipeline
