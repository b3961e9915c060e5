#include "kizashi/pipeline/internal/time_guard.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace kizashi::pipeline::internal {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Frames without bytes at the times given, in seconds, `each` to a block.
class timed_frames : public capture::frame_source {
public:
  timed_frames(std::vector<std::int64_t> seconds, std::size_t each)
      : seconds_{std::move(seconds)}, each_{each} {}
  auto next(net::frame_block& out) -> status override {
    out.clear();
    for (std::size_t i = 0; i < each_ && at_ < seconds_.size(); ++i, ++at_)
      out.append(seconds_[at_] < 0 ? timestamp::unknown() : timestamp{seconds_[at_] * second},
                 net::link_type::ethernet, 60, {});
    return {};
  }
  [[nodiscard]] auto position() const -> capture::progress override { return {}; }

private:
  std::vector<std::int64_t> seconds_;
  std::size_t each_;
  std::size_t at_ = 0;
};

/// The times that come out, in seconds; -1 where none is known.
auto guarded(std::vector<std::int64_t> const& seconds, std::size_t each)
    -> std::vector<std::int64_t> {
  timed_frames source{seconds, each};
  time_guard guard;
  std::vector<std::int64_t> out;
  std::uint64_t gone = 0;
  bool is_ended = false;
  for (net::frame_block block;;) {
    EXPECT_TRUE(guard.next(source, block));
    if (block.frames.empty() && std::exchange(is_ended, true)) break;
    if (block.frames.empty()) guard.end();
    for (auto const& frame : block.frames)
      out.push_back(frame.time.is_known() ? frame.time.nanoseconds() / second : -1);
  }
  for (std::size_t i = 0; i < out.size(); ++i) gone += out[i] < 0 && seconds[i] >= 0;
  EXPECT_EQ(guard.false_times(), gone);
  return out;
}

class TimeGuard : public testing::TestWithParam<std::size_t> {};

TEST_P(TimeGuard, TakesOutATimeFromWhichTheOthersComeBack) {
  EXPECT_EQ(guarded({100, 101, 9000, 102, 103}, GetParam()),
            (std::vector<std::int64_t>{100, 101, -1, 102, 103}));
  EXPECT_EQ(guarded({100, 90000, 80000, 95000, 101, 102}, GetParam()),
            (std::vector<std::int64_t>{100, -1, -1, -1, 101, 102}));
}

TEST_P(TimeGuard, TakesOutAFirstFalseTime) {
  EXPECT_EQ(guarded({90000, 100, 101}, GetParam()), (std::vector<std::int64_t>{-1, 100, 101}));
}

TEST_P(TimeGuard, LetsGapsStand) {
  std::vector<std::int64_t> const sparse{100, 8000, 16000, 900000, 900001};
  EXPECT_EQ(guarded(sparse, GetParam()), sparse);
}

TEST_P(TimeGuard, AnHourIsNoLeapAndASecondMoreIs) {
  EXPECT_EQ(guarded({100, 3700, 101}, GetParam()), (std::vector<std::int64_t>{100, 3700, 101}));
  // The frame behind must be more than an hour back as well.
  EXPECT_EQ(guarded({100, 3701, 101}, GetParam()), (std::vector<std::int64_t>{100, 3701, 101}));
  EXPECT_EQ(guarded({100, 3702, 101}, GetParam()), (std::vector<std::int64_t>{100, -1, 101}));
}

TEST_P(TimeGuard, SeesSixteenFramesAhead) {
  std::vector<std::int64_t> times{100, 90000};
  times.insert(times.end(), 15, 90001);
  times.push_back(101);
  EXPECT_EQ(guarded(times, GetParam())[1], -1);
  times.insert(times.begin() + 2, 90001);
  EXPECT_EQ(guarded(times, GetParam())[1], 90000);
}

TEST_P(TimeGuard, StepsOverUnknownTimes) {
  EXPECT_EQ(guarded({-1, 100, -1, 90000, -1, 101}, GetParam()),
            (std::vector<std::int64_t>{-1, 100, -1, -1, -1, 101}));
}

TEST_P(TimeGuard, AClockSetBackChangesNothing) {
  std::vector<std::int64_t> const back{90000, 90001, 90002};
  EXPECT_EQ(guarded(back, GetParam()), back);
}

INSTANTIATE_TEST_SUITE_P(BlocksOf, TimeGuard, testing::Values(1, 2, 3, 7, 4096));

/// Gives what it is told to, and in between nothing.
struct given_frames : capture::frame_source {
  std::vector<std::int64_t> seconds;
  auto next(net::frame_block& out) -> status override {
    out.clear();
    for (auto const each : seconds) out.append(timestamp{each * second}, {}, 60, std::array{byte});
    seconds.clear();
    return {};
  }
  static constexpr std::uint8_t byte = 7;
};

/// The times that a guard gives on now, in seconds.
auto given_on(time_guard& guard, given_frames& from, std::vector<std::int64_t> seconds = {})
    -> std::vector<std::int64_t> {
  from.seconds = std::move(seconds);
  std::vector<std::int64_t> out;
  for (net::frame_block block;;) {
    EXPECT_TRUE(guard.next(from, block));
    if (block.frames.empty()) return out;
    for (auto const& frame : block.frames) {
      EXPECT_EQ(block.data(frame).size(), 1U);
      EXPECT_EQ(block.data(frame)[0], given_frames::byte);
      out.push_back(frame.time.is_known() ? frame.time.nanoseconds() / second : -1);
    }
  }
}

using seconds = std::vector<std::int64_t>;

TEST(TimeGuard, WaitsForTheFramesThatDecide) {
  time_guard guard;
  given_frames source;
  guard.trust(timestamp{100 * second});
  EXPECT_EQ(given_on(guard, source, {100, 101, 90000}), (seconds{100, 101}));
  EXPECT_TRUE(guard.is_waiting());
  EXPECT_EQ(given_on(guard, source), seconds{});
  EXPECT_EQ(given_on(guard, source, {102}), (seconds{-1, 102}));
  EXPECT_FALSE(guard.is_waiting());
  EXPECT_EQ(guard.false_times(), 1U);
}

TEST(TimeGuard, LetsGoWhatWaitsAtTheEnd) {
  time_guard guard;
  given_frames source;
  EXPECT_EQ(given_on(guard, source, {100, 101}), seconds{});
  guard.end();
  EXPECT_EQ(given_on(guard, source), (seconds{100, 101}));
}

TEST(TimeGuard, TrustsWhoKnowsTheTime) {
  time_guard guard;
  given_frames source;
  guard.trust(timestamp{100 * second});
  EXPECT_EQ(given_on(guard, source, {100, 90000}), (seconds{100}));
  guard.trust(timestamp{89000 * second});
  EXPECT_EQ(given_on(guard, source), (seconds{90000}));
}

TEST(TimeGuard, KeepsInAStateWhatWaits) {
  time_guard before;
  given_frames source;
  before.trust(timestamp{100 * second});
  EXPECT_EQ(given_on(before, source, {90000, 90001}), seconds{});
  before.keep();
  std::vector<std::uint8_t> bytes;
  state_writer out{[&](std::string_view more) {
                     bytes.insert(bytes.end(), more.begin(), more.end());
                     return status{};
                   },
                   1};
  out.begin("guard");
  before.save(out);
  out.end();
  ASSERT_TRUE(out.finish());
  auto in = state_reader::open(bytes, "a.state", 1);
  ASSERT_TRUE(in);
  time_guard after;
  in->begin("guard");
  after.restore(*in);
  in->end();
  ASSERT_TRUE(in->finish());
  EXPECT_EQ(given_on(after, source, {101}), (seconds{-1, -1, 101}));
}

TEST(TimeGuard, HandsOnTheFailureOfItsSource) {
  struct failing : capture::frame_source {
    auto next(net::frame_block& /*out*/) -> status override {
      return fail(errc::io_error, "night.pcap: cannot read");
    }
    [[nodiscard]] auto position() const -> capture::progress override { return {}; }
  } source;
  time_guard guard;
  net::frame_block block;
  auto const read = guard.next(source, block);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "night.pcap: cannot read");
}

}  // namespace
}  // namespace kizashi::pipeline::internal
