#include "kizashi/engine/schedule.hpp"

#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

[[nodiscard]] auto choice_failure(std::vector<std::string> const& names,
                                  std::vector<std::string> const& options) -> std::string {
  auto const chosen = choose_engines(names, options);
  return chosen ? "" : chosen.error().message;
}

TEST(choose_engines, takes_all_or_those_that_are_named) {
  EXPECT_EQ(choose_engines({}, {})->size(), all_engines().size());
  auto const one = choose_engines({"change"}, {"change.unit=1h"});
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().options.get<duration>("change.unit"), duration{1h});
}

TEST(choose_engines, says_what_is_wrong) {
  EXPECT_EQ(choice_failure({"chance"}, {}), "there is no engine chance; change perhaps");
  EXPECT_EQ(choice_failure({}, {"change.unit"}),
            "option \"change.unit\" is no ENGINE.NAME=VALUE; expected surge.unit=1h, say");
  EXPECT_EQ(choice_failure({"surge"}, {"change.unit=1h"}),
            "option \"change.unit=1h\" is of change, which is not among the chosen engines");
  EXPECT_EQ(choice_failure({"change"}, {"change.unit=nan"}),
            "change.unit is nan; expected 1min to 1d");
}

/// Writes down what it is shown.
class diary final : public engine {
public:
  [[nodiscard]] auto about() const noexcept -> descriptor const& override;
  [[nodiscard]] auto interval() const noexcept -> duration override { return 10min; }
  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    auto found = finding_of(*this, closed.sensor, "seen");
    found.first = closed.start;
    found.last = closed.end();
    found.score = static_cast<double>(closed.packets);
    found.reason = closed.is_missing ? "missing" : "there";
    if (closed.packets == 666) found.score = std::nan("");
    return out.take(std::move(found));
  }
  void save(state_writer& out) const override { out(std::uint64_t{7}); }
  void restore(state_reader& in) override { in.expect(in.number() == 7, "7"); }
};

/// Answers each finding that it hears by one of its own, and notes how far the time has come.
class echo final : public engine {
public:
  [[nodiscard]] auto about() const noexcept -> descriptor const& override;
  [[nodiscard]] auto interval() const noexcept -> duration override { return duration{0}; }
  [[nodiscard]] auto observe(activity_window const&, finding_sink&) -> status override {
    return {};
  }
  [[nodiscard]] auto hear(finding const& found, finding_sink& out) -> status override {
    auto heard = finding_of(*this, "", "heard");
    heard.first = found.first;
    return out.take(std::move(heard));
  }
  [[nodiscard]] auto advance_to(timestamp now, finding_sink&) -> status override {
    now_ = now;
    return {};
  }
  [[nodiscard]] auto finish(finding_sink& out) -> status override {
    auto last = finding_of(*this, "", "end");
    last.first = now_;
    return out.take(std::move(last));
  }
  void save(state_writer& out) const override { out(now_); }
  void restore(state_reader& in) override { in(now_); }

private:
  timestamp now_;
};

constexpr option_spec diary_options[] = {{"diary.a", 1.0, 0.0, 2.0, "A number."}};
descriptor const diary_about{.name = "diary",
                             .title = "",
                             .paper = "",
                             .page = "",
                             .options = diary_options,
                             .make = [](option_set const&) -> result<std::unique_ptr<engine>> {
                               return std::make_unique<diary>();
                             }};
descriptor const echo_about{.name = "echo",
                            .title = "",
                            .paper = "",
                            .page = "",
                            .options = {},
                            .hears = true,
                            .make = [](option_set const&) -> result<std::unique_ptr<engine>> {
                              return std::make_unique<echo>();
                            }};
auto diary::about() const noexcept -> descriptor const& {
  return diary_about;
}
auto echo::about() const noexcept -> descriptor const& {
  return echo_about;
}

[[nodiscard]] auto both() -> std::vector<chosen_engine> {
  return {{&diary_about, option_set{diary_options}}, {&echo_about, option_set{{}}}};
}

TEST(schedule, fills_holes_and_says_what_a_blind_sensor_missed) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk);
  EXPECT_EQ(desk->lengths(), std::vector<duration>{10min});
  auto const show = [&](std::uint64_t packets, duration at) {
    ASSERT_TRUE(desk->observe(test::window_of(packets, 1, test::monday + at, 10min)));
  };
  show(5, 0min);
  show(5, 20min);  // few packets: an interval without any is none to wonder at
  show(10'000, 30min);
  show(10'000, 50min);
  show(1, 50min + 200h);  // longer than is filled
  std::vector<std::string> seen;
  for (auto const& each : out.all)
    if (each.kind == "seen")
      seen.push_back(fmt::format(
          "{} {} {}",
          std::chrono::duration_cast<std::chrono::minutes>(each.first - test::monday).count(),
          each.score, each.reason));
  EXPECT_THAT(seen, testing::ElementsAre("0 5 there", "10 0 there", "20 5 there", "30 10000 there",
                                         "40 0 missing", "50 10000 there", "12050 1 there"));
}

TEST(schedule, lets_engines_hear_those_before_them) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk);
  ASSERT_TRUE(desk->observe(test::window_of(5, 1, test::monday, 10min)));
  ASSERT_TRUE(desk->finish());
  ASSERT_EQ(out.all.size(), 3U);
  EXPECT_EQ(out.all[0].kind, "seen");
  EXPECT_EQ(out.all[1].kind, "heard");
  EXPECT_EQ(out.all[2].kind, "end");
  EXPECT_EQ(out.all[2].first, timestamp::latest());
}

TEST(schedule, refuses_a_finding_with_a_number_that_is_none) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk);
  auto const done = desk->observe(test::window_of(666, 1, test::monday, 10min));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "finding of diary: its score is not a number");
}

[[nodiscard]] auto state_of(schedule const& desk) -> std::vector<std::uint8_t> {
  std::vector<std::uint8_t> bytes;
  state_writer to{[&](std::string_view more) -> status {
                    bytes.insert(bytes.end(), more.begin(), more.end());
                    return {};
                  },
                  schedule::state_version};
  EXPECT_TRUE(desk.save(to));
  EXPECT_TRUE(to.finish());
  return bytes;
}

[[nodiscard]] auto restore_failure(schedule& desk, std::vector<std::uint8_t> const& bytes)
    -> std::string {
  auto in = state_reader::open(bytes, "desk.state", schedule::state_version);
  if (!in) return in.error().message;
  if (auto const done = desk.restore(*in); !done) return done.error().message;
  auto const done = in->finish();
  return done ? "" : done.error().message;
}

TEST(schedule, goes_on_from_its_state) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk->observe(test::window_of(10'000, 1, test::monday, 10min)));
  auto const bytes = state_of(*desk);
  finding_list more;
  auto next = schedule::make(both(), more);
  EXPECT_EQ(restore_failure(*next, bytes), "");
  EXPECT_EQ(state_of(*next), bytes);
  ASSERT_TRUE(next->observe(test::window_of(10'000, 1, test::monday + 20min, 10min)));
  ASSERT_EQ(more.all.size(), 4U);
  EXPECT_EQ(more.all[0].reason, "missing");
}

TEST(schedule, refuses_the_state_of_other_engines_options_and_versions) {
  finding_list out;
  auto const bytes = state_of(*schedule::make(both(), out));
  auto fewer = schedule::make({both()[0]}, out);
  EXPECT_EQ(restore_failure(*fewer, bytes),
            "desk.state: the state is of another choice of engines");
  auto chosen = both();
  ASSERT_TRUE(chosen[0].options.set("diary.a", "2"));
  auto other = schedule::make(chosen, out);
  EXPECT_EQ(restore_failure(*other, bytes),
            "desk.state: the state has diary.a=1; here it is diary.a=2");
  auto newer = diary_about;
  newer.version = 2;
  chosen = both();
  chosen[0].about = &newer;
  auto later = schedule::make(chosen, out);
  EXPECT_EQ(restore_failure(*later, bytes),
            "desk.state: the state has diary version 1; here it is diary version 2");
}

}  // namespace
}  // namespace kizashi::engine
