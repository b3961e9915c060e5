// States that a road does not go on from, and what it says of them; roads that time alone moves.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/pipeline/internal/test_road.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {
namespace {

using namespace internal;
using std::chrono::hours;
using std::chrono::minutes;

/// A road as it stands after some minutes of traffic, and its options.
struct walked_road {
  explicit walked_road(reading const& reading, unsigned workers = 1)
      : with{reading}, made{with.options(workers, got)} {
    auto const source = synthetic("mixed", minutes{20}, 0.02)();
    EXPECT_TRUE(made.walk(*source));
  }
  records got;
  reading with;
  road made;
};

auto refusal_by(road_options const& options, std::vector<std::uint8_t> const& state)
    -> std::string {
  road other{options};
  auto const taken = restored(state, other);
  return taken ? "" : taken.error().message;
}

TEST(road_state, of_another_road_is_refused_and_told_why) {
  walked_road from{{}};
  auto const state = saved(from.made);
  records got;
  auto const changed = [&](auto&& change) {
    auto options = from.with.options(2, got);
    change(options);
    return refusal_by(options, state);
  };
  std::string const advice = ": begin without it, or go back to what was set";
  EXPECT_EQ(changed([](road_options&) {}), "");
  EXPECT_EQ(changed([](road_options& of) { of.window_length = minutes{5}; }),
            "test.state: a state of a road with a window of 1min; this one has a window of 5min" +
                advice);
  EXPECT_EQ(changed([](road_options& of) { of.lateness = std::chrono::seconds{1}; }),
            "test.state: a state of a road with a lateness of 10s; this one has a lateness of 1s" +
                advice);
  EXPECT_EQ(
      changed([](road_options& of) { of.darknet = *net::prefix_set::parse("198.18.0.0/16"); }),
      "test.state: a state of a road with a darknet not set; this one has a darknet of 65536 "
      "IPv4 addresses (9cfdec98fac5b195)" +
          advice);
  auto const other = recognise::fingerprint_table::parse(R"([[fingerprint]]
name = "other"
kind = "tool"
match = ["tcp.syn", "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff"]
false_match = "2^-16"
packets = 2
source = "https://example.org/"
)",
                                                         "other.toml");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_THAT(changed([&](road_options& of) { of.recognition->fingerprints = &*other; }),
              testing::HasSubstr("this one has fingerprints of 1 entries ("));
  EXPECT_THAT(
      changed([](road_options& of) { of.recognition->event_timeout = hours{1}; }),
      testing::HasSubstr("an event timeout of 10min24s; this one has an event timeout of 1h"));
  EXPECT_THAT(changed([](road_options& of) { of.recognition->dos.least_packets = 7; }),
              testing::HasSubstr("thresholds of denial of service 25 packets"));
  EXPECT_EQ(
      changed([](road_options& of) { of.recognition.reset(); }),
      "test.state: a state of a road with recognition wanted; this one has recognition not wanted" +
          advice);
}

TEST(road_state, with_a_wrong_number_anywhere_is_refused_or_taken_whole) {
  walked_road from{{}, 2};
  auto const state = saved(from.made);
  // Behind the sum that would find it: a stranger can write a sum, too.
  std::span const sections{state.data() + 12, state.size() - 12 - 13};
  random_source random{5};
  std::size_t refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(sections.begin(), sections.end());
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
        static_cast<std::uint8_t>(random.below(256));
    if (i % 7 == 0) bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size())));
    records got;
    road other{from.with.options(1 + i % 3, got)};
    state_reader in{bytes, "test.state"};
    auto const taken = other.restore(in);
    refused += !taken || !in.finish();
    if (taken) {
      EXPECT_TRUE(other.advance_to(timestamp{1'900'000'000'000'000'000}));
    }
    if (taken) (void)other.finish();
  }
  EXPECT_GT(refused, 50U);
}

TEST(road_state, goes_through_a_file) {
  auto const file = std::filesystem::path{testing::TempDir()} /
                    ("kizashi_road_" + std::to_string(::getpid()) + ".state");
  walked_road from{{}};
  ASSERT_TRUE(from.made.save_to(file));
  records got;
  road other{from.with.options(3, got)};
  auto const taken = other.restore_from(file);
  EXPECT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(text_of(other.finish().summary), text_of(from.made.finish().summary));
  std::filesystem::remove(file);
}

TEST(road, closes_windows_by_time_alone) {
  walked_road from{{}};
  EXPECT_EQ(from.got.closed_windows, 19U);  // of 20; the last is open
  auto const start = capture::synth::load_scenario("mixed")->start;
  ASSERT_TRUE(from.made.advance_to(start + minutes{20} + std::chrono::seconds{10} - duration{1}));
  EXPECT_EQ(from.got.closed_windows, 19U);
  ASSERT_TRUE(from.made.advance_to(start + minutes{20} + std::chrono::seconds{10}));
  EXPECT_EQ(from.got.closed_windows, 20U);
  auto const before = from.got.events.size();
  ASSERT_TRUE(from.made.advance_to(start + hours{1}));
  EXPECT_GT(from.got.events.size(), before);
  EXPECT_EQ(from.got.closed_windows, 20U);
  auto const ended = from.made.finish();
  EXPECT_EQ(ended.summary.windows.size(), 20U);
  EXPECT_EQ(ended.observed.events.events, from.got.events.size());
}

}  // namespace
}  // namespace kizashi::pipeline
