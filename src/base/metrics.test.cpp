#include "kizashi/base/metrics.hpp"

#include <gtest/gtest.h>

namespace kizashi {
namespace {

// By the exposition format, https://prometheus.io/docs/instrumenting/exposition_formats/
TEST(metrics, are_written_as_text) {
  metrics all;
  all.gauge("b_seconds", "How long.\nReally").set(1.5);
  auto& first = all.counter("a_total", "How many.", {{"kind", "x\"y\\z\n"}});
  first.add();
  first.add(2);
  all.counter("a_total", "How many.", {{"kind", "w"}}).add(4);
  all.ask("c", "Asked.", [] { return 7.0; });
  all.ask("d_total", "Asked.", [] { return 8.0; });
  EXPECT_EQ(all.write(),
            "# HELP a_total How many.\n"
            "# TYPE a_total counter\n"
            "a_total{kind=\"x\\\"y\\\\z\\n\"} 3\n"
            "a_total{kind=\"w\"} 4\n"
            "# HELP b_seconds How long.\\nReally\n"
            "# TYPE b_seconds gauge\n"
            "b_seconds 1.5\n"
            "# HELP c Asked.\n"
            "# TYPE c gauge\n"
            "c 7\n"
            "# HELP d_total Asked.\n"
            "# TYPE d_total counter\n"
            "d_total 8\n");
}

TEST(metrics, are_the_same_when_asked_again) {
  metrics all;
  auto& one = all.counter("a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&one, &all.counter("a_total", "A.", {{"x", "1"}}));
  EXPECT_NE(&one, &all.counter("a_total", "A.", {{"x", "2"}}));
}

TEST(metrics, histograms_add_up) {
  metrics all;
  double const bounds[] = {0.1, 1};
  auto& of = all.histogram("h_seconds", "H.", bounds, {{"op", "a"}});
  for (auto const each : {0.05, 0.1, 0.5, 1.0, 2.0}) of.see(each);
  EXPECT_EQ(all.write(),
            "# HELP h_seconds H.\n"
            "# TYPE h_seconds histogram\n"
            "h_seconds_bucket{op=\"a\",le=\"0.1\"} 2\n"
            "h_seconds_bucket{op=\"a\",le=\"1\"} 4\n"
            "h_seconds_bucket{op=\"a\",le=\"+Inf\"} 5\n"
            "h_seconds_sum{op=\"a\"} 3.65\n"
            "h_seconds_count{op=\"a\"} 5\n");
}

}  // namespace
}  // namespace kizashi
