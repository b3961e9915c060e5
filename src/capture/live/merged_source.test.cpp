#include "kizashi/capture/live/merged_source.hpp"

#include <atomic>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/live/internal/live_testing.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;
using internal::data_of;
using testing::ElementsAre;

/// Gives its steps, one for each call, and is then idle.
class stepping_source final : public live_source {
public:
  struct step {
    std::vector<std::int64_t> times = {};     // of frames
    std::int64_t heard = 0;                   // without frames
    std::optional<std::string> failure = {};  // instead
    bool is_end = false;                      // likewise
  };
  explicit stepping_source(std::string name, std::vector<step> steps)
      : name_{std::move(name)}, steps_{std::move(steps)} {}

  auto reopen() -> status override {
    ++reopenings;
    return can_reopen ? status{} : fail(errc::permission, name_ + ": it may not");
  }
  auto statistics() const -> source_statistics override {
    source_statistics out;
    out.received = given_;
    out.kernel_dropped = 10;
    out.reopened = 3;
    return out;
  }
  auto notes() const -> std::vector<note> override { return {{name_ + " was here", false}}; }
  auto name() const -> std::string override { return name_; }

  std::atomic<int> reopenings = 0;
  std::atomic<bool> can_reopen = true;

private:
  auto do_receive(net::frame_block& out, duration patience) -> result<arrival> override {
    if (at_ == steps_.size()) {
      system_clock().sleep(patience);
      return arrival{flow::idle, heard_};
    }
    auto const& next = steps_[at_++];
    if (next.failure) return fail(errc::io_error, *next.failure);
    if (next.is_end) return arrival{flow::ended, {}};
    for (auto const time : next.times) {
      auto const data = name_ + std::to_string(time);
      out.append(timestamp{time}, net::link_type::raw_ip, 99,
                 {reinterpret_cast<std::uint8_t const*>(data.data()), data.size()});
    }
    given_ += next.times.size();
    heard_ = timestamp{next.times.empty() ? next.heard : next.times.back()};
    return arrival{next.times.empty() ? flow::idle : flow::frames, heard_};
  }

  std::string name_;
  std::vector<step> steps_;
  std::size_t at_ = 0;
  timestamp heard_ = timestamp::unknown();
  std::atomic<std::uint64_t> given_ = 0;
};

using merged_step = stepping_source::step;
const merged_step over{{}, 0, std::nullopt, true};

auto merged(std::vector<std::vector<merged_step>> parts, duration longest_wait = 60s)
    -> std::unique_ptr<merged_source> {
  std::vector<std::unique_ptr<live_source>> made;
  char name = 'a';
  for (auto& each : parts)
    made.push_back(std::make_unique<stepping_source>(std::string{name++}, std::move(each)));
  return std::make_unique<merged_source>(std::move(made), longest_wait);
}

/// All frames up to the end.
auto all_of(merged_source& from) -> std::vector<std::string> {
  std::vector<std::string> out;
  net::frame_block block;
  for (;;) {
    auto const came = from.receive(block, 10s);
    if (!came || came->state == flow::ended) return out;
    for (auto& each : data_of(block)) out.push_back(std::move(each));
  }
}

TEST(merged_source, frames_come_in_the_order_of_their_times) {
  auto const source = merged({{{{1, 5, 7}}, {{9}}, over}, {{{2, 3}}, {{6, 8, 10}}, over}});
  EXPECT_THAT(all_of(*source), ElementsAre("a1", "b2", "b3", "a5", "b6", "a7", "b8", "a9", "b10"));
  EXPECT_EQ(source->name(), "a");
  EXPECT_EQ(source->statistics().received, 9U);
  EXPECT_EQ(source->statistics().kernel_dropped, 20U);
  EXPECT_EQ(source->statistics().reopened, 0U);
  EXPECT_EQ(source->notes().size(), 2U);
}

TEST(merged_source, as_sorting_does) {
  std::mt19937 chance{7};
  std::vector<std::vector<merged_step>> parts(5);
  std::vector<std::pair<std::int64_t, std::string>> all;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    std::int64_t time = 1;
    for (int i = 0; i < 40; ++i) {
      merged_step next;
      for (auto left = chance() % 9; left > 0; --left) {
        time += chance() % 4;
        next.times.push_back(time);
        all.emplace_back(time,
                         std::string(1, static_cast<char>('a' + part)) + std::to_string(time));
      }
      next.heard = time;
      parts[part].push_back(std::move(next));
    }
    parts[part].push_back(over);
  }
  std::ranges::stable_sort(all, {}, [](auto const& each) { return each.first; });
  std::vector<std::string> expected;
  for (auto& [time, data] : all) expected.push_back(std::move(data));
  auto got = all_of(*merged(std::move(parts)));
  // Those of equal times come in any order.
  auto const time_of = [](std::string const& each) { return std::stoll(each.substr(1)); };
  EXPECT_TRUE(std::ranges::is_sorted(got, {}, time_of));
  std::ranges::stable_sort(got);
  std::ranges::stable_sort(got, {}, time_of);
  EXPECT_EQ(got, expected);
}

TEST(merged_source, a_frame_waits_for_who_may_still_have_an_earlier_one) {
  auto const source = merged({{{{5, 6, 7}}}, {{{}, 3}, {{4}}, {{}, 6}}});
  net::frame_block block;
  std::vector<std::string> got;
  timestamp heard;
  while (got.size() < 3) {
    auto const came = source->receive(block, 10s);
    ASSERT_TRUE(came);
    for (auto& each : data_of(block)) got.push_back(std::move(each));
    if (came->state == flow::frames) heard = came->heard_until;
  }
  EXPECT_THAT(got, ElementsAre("b4", "a5", "a6"));
  EXPECT_EQ(heard, timestamp{6}) << "a7 is there, and b has heard until 6";
  auto const quiet = source->receive(block, 1ms);
  ASSERT_TRUE(quiet);
  EXPECT_EQ(quiet->state, flow::idle);
  EXPECT_EQ(quiet->heard_until, timestamp{6});
}

TEST(merged_source, nothing_waits_for_ever) {
  auto const source = merged({{{{5}}}, {}}, 1ms);  // b never says what it has heard
  net::frame_block block;
  std::vector<std::string> got;
  while (got.empty()) {
    auto const came = source->receive(block, 10ms);
    ASSERT_TRUE(came);
    got = data_of(block);
  }
  EXPECT_THAT(got, ElementsAre("a5"));
}

TEST(merged_source, what_was_there_comes_before_a_failure) {
  auto const source =
      merged({{{{1}}, {{}, 0, "a: it broke"}, {{7}}, over}, {{{2, 3}}, {{}, 5}, {{6, 8}}, over}});
  net::frame_block block;
  std::vector<std::string> got;
  for (;;) {
    auto const came = source->receive(block, 10s);
    for (auto& each : data_of(block)) got.push_back(std::move(each));
    if (came) continue;
    EXPECT_EQ(came.error().message, "a: it broke");
    break;
  }
  // b goes on by itself; how far it has come by then is a matter of chance.
  ASSERT_GE(got.size(), 3U);
  EXPECT_TRUE(source->reopen());
  for (auto& each : all_of(*source)) got.push_back(std::move(each));
  EXPECT_EQ(source->statistics().reopened, 1U);
  std::ranges::sort(got);
  EXPECT_THAT(got, ElementsAre("a1", "a7", "b2", "b3", "b6", "b8"));
}

TEST(merged_source, a_part_that_cannot_be_opened_again_says_why) {
  std::vector<std::unique_ptr<live_source>> parts;
  parts.push_back(std::make_unique<stepping_source>("a", std::vector<merged_step>{}));
  auto broken =
      std::make_unique<stepping_source>("b", std::vector<merged_step>{{{}, 0, "b: it broke"}});
  auto* const b = broken.get();
  b->can_reopen = false;
  parts.push_back(std::move(broken));
  merged_source source{std::move(parts)};
  net::frame_block block;
  for (auto came = source.receive(block, 1s); came;) came = source.receive(block, 1s);
  auto const tried = source.reopen();
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().message, "b: it may not");
  auto const still = source.receive(block, 1ms);
  ASSERT_FALSE(still);
  EXPECT_EQ(still.error().message, "b: it broke");
  b->can_reopen = true;
  EXPECT_TRUE(source.reopen());
  EXPECT_EQ(b->reopenings, 2);
}

TEST(merged_source, more_than_a_block_holds) {
  std::vector<merged_step> steps;
  for (std::int64_t i = 0; i < 40; ++i) {
    merged_step next;
    for (std::int64_t k = 1; k <= 500; ++k) next.times.push_back(500 * i + k);
    steps.push_back(std::move(next));
  }
  steps.push_back(over);
  auto const source = merged({steps, steps});
  auto const got = all_of(*source);
  ASSERT_EQ(got.size(), 40'000U);
  EXPECT_TRUE(std::ranges::is_sorted(
      got, {}, [](std::string const& each) { return std::stoll(each.substr(1)); }));
}

}  // namespace
}  // namespace kizashi::capture::live
