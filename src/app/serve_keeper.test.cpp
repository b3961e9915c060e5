#include "kizashi/app/serve_keeper.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;

auto at(std::string_view text) -> timestamp {
  return timestamp::parse(text).value();
}

TEST(serve_keeper, is_due_once_a_day) {
  auto const time = 3h + 40min;
  EXPECT_TRUE(is_due(time, at("2026-01-15T03:39:59Z"), at("2026-01-15T03:40:00Z")));
  EXPECT_FALSE(is_due(time, at("2026-01-15T03:40:00Z"), at("2026-01-15T03:40:01Z")));
  EXPECT_FALSE(is_due(time, at("2026-01-15T03:39:58Z"), at("2026-01-15T03:39:59Z")));
  // After midnight of a day that began long after the time.
  EXPECT_FALSE(is_due(time, at("2026-01-15T23:59:59Z"), at("2026-01-16T00:00:00Z")));
  EXPECT_TRUE(is_due(0s, at("2026-01-15T23:59:59Z"), at("2026-01-16T00:00:00Z")));
  // The machine slept over it.
  EXPECT_TRUE(is_due(time, at("2026-01-15T02:00:00Z"), at("2026-01-15T09:00:00Z")));
  EXPECT_FALSE(is_due(time, at("2026-01-15T09:00:00Z"), at("2026-01-15T02:00:00Z")));
  EXPECT_FALSE(is_due(time, timestamp::unknown(), at("2026-01-15T09:00:00Z")));
}

}  // namespace
}  // namespace kizashi::app
