#include "kizashi/engine/graph/graph.hpp"

#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/engine/graph/graph_features.hpp"
#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

/// The same by matrices and floods, with names instead of numbers.
[[nodiscard]] auto slow_features(activity_window const& of) -> graph_features {
  std::map<std::string, std::set<std::string>> neighbours;
  std::map<std::string, double> degree;
  double edges = 0;
  for (auto const& row : of.rows) {
    auto const source = of.sources[row.source].address.to_string();
    auto const at = row.at().to_string();
    neighbours[source].insert(at);
    neighbours[at].insert(source);
    ++degree[at];
    ++edges;
  }
  std::size_t largest = 0;
  std::set<std::string> seen;
  for (auto const& [start, next] : neighbours) {
    std::vector<std::string> todo{start};
    std::size_t size = 0;
    while (!todo.empty()) {
      auto const at = todo.back();
      todo.pop_back();
      if (!seen.insert(at).second) continue;
      ++size;
      for (auto const& each : neighbours[at]) todo.push_back(each);
    }
    largest = std::max(largest, size);
  }
  graph_features out;
  out.edges = edges;
  out.density = edges / static_cast<double>(of.sources.size() * degree.size());
  out.largest_component = static_cast<double>(largest) / static_cast<double>(neighbours.size());
  for (auto const& [at, each] : degree) out.entropy -= each / edges * std::log2(each / edges);
  out.entropy /= std::log2(static_cast<double>(degree.size()));
  return out;
}

[[nodiscard]] auto random_graph(random_source& chance, timestamp at, std::uint32_t sources)
    -> test::window_maker {
  test::window_maker out{at, 10min};
  for (std::uint32_t i = 0; i < sources; ++i) {
    std::set<service> where;
    for (auto many = 1 + chance.below(3); many > 0; --many)
      where.insert({6, static_cast<std::uint16_t>(20 + chance.below(30))});
    out.add(0x01000000 + i * 256, {where.begin(), where.end()});
  }
  return out;
}

TEST(graph_features, equal_those_of_a_slow_twin) {
  random_source chance{2};
  for (int round = 0; round < 30; ++round) {
    auto const window = random_graph(chance, test::monday, 2 + chance.below(40)).done();
    auto const edges = edges_of(window);
    auto const fast = features_of(window, edges, edges);
    auto const slow = slow_features(window);
    EXPECT_EQ(fast.edges, slow.edges);
    EXPECT_NEAR(fast.density, slow.density, 1e-12);
    EXPECT_NEAR(fast.largest_component, slow.largest_component, 1e-12);
    if (std::isfinite(slow.entropy)) {
      EXPECT_NEAR(fast.entropy, slow.entropy, 1e-9);
    }
    EXPECT_EQ(fast.new_edges, 0);
    EXPECT_EQ(features_of(window, edges, {}).new_edges, 1);
  }
}

TEST(graph_engine, sees_another_shape_and_names_what_grew) {
  random_source chance{3};
  auto const engine = test::made("graph");
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 4 * 144; ++i, at = at + 10min)
    ASSERT_TRUE(
        engine->observe(random_graph(chance, at, 30 + test::poisson(chance, 30)).done(), out));
  auto const before = out.all.size();
  EXPECT_LE(before, 3U);  // one a week is stated
  for (int i = 0; i < 36; ++i, at = at + 10min) {
    auto window = random_graph(chance, at, 30 + test::poisson(chance, 30));
    for (std::uint32_t j = 0; j < 60; ++j) window.add(0x50000000 + j * 256, {{17, 53413}});
    ASSERT_TRUE(engine->observe(window.done(), out));
  }
  bool is_named = false;
  for (auto i = before; i < out.all.size(); ++i) {
    EXPECT_TRUE(check(out.all[i]));
    for (auto const& each : out.all[i].services) is_named = is_named || each == service{17, 53413};
  }
  EXPECT_TRUE(is_named);
}

TEST(graph_engine, stands_empty_graphs_and_says_that_there_is_not_enough_data) {
  auto const engine = test::made("graph");
  finding_list out;
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(engine->observe(test::window_of(0, 0, test::monday + i * 10min, 10min), out));
  ASSERT_TRUE(engine->finish(out));
  ASSERT_EQ(out.all.size(), 1U);
  EXPECT_EQ(out.all[0].reason, "Not enough data: 30 graphs of 10min were seen, 161 are needed.");
}

TEST(graph_engine, goes_on_from_a_state_as_if_nothing_had_been) {
  random_source chance{5};
  auto const whole = test::made("graph");
  auto part = test::made("graph");
  finding_list of_whole;
  finding_list of_part;
  auto at = test::monday;
  for (int i = 0; i < 260; ++i, at = at + 10min) {
    auto const window = random_graph(chance, at, i > 240 ? 200 : 40).done();
    ASSERT_TRUE(whole->observe(window, of_whole));
    ASSERT_TRUE(part->observe(window, of_part));
    if (i % 61 == 0) {
      auto next = test::made("graph");
      auto const done = test::restored(*next, test::saved(*part));
      ASSERT_TRUE(done) << done.error().message;
      part = std::move(next);
    }
  }
  EXPECT_EQ(of_whole.all.size(), of_part.all.size());
  EXPECT_EQ(test::saved(*whole), test::saved(*part));
}

}  // namespace
}  // namespace kizashi::engine
