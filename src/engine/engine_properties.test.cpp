// What holds for every engine that looks at windows: when they were and what the sources are called
// does not matter.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

struct played_month {
  duration shift{};          // of all windows
  std::uint32_t rename = 0;  // added to all addresses
};

/// Sixty sources at ports of their own, and at times thirty others
/// that go to three ports together.
auto property_window(random_source& random, timestamp start, duration length, bool is_together,
                     std::uint32_t rename) -> activity_window {
  test::window_maker maker{start, length};
  for (std::uint32_t i = 0; i < 90; ++i) {
    auto const is_member = i >= 60;
    if (random.unit() < (is_member && is_together ? 0.1 : 0.6)) continue;
    auto const source = (((i + 1) << 16) | 7) + rename;
    auto const port = static_cast<std::uint16_t>(10'000 + random.below(40));
    if (is_member && is_together)
      maker.add(source, {{6, 8291}, {6, 8292}, {6, 8293}});
    else
      maker.add(source, {{6, port}});
  }
  return maker.done();
}

auto played(std::string const& name, played_month const& how) -> std::vector<finding> {
  std::vector<std::pair<std::string, std::string>> options{{"change.mode", "compatible"}};
  if (name != "change")
    options = {{name + ".false_alarms", "1000"},
               {name + ".history", name == "surge" ? "1h" : "50"}};
  auto const on = test::made(name, options);
  random_source random{11};
  finding_list found;
  auto const length = on->interval();
  auto const whole = name == "glasso" ? duration{10min} : duration{30min};
  auto const windows = length < whole ? 66 * (whole / length) : 600;
  auto const last = length < whole ? whole / length : 20;
  for (std::int64_t i = 0; i < windows; ++i) {
    auto const is_together = i >= windows - last || (length < whole && i / last % 40 == 39);
    EXPECT_TRUE(on->observe(property_window(random, test::monday + i * length + how.shift, length,
                                            is_together, how.rename),
                            found));
  }
  EXPECT_TRUE(on->finish(found));
  return found.all;
}

class engine_properties : public testing::TestWithParam<char const*> {};
INSTANTIATE_TEST_SUITE_P(all, engine_properties,
                         testing::Values("change", "surge", "graph", "glasso", "nmf", "ntd"));

TEST_P(engine_properties, findings_move_with_time_and_names) {
  constexpr played_month moved{.shift = 8 * 7 * 24h, .rename = 3U << 24};
  auto const first = played(GetParam(), {});
  auto const second = played(GetParam(), moved);
  EXPECT_FALSE(first.empty());
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    auto const &a = first[i], &b = second[i];
    EXPECT_EQ(a.first + moved.shift, b.first);
    EXPECT_EQ(a.last + moved.shift, b.last);
    EXPECT_EQ(a.services, b.services);
    EXPECT_EQ(a.score, b.score);
    EXPECT_EQ(a.threshold, b.threshold);
    EXPECT_EQ(a.level, b.level);
    ASSERT_EQ(a.sources.size(), b.sources.size());
    for (std::size_t k = 0; k < a.sources.size(); ++k)
      EXPECT_EQ(a.sources[k].as_ipv4().value() + moved.rename, b.sources[k].as_ipv4().value());
  }
}

}  // namespace
}  // namespace kizashi::engine
