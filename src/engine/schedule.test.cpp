#include "kizashi/engine/schedule.hpp"

#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
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
    heard.last = now_;
    heard.reason = fmt::format("{} {}", found.sensor, found.first.to_string());
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

TEST(schedule, says_what_a_blind_sensor_missed) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk);
  EXPECT_EQ(desk->lengths(), std::vector<duration>{10min});
  auto at = test::monday;
  // Few packets: an interval without any is none to wonder at.
  for (std::uint64_t const packets : {5, 0, 5, 10'000, 0, 10'000}) {
    ASSERT_TRUE(desk->observe(test::window_of(packets, packets == 0 ? 0 : 1, at, 10min)));
    at = at + 10min;
  }
  std::vector<std::string> seen;
  for (auto const& each : out.all)
    if (each.kind == "seen") seen.push_back(fmt::format("{} {}", each.score, each.reason));
  EXPECT_THAT(seen, testing::ElementsAre("5 there", "0 there", "5 there", "10000 there",
                                         "0 missing", "10000 there"));
}

TEST(schedule, knows_what_it_has_seen) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  auto const first = test::window_of(5, 1, test::monday, 10min);
  EXPECT_FALSE(desk->has_seen(first));
  ASSERT_TRUE(desk->observe(first));
  EXPECT_TRUE(desk->has_seen(first));
  EXPECT_FALSE(desk->has_seen(test::window_of(5, 1, test::monday + 10min, 10min)));
  EXPECT_FALSE(desk->has_seen(test::window_of(5, 1, test::monday, 1min)));
  auto south = first;
  south.sensor = "south";
  EXPECT_FALSE(desk->has_seen(south));
}

TEST(schedule, waits_for_a_sensor_until_it_leaves) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  // How far the time has come is what the echo says of the next finding that it hears.
  auto const show = [&](std::string const& sensor, duration at) {
    auto window = test::window_of(5, 1, test::monday + at, 10min);
    window.sensor = sensor;
    ASSERT_TRUE(desk->observe(window));
  };
  auto const come_to = [&] {
    return std::ranges::find(out.all.rbegin(), out.all.rend(), "heard", &finding::kind)->last;
  };
  show("south", 0min);
  show("north", 0min);
  show("north", 10min);
  show("north", 20min);
  EXPECT_EQ(come_to(), test::monday + 10min);  // south has not come further
  desk->leave("south");
  show("north", 30min);
  show("north", 40min);
  EXPECT_EQ(come_to(), test::monday + 50min);
  show("south", 60min);  // it is back
  show("north", 50min);
  show("north", 60min);
  show("north", 70min);
  show("north", 80min);
  EXPECT_EQ(come_to(), test::monday + 70min);
}

TEST(schedule, lets_sensors_be_heard_in_the_order_of_time) {
  constexpr int windows = 6;
  auto const heard = [&](std::vector<std::string> const& arrivals, bool is_interrupted) {
    finding_list out;
    auto desk = schedule::make(both(), out);
    std::map<std::string, int> next;
    for (auto const& sensor : arrivals) {
      auto window = test::window_of(5, 1, test::monday + next[sensor]++ * 10min, 10min);
      window.sensor = sensor;
      EXPECT_TRUE(desk->observe(window));
      if (!is_interrupted) continue;
      auto resumed = schedule::make(both(), out);
      EXPECT_EQ(restore_failure(*resumed, state_of(*desk)), "");
      desk = std::move(resumed);
    }
    EXPECT_TRUE(desk->finish());
    std::erase_if(out.all, [](finding const& each) { return each.kind != "heard"; });
    std::vector<std::string> order;
    for (auto const& each : out.all) order.push_back(each.reason + " at " + each.last.to_string());
    return order;
  };
  std::vector<std::string> arrivals;
  for (int i = 0; i < windows; ++i)
    for (auto const* sensor : {"east", "north", "south"}) arrivals.emplace_back(sensor);
  auto const expected = heard(arrivals, false);
  EXPECT_EQ(expected.size(), arrivals.size());
  EXPECT_EQ(std::set(expected.begin(), expected.end()).size(), expected.size());
  random_source random{4};
  for (int round = 0; round < 20; ++round) {
    // All have begun before one of them runs ahead: nobody waits for a sensor that is not known.
    for (auto i = arrivals.size() - 1; i > 3; --i)
      std::swap(arrivals[i], arrivals[3 + random.below(static_cast<std::uint32_t>(i) - 2)]);
    EXPECT_EQ(heard(arrivals, round % 2 == 1), expected);
  }
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

TEST(schedule, goes_on_from_its_state) {
  finding_list out;
  auto desk = schedule::make(both(), out);
  ASSERT_TRUE(desk->observe(test::window_of(10'000, 1, test::monday, 10min)));
  auto const bytes = state_of(*desk);
  finding_list more;
  auto next = schedule::make(both(), more);
  EXPECT_EQ(restore_failure(*next, bytes), "");
  EXPECT_EQ(state_of(*next), bytes);
  ASSERT_TRUE(next->observe(test::window_of(0, 0, test::monday + 10min, 10min)));
  ASSERT_EQ(more.all.size(), 2U);
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
