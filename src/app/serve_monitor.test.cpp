#include "kizashi/app/serve_monitor.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;

struct watch_bench {
  sensor_watch watch;
  sensor_watch::clock::time_point at{};
  pipeline::sensor_counts counts;

  watch_bench() { counts.phase = pipeline::sensor_phase::running; }
  /// A second in which so many packets come and so many are taken.
  void pass(std::uint64_t come, std::uint64_t taken, std::uint64_t dropped = 0) {
    at += 1s;
    counts.source.received += come;
    counts.journaled += come;
    counts.walked += taken;
    counts.journal_dropped += dropped;
    watch.see(counts, at);
  }
};

TEST(serve_monitor, packets_per_second_of_the_last_ten_seconds) {
  watch_bench bench;
  for (int i = 0; i < 30; ++i) bench.pass(1000, 1000);
  EXPECT_DOUBLE_EQ(bench.watch.pace().packets_per_second, 1000);
  for (int i = 0; i < 5; ++i) bench.pass(0, 0);
  EXPECT_DOUBLE_EQ(bench.watch.pace().packets_per_second, 500);
  for (int i = 0; i < 5; ++i) bench.pass(0, 0);
  EXPECT_DOUBLE_EQ(bench.watch.pace().packets_per_second, 0);
}

TEST(serve_monitor, lag_is_how_long_the_packet_waited_that_is_taken) {
  watch_bench bench;
  bench.counts.walked = 5000;  // read again after a restart
  bench.pass(100, 100);
  EXPECT_EQ(bench.watch.pace().lag, 0s);
  for (int i = 0; i < 10; ++i) bench.pass(100, 0);
  EXPECT_EQ(bench.watch.pace().lag, 9s);
  bench.pass(0, 500);
  EXPECT_EQ(bench.watch.pace().lag, 5s);
  bench.pass(0, 500);
  EXPECT_EQ(bench.watch.pace().lag, 0s);
}

TEST(serve_monitor, lag_is_not_known_while_it_catches_up) {
  watch_bench bench;
  bench.counts.phase = pipeline::sensor_phase::catching_up;
  bench.pass(100, 0);
  EXPECT_EQ(bench.watch.pace().lag, std::nullopt);
  bench.counts.phase = pipeline::sensor_phase::running;
  bench.pass(100, 100);
  EXPECT_EQ(bench.watch.pace().lag, 0s);
  // The road begins again, and counts from its checkpoint on.
  bench.counts.restarts = 1;
  bench.counts.walked = 0;
  bench.pass(0, 0);
  EXPECT_EQ(bench.watch.pace().lag, std::nullopt);
  bench.pass(0, 0);
  EXPECT_EQ(bench.watch.pace().lag, 0s);
}

TEST(serve_monitor, drops_are_forgotten_after_ten_minutes) {
  watch_bench bench;
  bench.pass(10, 10);
  bench.pass(10, 10, 7);
  EXPECT_EQ(bench.watch.pace().dropped_lately, 7U);
  for (int i = 0; i < 598; ++i) bench.pass(0, 0);
  EXPECT_EQ(bench.watch.pace().dropped_lately, 7U);
  for (int i = 0; i < 5; ++i) bench.pass(0, 0);
  EXPECT_EQ(bench.watch.pace().dropped_lately, 0U);
}

}  // namespace
}  // namespace kizashi::app
