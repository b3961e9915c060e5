#include "kizashi/capture/live/reopening_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/live/internal/live_testing.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;
using internal::fake_clock;
using internal::scripted_source;
using testing::ElementsAre;

class reopening : public testing::Test {
protected:
  reopening() {
    auto made = std::make_unique<scripted_source>();
    below = made.get();
    below->on_receive = [this](net::frame_block& out) -> result<arrival> {
      if (!is_up) return fail(errc::io_error, "script: it broke");
      out.append(timestamp{1}, net::link_type::raw_ip, 0, {});
      return arrival{flow::frames, timestamp{1}};
    };
    below->on_reopen = [this]() -> status {
      ++trials;
      if (!can_return) return fail(errc::not_found, why_not);
      is_up = true;
      return {};
    };
    source.emplace(std::move(made), backoff{1s, 5s}, clock);
  }
  auto receive(duration patience) -> flow {
    auto const came = source->receive(block, patience);
    EXPECT_TRUE(came);
    return came ? came->state : flow::ended;
  }
  auto notes() -> std::vector<std::string> {
    std::vector<std::string> all;
    for (auto const& each : source->notes())
      all.push_back((each.is_loss ? "loss: " : "") + each.message);
    return all;
  }

  fake_clock clock{timestamp{1'600'000'000'000'000'000}};
  scripted_source* below = nullptr;
  std::optional<reopening_source> source;
  net::frame_block block;
  bool is_up = true;
  bool can_return = false;
  std::string why_not = "script: it is gone";
  int trials = 0;
};

TEST_F(reopening, a_source_that_works_is_handed_through) {
  EXPECT_EQ(receive(1s), flow::frames);
  EXPECT_EQ(block.frames.size(), 1U);
  EXPECT_FALSE(source->failure());
  EXPECT_EQ(source->name(), "script");
}

TEST_F(reopening, it_is_tried_again_after_longer_and_longer_but_bounded_waits) {
  is_up = false;
  EXPECT_EQ(receive(0s), flow::idle);
  ASSERT_TRUE(source->failure());
  EXPECT_EQ(source->failure()->message, "script: it broke");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(receive(1h), flow::idle);
  EXPECT_EQ(trials, 6);
  EXPECT_THAT(clock.slept(), ElementsAre(1s, 2s, 4s, 5s, 5s, 5s));
  EXPECT_EQ(source->failure()->message, "script: it is gone");
  can_return = true;
  EXPECT_EQ(receive(1h), flow::frames);
  EXPECT_FALSE(source->failure());
  is_up = false;
  EXPECT_EQ(receive(0s), flow::idle);
  EXPECT_EQ(receive(1h), flow::frames);
  EXPECT_EQ(clock.slept().back(), 1s) << "the wait begins anew";
}

TEST_F(reopening, a_short_patience_is_kept) {
  is_up = false;
  can_return = true;
  EXPECT_EQ(receive(0s), flow::idle);
  EXPECT_EQ(receive(400ms), flow::idle);
  EXPECT_EQ(receive(400ms), flow::idle);
  EXPECT_EQ(trials, 0);
  EXPECT_EQ(receive(400ms), flow::frames);
  EXPECT_THAT(clock.slept(), ElementsAre(400ms, 400ms, 200ms));
}

TEST_F(reopening, each_reason_is_said_once_in_its_place) {
  below->said = {{"script: first", false}};
  is_up = false;
  EXPECT_EQ(receive(0s), flow::idle);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive(1h), flow::idle);
  why_not = "script: no permission";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive(1h), flow::idle);
  can_return = true;
  below->said.push_back({"script: second", false});
  EXPECT_EQ(receive(1h), flow::frames);
  below->said.push_back({"script: third", true});
  EXPECT_THAT(notes(), ElementsAre("script: first", "loss: script: it broke", "script: it is gone",
                                   "script: no permission", "script: second",
                                   "script: it works again", "loss: script: third"));
}

TEST_F(reopening, it_stops_while_it_waits) {
  is_up = false;
  EXPECT_EQ(receive(0s), flow::idle);
  source->stop();
  EXPECT_EQ(receive(1h), flow::ended);
}

TEST(live_source, a_source_that_cannot_be_opened_again_says_so) {
  class once final : public live_source {
  public:
    auto statistics() const -> source_statistics override { return {}; }
    auto name() const -> std::string override { return "once"; }

  private:
    auto do_receive(net::frame_block&, duration) -> result<arrival> override {
      return arrival{flow::ended, {}};
    }
  } source;
  EXPECT_EQ(source.reopen().error().message, "once: cannot be opened again");
}

TEST(live_source, statistics_of_several_rings_add_up) {
  source_statistics sum{1, 2, 3, 4, 5, 6, 7, 8, 9s, 10s};
  sum.add({1, 1, 1, 1, 1, 1, 1, 1, 1s, 20s});
  EXPECT_EQ(sum.received + sum.received_bytes + sum.kernel_dropped + sum.own_dropped +
                sum.filtered + sum.cut + sum.freezes + sum.reopened,
            44U);
  EXPECT_EQ(sum.late_by, 9s) << "the latest of them";
  EXPECT_EQ(sum.latest_by, 20s);
}

}  // namespace
}  // namespace kizashi::capture::live
