#include "kizashi/capture/live/replay_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/live/internal/live_testing.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;
using internal::data_of;
using internal::fake_clock;
using internal::listed_source;
using testing::ElementsAre;

constexpr timestamp day{1'600'000'000'000'000'000};
constexpr timestamp today{1'800'000'000'000'000'000};

auto made_of(std::vector<std::vector<listed_source::listed_frame>> blocks)
    -> std::unique_ptr<frame_source> {
  return std::make_unique<listed_source>(std::move(blocks));
}

/// One call: the state, the frames, and how far the source has come since `day`.
auto step(live_source& source, duration patience) -> std::string {
  net::frame_block block;
  auto const came = source.receive(block, patience);
  if (!came) return came.error().message;
  std::string words = came->state == flow::idle ? "idle" : "ended";
  if (came->state == flow::frames) {
    words.clear();
    for (auto const& each : data_of(block)) words += each;
  }
  return came->heard_until.is_known() ? words + " " + to_string(came->heard_until - day) : words;
}

TEST(replay_source, frames_come_at_their_times) {
  fake_clock clock{today};
  replay_source source{
      made_of({{{day, "a"}, {day + 1s, "b"}, {day + 1s, "c"}, {day + 3s, "d"}}}), {}, clock};
  EXPECT_EQ(step(source, 5s), "a 0s");
  EXPECT_EQ(step(source, 400ms), "idle 390ms") << "what is due within the grain was not given yet";
  EXPECT_EQ(step(source, 5s), "bc 1s");
  EXPECT_EQ(step(source, 5s), "d 3s");
  EXPECT_EQ(step(source, 5s), "ended");
  EXPECT_THAT(clock.slept(), ElementsAre(400ms, 600ms, 2s));
  EXPECT_EQ(source.statistics().received, 4U);
  EXPECT_EQ(source.statistics().latest_by, 0s);
}

TEST(replay_source, n_times_as_fast) {
  fake_clock clock{today};
  replay_options options;
  options.speed = 100;
  replay_source source{made_of({{{day, "a"}, {day + 100s, "b"}}}), options, clock};
  EXPECT_EQ(step(source, 5s), "a 0s");
  EXPECT_EQ(step(source, 500ms), "idle 49s");
  EXPECT_EQ(step(source, 5s), "b 1min40s");
  EXPECT_THAT(clock.slept(), ElementsAre(500ms, 500ms));
}

TEST(replay_source, as_fast_as_possible) {
  fake_clock clock{today};
  replay_options options;
  options.speed = 0;
  replay_source source{made_of({{{day, "a"}, {day + 100s, "b"}}, {{day + 9000s, "c"}}}), options,
                       clock};
  EXPECT_EQ(step(source, 0s), "ab 1min40s");
  EXPECT_EQ(step(source, 0s), "c 2h30min");
  EXPECT_EQ(step(source, 0s), "ended");
  EXPECT_TRUE(clock.slept().empty());
}

TEST(replay_source, goes_on_behind_what_was_given) {
  using blocks = std::vector<std::vector<listed_source::listed_frame>>;
  blocks const all{{{day, "a"}, {day + 1s, "b"}}, {{day + 2s, "c"}, {day + 5s, "d"}}};
  fake_clock clock{today};
  replay_options options;
  options.from.of = 7;
  for (std::uint64_t given = 0; given <= 4; ++given) {
    SCOPED_TRACE(given);
    options.from.first = day;
    options.from.frames = given;
    replay_source source{made_of(all), options, clock};
    std::string words;
    for (std::string came; came != "ended"; words += came.substr(0, came.find(' ')) + ",")
      came = step(source, 5s);
    EXPECT_EQ(words, (std::array{"a,b,c,d,ended,", "b,c,d,ended,", "c,d,ended,", "d,ended,",
                                 "ended,"})[given]);
    EXPECT_EQ(source.bookmark(), (replay_bookmark{7, day, 4}));
    EXPECT_EQ(source.statistics().received, 4 - given) << "what was passed over is not counted";
  }
  options.from.first = day - 1s;
  replay_source another{made_of(all), options, clock};
  EXPECT_EQ(step(another, 5s), "a 0s") << "a capture that took the place of the one before";
}

TEST(replay_source, times_can_be_moved_to_now) {
  fake_clock clock{today};
  replay_options options;
  options.is_shifted_to_now = true;
  replay_source source{made_of({{{day, "a"}, {timestamp::unknown(), "?"}, {day + 1s, "b"}}}),
                       options, clock};
  net::frame_block block;
  auto came = source.receive(block, 5s);
  ASSERT_TRUE(came);
  EXPECT_EQ(came->heard_until, today);
  EXPECT_THAT(data_of(block), ElementsAre("a", "?"));
  EXPECT_EQ(block.frames[0].time, today);
  EXPECT_FALSE(block.frames[1].time.is_known());
  ASSERT_TRUE(source.receive(block, 5s));
  EXPECT_EQ(block.frames[0].time, today + 1s);
}

TEST(replay_source, without_moving_the_times_stay) {
  fake_clock clock{today};
  replay_source source{made_of({{{day, "a"}}}), {}, clock};
  net::frame_block block;
  ASSERT_TRUE(source.receive(block, 5s));
  EXPECT_EQ(block.frames[0].time, day);
}

TEST(replay_source, the_order_is_kept_where_times_go_back) {
  fake_clock clock{today};
  replay_source source{
      made_of({{{day, "a"}, {day + 2s, "b"}, {day + 1s, "c"}, {day + 3s, "d"}}}), {}, clock};
  EXPECT_EQ(step(source, 9s), "a 0s");
  EXPECT_EQ(step(source, 9s), "bc 2s");
  EXPECT_EQ(step(source, 9s), "d 3s");
}

TEST(replay_source, packets_within_a_grain_come_together_and_none_too_early) {
  fake_clock clock{today};
  replay_source source{
      made_of({{{day, "a"}, {day + 1ms, "b"}, {day + 10ms, "c"}, {day + 11ms, "d"}}}), {}, clock};
  EXPECT_EQ(step(source, 9s), "a 0s");
  EXPECT_EQ(step(source, 9s), "bc 10ms");
  EXPECT_EQ(step(source, 9s), "d 11ms");
}

TEST(replay_source, it_says_how_late_it_is_and_leaves_nothing_out) {
  fake_clock clock{today};
  replay_source source{
      made_of({{{day, "a"}, {day + 1s, "b"}}, {{day + 2s, "c"}}, {{day + 60s, "d"}}}), {}, clock};
  EXPECT_EQ(step(source, 9s), "a 0s");
  clock.pass(6s);  // somebody else was slow
  EXPECT_EQ(step(source, 9s), "b 1s") << "it has not come as far as the clock";
  EXPECT_EQ(source.statistics().late_by, 5s);
  EXPECT_EQ(step(source, 9s).substr(0, 2), "c ");
  EXPECT_EQ(source.statistics().late_by, 4s);
  EXPECT_EQ(step(source, 90s), "d 1min");
  EXPECT_EQ(source.statistics().late_by, 0s);
  EXPECT_EQ(source.statistics().latest_by, 5s);
}

TEST(replay_source, times_that_are_wild_do_not_overflow) {
  fake_clock clock{today};
  replay_options options;
  options.is_shifted_to_now = true;
  options.speed = 0.001;
  replay_source source{made_of({{{timestamp{1}, "a"}, {timestamp::latest(), "b"}}}), options,
                       clock};
  EXPECT_NE(step(source, 1s), "");
  EXPECT_EQ(step(source, 1s).substr(0, 4), "idle");
  options.speed = 0;
  replay_source fast{made_of({{{timestamp{1}, "a"}, {timestamp::latest(), "b"}}}), options, clock};
  net::frame_block block;
  ASSERT_TRUE(fast.receive(block, 0s));
  EXPECT_EQ(block.frames[1].time, timestamp::latest());
}

TEST(replay_source, it_stops_when_told) {
  fake_clock clock{today};
  replay_source source{made_of({{{day, "a"}, {day + 1s, "b"}}}), {}, clock};
  EXPECT_EQ(step(source, 9s), "a 0s");
  source.stop();
  EXPECT_EQ(step(source, 9s), "ended");
}

TEST(replay_source, as_any_frame_source_it_waits) {
  fake_clock clock{today};
  replay_source source{made_of({{{day, "a"}, {day + 1h, "b"}}}), {}, clock};
  net::frame_block block;
  ASSERT_TRUE(source.next(block));
  ASSERT_TRUE(source.next(block));
  EXPECT_THAT(data_of(block), ElementsAre("b"));
  ASSERT_TRUE(source.next(block));
  EXPECT_TRUE(block.frames.empty());
}

}  // namespace
}  // namespace kizashi::capture::live
