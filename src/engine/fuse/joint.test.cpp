// Engines that hear others: high_risk, sensors, fuse.
#include <chrono>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

/// A finding of `engine` about tcp/`port`, whose sources begin at `first_source`.
[[nodiscard]] auto heard(std::string engine, std::string_view kind, std::uint16_t port, duration at,
                         std::string sensor = "north", std::uint32_t first_source = 1) -> finding {
  finding out;
  out.engine = std::move(engine);
  out.engine_version = 1;
  out.kind = kind;
  out.sensor = std::move(sensor);
  out.first = test::monday + at;
  out.last = out.first + 10min;
  out.services = {{6, port}};
  out.sources = {net::ipv4{first_source}, net::ipv4{first_source + 1}};
  out.source_count = 2;
  out.score = 10;
  out.threshold = 8;
  out.confidence = 0.5;
  out.level = finding_level::medium;
  out.reason = "Many came.";
  return out;
}

TEST(high_risk_engine, joins_surge_and_graph_at_one_port) {
  auto const engine = test::made("high_risk");
  finding_list out;
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 0min), out));
  ASSERT_TRUE(engine->hear(heard("graph", kind::graph, 24, 10min), out));
  ASSERT_TRUE(engine->hear(heard("graph", kind::graph, 23, 10min, "south"), out));
  EXPECT_TRUE(out.all.empty());
  ASSERT_TRUE(engine->hear(heard("graph", kind::graph, 23, 20min), out));
  ASSERT_EQ(out.all.size(), 1U);
  auto const& found = out.all[0];
  EXPECT_EQ(found.kind, kind::high_risk);
  EXPECT_EQ(found.engines, (std::vector<std::string>{"graph", "surge"}));
  EXPECT_EQ(found.level, finding_level::high);
  EXPECT_DOUBLE_EQ(found.confidence, 0.75);
  ASSERT_TRUE(engine->hear(heard("graph", kind::graph, 23, 30min), out));
  EXPECT_EQ(out.all.size(), 1U);  // told once
  ASSERT_TRUE(engine->advance_to(test::monday + 24h, out));
  ASSERT_TRUE(engine->hear(heard("graph", kind::graph, 23, 25h), out));
  EXPECT_EQ(out.all.size(), 1U);  // the surge is long over
}

TEST(sensors_engine, says_who_saw_it_first) {
  auto const engine = test::made("sensors");
  finding_list out;
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 30min, "south"), out));
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 30min, "south"), out));
  EXPECT_TRUE(out.all.empty());
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 10min, "north", 2), out));
  ASSERT_EQ(out.all.size(), 1U);
  auto const& found = out.all[0];
  EXPECT_EQ(found.kind, kind::global);
  EXPECT_EQ(found.sensor, "");
  EXPECT_EQ(found.sensors, (std::vector<std::string>{"north", "south"}));
  EXPECT_EQ(
      found.reason,
      "tcp/23 is asked for by more sources at 2 sensors: north saw it first, south 20 minutes "
      "later.");
  EXPECT_EQ(found.source_count, 3U);  // one was seen by both
  EXPECT_EQ(found.sources.size(), 3U);
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 20min, "west"), out));
  EXPECT_EQ(out.all.size(), 2U);
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 40h, "east"), out));
  EXPECT_EQ(out.all.size(), 2U);
}

TEST(fuse_engine, tells_when_engines_agree_and_keeps_back_the_unsure) {
  auto const engine = test::made("fuse");
  finding_list out;
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 0min), out));
  EXPECT_TRUE(out.all.empty());  // 0.5 is not enough
  ASSERT_TRUE(engine->hear(heard("nmf", kind::group, 23, 10min), out));
  ASSERT_EQ(out.all.size(), 1U);
  EXPECT_EQ(out.all[0].engines, (std::vector<std::string>{"nmf", "surge"}));
  EXPECT_DOUBLE_EQ(out.all[0].confidence, 0.75);
  EXPECT_EQ(out.all[0].reason, "2 engines agree (nmf, surge). nmf: Many came.");
  ASSERT_TRUE(engine->hear(heard("nmf", kind::group, 23, 20min), out));
  EXPECT_EQ(out.all.size(), 1U);  // nothing new in it
  auto worse = heard("surge", kind::surge, 23, 30min);
  worse.level = finding_level::critical;
  worse.confidence = 0.9;
  ASSERT_TRUE(engine->hear(worse, out));
  ASSERT_EQ(out.all.size(), 2U);
  EXPECT_EQ(out.all[1].level, finding_level::critical);
  EXPECT_EQ(out.all[1].id(), out.all[0].id());  // the same incident
}

TEST(fuse_engine, asks_for_a_common_source_and_is_less_sure_of_scanners) {
  auto const engine = test::made("fuse");
  finding_list out;
  ASSERT_TRUE(engine->hear(heard("surge", kind::surge, 23, 0min), out));
  ASSERT_TRUE(engine->hear(heard("nmf", kind::group, 23, 10min, "north", 1000), out));
  EXPECT_TRUE(out.all.empty());
  auto scanners = heard("glasso", kind::group, 23, 20min);
  scanners.values = {{"known scanners", 2.0}};
  scanners.confidence = 0.99;
  ASSERT_TRUE(engine->hear(scanners, out));
  EXPECT_TRUE(out.all.empty());
}

TEST(fuse_engine, hears_no_joint_findings_and_none_about_everything) {
  auto const engine = test::made("fuse");
  finding_list out;
  auto joint = heard("high_risk", kind::high_risk, 23, 0min);
  joint.engines = {"graph", "surge"};
  joint.confidence = 0.9;
  ASSERT_TRUE(engine->hear(joint, out));
  auto wide = heard("graph", kind::graph, 1, 0min);
  wide.confidence = 0.9;
  for (std::uint16_t port = 2; port < 40; ++port) wide.services.push_back({6, port});
  ASSERT_TRUE(engine->hear(wide, out));
  EXPECT_TRUE(out.all.empty());
}

class joint_engines_test : public testing::TestWithParam<char const*> {};

TEST_P(joint_engines_test, go_on_from_a_state_as_if_nothing_had_been) {
  random_source chance{31};
  auto const whole = test::made(GetParam());
  auto part = test::made(GetParam());
  finding_list of_whole;
  finding_list of_part;
  std::string_view const kinds[] = {kind::surge, kind::graph, kind::group};
  std::string const engines[] = {"surge", "graph", "nmf"};
  for (int i = 0; i < 300; ++i) {
    auto const which = chance.below(3);
    auto const each =
        heard(engines[which], kinds[which], static_cast<std::uint16_t>(chance.below(4)), i * 10min,
              chance.below(2) == 0 ? "north" : "south", chance.below(3));
    ASSERT_TRUE(whole->hear(each, of_whole));
    ASSERT_TRUE(part->hear(each, of_part));
    if (i % 10 == 0) {
      ASSERT_TRUE(whole->advance_to(each.first, of_whole));
      ASSERT_TRUE(part->advance_to(each.first, of_part));
    }
    if (i % 41 == 0) {
      auto next = test::made(GetParam());
      auto const done = test::restored(*next, test::saved(*part));
      ASSERT_TRUE(done) << done.error().message;
      part = std::move(next);
    }
  }
  EXPECT_FALSE(of_whole.all.empty());
  ASSERT_EQ(of_whole.all.size(), of_part.all.size());
  for (std::size_t i = 0; i < of_whole.all.size(); ++i) {
    EXPECT_TRUE(check(of_whole.all[i]));
    EXPECT_EQ(of_whole.all[i].reason, of_part.all[i].reason);
  }
  EXPECT_EQ(test::saved(*whole), test::saved(*part));
}

INSTANTIATE_TEST_SUITE_P(all, joint_engines_test, testing::Values("high_risk", "sensors", "fuse"),
                         [](auto const& each) { return std::string{each.param}; });

}  // namespace
}  // namespace kizashi::engine
