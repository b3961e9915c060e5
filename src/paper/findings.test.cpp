#include "kizashi/paper/findings.hpp"

#include <gtest/gtest.h>

namespace kizashi::paper {
namespace {

constexpr std::int64_t found_hour = 3'600'000'000'000;

auto finding_at(std::int64_t hour, std::string engine, std::uint16_t port) -> engine::finding {
  engine::finding out;
  out.engine = std::move(engine);
  out.kind = out.engine;
  out.sensor = "north";
  out.first = timestamp{hour * found_hour};
  out.last = timestamp{(hour + 1) * found_hour};
  if (port != 0) out.services = {{6, port}};
  out.source_count = static_cast<std::uint64_t>(hour);
  return out;
}

using texts = std::vector<std::string>;

TEST(told_once, joins_what_is_about_the_same_within_a_day) {
  auto joint = finding_at(100, "fuse", 23);
  joint.engines = {"graph", "surge"};
  auto elsewhere = finding_at(100, "surge", 23);
  elsewhere.sensor = "south";
  // The one at 148 is near only by the one at 124, which stands behind it.
  auto const told =
      told_once({joint, finding_at(148, "surge", 23), finding_at(124, "nmf", 23),
                 finding_at(100, "surge", 80), elsewhere, finding_at(174, "ntd", 23)});
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[0].strongest.engine, "fuse");
  EXPECT_EQ(told[0].count, 3U);
  EXPECT_EQ(told[0].engines, (texts{"graph", "nmf", "surge"}));
  EXPECT_EQ(told[0].first, timestamp{100 * found_hour});
  EXPECT_EQ(told[0].last, timestamp{149 * found_hour});
  EXPECT_EQ(told[0].source_count, 148U);
  EXPECT_EQ(told[1].strongest.services[0].port, 80);
  EXPECT_EQ(told[2].strongest.sensor, "south");
  EXPECT_EQ(told[3].strongest.engine, "ntd") << "25 hours after the end of the others";
}

TEST(told_once, keeps_engines_apart_that_name_no_port) {
  auto const told = told_once(
      {finding_at(1, "change", 0), finding_at(2, "glasso", 0), finding_at(3, "change", 0)});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].count, 2U);
  EXPECT_EQ(told[0].engines, texts{"change"});
  EXPECT_EQ(told[1].count, 1U);
}

}  // namespace
}  // namespace kizashi::paper
