#include "kizashi/capture/internal/tick_clock.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace kizashi::capture::internal {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

TEST(tick_clock, powers_of_ten) {
  EXPECT_EQ(tick_clock(0, 0).at(7), timestamp{7 * second});
  EXPECT_EQ(tick_clock(3, 0).at(7'001), timestamp{7 * second + 1'000'000});
  EXPECT_EQ(tick_clock().at(7'000'001), timestamp{7 * second + 1'000});
  EXPECT_EQ(tick_clock(9, 0).at(7'000'000'001), timestamp{7 * second + 1});
  EXPECT_EQ(tick_clock(12, 0).at(7'000'000'001'999), timestamp{7 * second + 1});
  EXPECT_EQ(tick_clock(19, 0).at(largest), timestamp{1'844'674'407});
}

TEST(tick_clock, powers_of_two) {
  EXPECT_EQ(tick_clock(0x80, 0).at(7), timestamp{7 * second});
  EXPECT_EQ(tick_clock(0x80 | 1, 0).at(15), timestamp{7 * second + second / 2});
  EXPECT_EQ(tick_clock(0x80 | 32, 0).at((std::uint64_t{7} << 32) + (1U << 30)),
            timestamp{7 * second + second / 4});
  EXPECT_EQ(tick_clock(0x80 | 63, 0).at(largest), timestamp{1'999'999'999});
}

TEST(tick_clock, offsets) {
  EXPECT_EQ(tick_clock(6, 100).at(5), timestamp{100 * second + 5'000});
  EXPECT_EQ(tick_clock(6, 100).at(0), timestamp{100 * second});
  EXPECT_EQ(tick_clock(6, -100).at(100'000'007), timestamp{7'000});
  EXPECT_EQ(tick_clock(6, -100).at(99'999'999), timestamp::unknown());
  EXPECT_EQ(tick_clock(6, std::numeric_limits<std::int64_t>::max()).at(1), timestamp::unknown());
  EXPECT_EQ(tick_clock(6, std::numeric_limits<std::int64_t>::min()).at(largest),
            timestamp::unknown());
}

TEST(tick_clock, the_latest_time_whatever_the_ticks) {
  constexpr auto last = timestamp::latest();
  constexpr auto nanoseconds = static_cast<std::uint64_t>(last.nanoseconds());
  EXPECT_EQ(tick_clock(9, 0).at(nanoseconds), last);
  EXPECT_EQ(tick_clock(9, 0).at(nanoseconds + 1), timestamp::unknown());
  EXPECT_EQ(tick_clock(9, 1).at(nanoseconds - 1'000'000'000), last);
  EXPECT_EQ(tick_clock(9, 1).at(nanoseconds - 999'999'999), timestamp::unknown());
  EXPECT_EQ(tick_clock(6, 0).at(nanoseconds / 1'000), timestamp{9'214'646'399'999'999'000});
  EXPECT_EQ(tick_clock(6, 0).at(nanoseconds / 1'000 + 1), timestamp::unknown());
  EXPECT_EQ(tick_clock(0x80, 0).at(9'214'646'399), timestamp{9'214'646'399 * second});
  EXPECT_EQ(tick_clock(0x80, 0).at(9'214'646'400), timestamp::unknown());
}

TEST(tick_clock, what_cannot_be_a_time_is_unknown) {
  EXPECT_EQ(tick_clock(6, 0).at(0), timestamp::unknown());
  EXPECT_EQ(tick_clock(6, 0).at(largest), timestamp::unknown());
  EXPECT_EQ(tick_clock(9, 0).at(largest / 2), timestamp::unknown());
  EXPECT_EQ(tick_clock(9, 0).at(largest / 2 + 1), timestamp::unknown());
  EXPECT_EQ(tick_clock(20, 0).at(5), timestamp::unknown());
  EXPECT_EQ(tick_clock(0x80 | 64, 0).at(5), timestamp::unknown());
}

}  // namespace
}  // namespace kizashi::capture::internal
