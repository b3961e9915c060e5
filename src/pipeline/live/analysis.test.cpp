#include "kizashi/pipeline/live/analysis.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr timestamp monday{1'767'571'200'000'000'000};  // 2026-01-05T00:00:00Z

/// `sources` sources of different networks at tcp/23.
[[nodiscard]] auto window_of(std::string sensor, int interval, std::uint32_t sources)
    -> engine::activity_window {
  engine::activity_window out;
  out.sensor = std::move(sensor);
  out.start = monday + interval * duration{10min};
  out.length = 10min;
  out.packets = sources;
  for (std::uint32_t i = 0; i < sources; ++i) {
    out.sources.push_back({net::ipv4{0x01000000 + i * 256}, 0});
    out.rows.push_back({i, 1, i + 1, 23, 6});
  }
  return out;
}

/// Quiet for more than a day, then two surges.
[[nodiscard]] auto sources_in(int interval) -> std::uint32_t {
  if (interval == 170) return 80;
  return interval == 220 ? 800 : 2 + static_cast<std::uint32_t>(interval) % 3;
}
constexpr int intervals = 240;

/// Keeps what it is told; fails when it is told to.
class kept_findings final : public finding_outlet {
public:
  void tell(engine::finding const& found, std::uint64_t number) override {
    told.emplace_back(number, engine::id_text(found.id()) + " " + found.reason);
  }
  [[nodiscard]] auto flush() -> status override {
    if (is_full) return fail(errc::io_error, "the disk is full");
    durable = told.size();
    return {};
  }
  std::vector<std::pair<std::uint64_t, std::string>> told;
  std::size_t durable = 0;
  std::atomic<bool> is_full{false};
};

class analysis_test : public testing::Test {
protected:
  void SetUp() override {
    auto name = std::filesystem::temp_directory_path() / "kizashi-analysis-XXXXXX";
    auto text = name.string();
    ASSERT_NE(::mkdtemp(text.data()), nullptr);
    folder_ = text;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] auto options(std::vector<std::string> const& settings = {}) -> analysis_options {
    analysis_options out;
    out.engines = *engine::choose_engines({"surge", "fuse"}, settings);
    out.file = folder_ / "engines.state";
    out.sensors = {"north"};
    return out;
  }
  [[nodiscard]] auto open(analysis_options with, finding_outlet& to) -> std::unique_ptr<analysis> {
    notes_.clear();
    auto made = analysis::open(std::move(with), to, notes_);
    EXPECT_TRUE(made) << made.error().message;
    (*made)->start();
    return std::move(*made);
  }
  /// What all windows amount to, without a stop.
  [[nodiscard]] auto expected() -> decltype(kept_findings::told) {
    kept_findings kept;
    auto all = open(options(), kept);
    for (int i = 0; i < intervals; ++i) all->observe(window_of("north", i, sources_in(i)));
    all->stop();
    std::filesystem::remove(folder_ / "engines.state");
    return kept.told;
  }

  std::filesystem::path folder_;
  std::vector<std::string> notes_;
};

TEST_F(analysis_test, goes_on_after_a_stop_as_if_there_had_been_none) {
  auto const whole = expected();
  EXPECT_GE(whole.size(), 3U);  // two surges, and fuse tells of them too
  kept_findings kept;
  for (int part = 0; part < 4; ++part) {
    auto some = open(options(), kept);
    EXPECT_TRUE(notes_.empty());
    for (int i = part * 60; i < (part + 1) * 60; ++i)
      some->observe(window_of("north", i, sources_in(i)));
    some->stop();
    EXPECT_EQ(some->counts().windows, 60U);
    EXPECT_EQ(kept.durable, kept.told.size());
  }
  EXPECT_EQ(kept.told, whole);
}

TEST_F(analysis_test, sees_again_after_a_crash_only_what_it_had_not_saved) {
  auto const whole = expected();
  kept_findings before;
  auto some = open(options(), before);
  for (int i = 0; i < 100; ++i) some->observe(window_of("north", i, sources_in(i)));
  ASSERT_TRUE(some->settle());
  std::filesystem::copy_file(folder_ / "engines.state", folder_ / "crashed");
  auto const told = before.told;
  for (int i = 100; i < 150; ++i) some->observe(window_of("north", i, sources_in(i)));
  some->stop();
  std::filesystem::rename(folder_ / "crashed", folder_ / "engines.state");

  kept_findings after;
  after.told = told;
  auto again = open(options(), after);
  // The sensor's own state is an older one.
  for (int i = 80; i < intervals; ++i) again->observe(window_of("north", i, sources_in(i)));
  again->stop();
  EXPECT_EQ(again->counts().known, 20U);
  EXPECT_EQ(after.told, whole);
}

TEST_F(analysis_test, does_not_settle_while_findings_are_not_durable) {
  kept_findings kept;
  auto all = open(options(), kept);
  kept.is_full = true;
  for (int i = 0; i < intervals; ++i) all->observe(window_of("north", i, sources_in(i)));
  auto const done = all->settle();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the disk is full");
  EXPECT_EQ(all->counts().outlet_failure, "the disk is full");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "engines.state"));
  kept.is_full = false;
  ASSERT_TRUE(all->settle());
  EXPECT_EQ(all->counts().outlet_failure, std::nullopt);
  EXPECT_EQ(kept.durable, kept.told.size());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "engines.state"));
  auto const saves = all->counts().saves;
  ASSERT_TRUE(all->settle());  // nothing has come since
  EXPECT_EQ(all->counts().saves, saves);
}

TEST_F(analysis_test, learns_anew_where_the_state_is_of_other_options_or_damaged) {
  kept_findings kept;
  auto all = open(options(), kept);
  all->observe(window_of("north", 0, 3));
  all->stop();
  auto other = open(options({"surge.least=7"}), kept);
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], HasSubstr("the engines begin to learn anew: "));
  EXPECT_THAT(notes_[0], HasSubstr("the state has surge.least=5; here it is surge.least=7"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "engines.state.old"));
  other->stop();
  std::ofstream{folder_ / "engines.state"} << "nonsense";
  auto third = open(options(), kept);
  ASSERT_EQ(notes_.size(), 1U);
  third->observe(window_of("north", 0, 3));
  EXPECT_TRUE(third->settle());
  EXPECT_EQ(third->counts().windows, 1U);
}

TEST_F(analysis_test, numbers_findings_on_from_those_that_are_there) {
  auto const whole = expected();
  auto later = options();
  later.first_number = 1000;
  kept_findings kept;
  auto all = open(later, kept);
  for (int i = 0; i < intervals; ++i) all->observe(window_of("north", i, sources_in(i)));
  all->stop();
  ASSERT_EQ(kept.told.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(kept.told[i], std::pair(1000 + whole[i].first, whole[i].second));
}

TEST_F(analysis_test, waits_for_room_and_loses_nothing) {
  kept_findings kept;
  auto with = options();
  with.queue_bytes = 1;  // each window goes alone
  auto all = open(std::move(with), kept);
  std::thread south{[&] {
    for (int i = 0; i < 50; ++i) all->observe(window_of("south", i, 4000));
  }};
  for (int i = 0; i < 50; ++i) all->observe(window_of("north", i, 4000));
  south.join();
  ASSERT_TRUE(all->settle());
  auto const counts = all->counts();
  EXPECT_EQ(counts.windows, 100U);
  EXPECT_EQ(counts.waiting, 0U);
  EXPECT_EQ(counts.waiting_bytes, 0U);
  EXPECT_EQ(counts.latest, monday + 50 * duration{10min});
  all->stop();
  all->observe(window_of("north", 50, 1));
  EXPECT_EQ(all->counts().lost, 1U);
}

}  // namespace
}  // namespace kizashi::pipeline
