// Engines that hear others: high_risk, sensors, fuse.
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
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
  auto unsure = heard("surge", kind::surge, 23, 0min);
  unsure.confidence = 0.4;
  ASSERT_TRUE(engine->hear(unsure, out));
  EXPECT_TRUE(out.all.empty());  // less than even
  ASSERT_TRUE(engine->hear(heard("nmf", kind::group, 23, 10min), out));
  ASSERT_EQ(out.all.size(), 1U);
  EXPECT_EQ(out.all[0].engines, (std::vector<std::string>{"nmf", "surge"}));
  EXPECT_DOUBLE_EQ(out.all[0].confidence, 0.7);
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
  auto unsure = heard("surge", kind::surge, 23, 0min);
  unsure.confidence = 0.4;
  ASSERT_TRUE(engine->hear(unsure, out));
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

TEST(fuse_engine, keeps_the_id_of_what_it_has_told) {
  auto const engine = test::made("fuse");
  finding_list out;
  auto sure = heard("surge", kind::surge, 23, 30min);
  sure.confidence = 0.9;
  ASSERT_TRUE(engine->hear(sure, out));
  ASSERT_TRUE(engine->hear(heard("glasso", kind::group, 23, 20min), out));  // of an earlier window
  ASSERT_EQ(out.all.size(), 2U);
  EXPECT_EQ(out.all[1].id(), out.all[0].id());
}

// --- the rules read plainly ---------------------------------------------------------------------

/// What was heard, in its order, and nothing else. Each twin looks through all of it each time.
using heard_list = std::vector<finding>;

/// A surge of each sensor is the first of those that begin within an hour of it; sensors whose
/// surges begin within an hour of the one that is heard see the same. Told when there are two or
/// more, and more than the last time.
[[nodiscard]] auto plain_sensors(heard_list const& all) -> std::vector<std::string> {
  std::vector<std::string> out;
  std::map<service, std::size_t> told;
  std::map<std::pair<service, std::string>, timestamp> first;
  for (auto const& each : all) {
    if (each.kind != kind::surge) continue;
    auto const at = each.services[0];
    auto& mine = first.try_emplace({at, each.sensor}, each.first).first->second;
    if (each.first > mine + 1h) {
      mine = each.first;
      told[at] = 0;
    }
    std::set<std::string> near;
    for (auto const& [where, begin] : first)
      if (where.first == at && begin <= each.first + 1h && each.first <= begin + 1h)
        near.insert(where.second);
    if (near.size() < 2 || near.size() <= told[at]) continue;
    told[at] = near.size();
    out.push_back(fmt::format("{} {}", at.to_string(), fmt::join(near, ",")));
  }
  return out;
}

/// Each service at a sensor is told once, when its latest surge and its latest change of the graph
/// are no more than six hours apart.
[[nodiscard]] auto plain_high_risk(heard_list const& all) -> std::vector<std::string> {
  std::vector<std::string> out;
  std::set<std::string> told;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const latest = [&](std::string_view kind) -> finding const* {
      for (auto j = i + 1; j-- > 0;)
        if (all[j].kind == kind && all[j].sensor == all[i].sensor &&
            all[j].services == all[i].services)
          return &all[j];
      return nullptr;
    };
    auto const* const surge = latest(kind::surge);
    auto const* const graph = latest(kind::graph);
    auto const name = fmt::format("{} {}", all[i].services[0].to_string(), all[i].sensor);
    if (surge == nullptr || graph == nullptr || told.contains(name)) continue;
    if (all[i].kind != kind::surge && all[i].kind != kind::graph) continue;
    if (graph->first - surge->last > 6h || surge->first - graph->last > 6h) continue;
    told.insert(name);
    out.push_back(name);
  }
  return out;
}

/// An incident is what was heard of a service at a sensor without a day between. The surest word of
/// each engine counts; it is told when the engines together are sure enough, and one more agrees.
[[nodiscard]] auto plain_fuse(heard_list const& all) -> std::vector<std::string> {
  std::vector<std::string> out;
  std::map<std::string, heard_list> open;
  std::map<std::string, std::size_t> told;
  for (auto const& each : all) {
    auto const name = fmt::format("{} {}", each.services[0].to_string(), each.sensor);
    auto& mine = open[name];
    timestamp last;
    for (auto const& one : mine) last = std::max(last, one.last);
    if (!mine.empty() && each.first > last + 24h) {
      mine.clear();
      told[name] = 0;
    }
    auto const is_known_engine =
        std::ranges::any_of(mine, [&](auto const& one) { return one.engine == each.engine; });
    auto const shares = std::ranges::any_of(mine, [&](auto const& one) {
      return std::ranges::any_of(one.sources, [&](auto const& source) {
        return std::ranges::find(each.sources, source) != each.sources.end();
      });
    });
    if (!mine.empty() && !is_known_engine && !shares) continue;
    mine.push_back(each);
    std::map<std::string, double> sure;
    for (auto const& one : mine) sure[one.engine] = std::max(sure[one.engine], one.confidence);
    double wrong = 1;
    for (auto const& [engine, one] : sure) wrong *= 1 - one;
    if (sure.size() <= told[name] || 1 - wrong < 0.5) continue;
    told[name] = sure.size();
    out.push_back(fmt::format("{} {} {:.6f}", name, sure.size(), 1 - wrong));
  }
  return out;
}

[[nodiscard]] auto some_findings(std::uint64_t seed) -> heard_list {
  random_source chance{seed};
  std::string_view const kinds[] = {kind::surge, kind::graph, kind::group};
  std::string const engines[] = {"surge", "graph", "nmf"};
  std::string const sensors[] = {"north", "south", "west"};
  heard_list out;
  duration at{0};
  for (int i = 0; i < 400; ++i) {
    at += chance.below(8) == 0 ? duration{26h} : duration{10min} * chance.below(9);
    auto const which = chance.below(3);
    out.push_back(heard(engines[which], kinds[which], static_cast<std::uint16_t>(chance.below(4)),
                        at, sensors[chance.below(3)], chance.below(4)));
    out.back().confidence = 0.1 * chance.below(9);
  }
  return out;
}

TEST(joint_engines, say_what_their_rules_say_read_plainly) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto const all = some_findings(seed);
    for (auto const* name : {"sensors", "high_risk", "fuse"}) {
      auto const engine = test::made(name);
      finding_list out;
      for (auto const& each : all) ASSERT_TRUE(engine->hear(each, out));
      std::vector<std::string> said;
      for (auto const& each : out.all) {
        EXPECT_TRUE(check(each));
        auto const at = each.services[0].to_string();
        said.push_back(
            each.kind == kind::global      ? fmt::format("{} {}", at, fmt::join(each.sensors, ","))
            : each.kind == kind::high_risk ? fmt::format("{} {}", at, each.sensor)
                                           : fmt::format("{} {} {} {:.6f}", at, each.sensor,
                                                         each.engines.size(), each.confidence));
      }
      auto const expected = engine->about().name == "sensors"     ? plain_sensors(all)
                            : engine->about().name == "high_risk" ? plain_high_risk(all)
                                                                  : plain_fuse(all);
      EXPECT_GT(expected.size(), 2U);
      EXPECT_EQ(said, expected) << name << " " << seed;
    }
  }
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
