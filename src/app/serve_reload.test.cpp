#include "kizashi/app/serve_reload.hpp"

#include <gtest/gtest.h>

#include "kizashi/app/settings.hpp"

namespace kizashi::app {
namespace {

auto config_of(std::string_view text) -> config {
  return config::parse(setting_keys(), text, "f.toml").value();
}

auto text_of_changes(std::vector<config_change> const& all) -> std::string {
  std::string out;
  for (auto const& each : all) out += each.name + ": " + each.before + " -> " + each.after + "\n";
  return out;
}

TEST(serve_reload, keys_that_hold_at_once_and_keys_that_wait) {
  auto const started =
      config_of("log.level = 'info'\nserve.flush = '5s'\n[sensor.a]\ninput = '-'\n");
  auto const wanted =
      config_of("log.level = 'debug'\nserve.flush = '1s'\nread.top = 3\n[sensor.b]\nspeed = 3\n");
  auto const plan = plan_reload(started, started, wanted);
  EXPECT_EQ(text_of_changes(plan.live), "log.level: \"info\" -> \"debug\"\n");
  auto const waiting = text_of_changes(plan.waiting);
  EXPECT_NE(waiting.find("serve.flush: \"5s\" -> \"1s\"\n"), std::string::npos) << waiting;
  EXPECT_NE(waiting.find("sensor.a.input: \"-\" -> \n"), std::string::npos) << waiting;
  EXPECT_NE(waiting.find("sensor.b.speed:  -> 3\n"), std::string::npos) << waiting;
  EXPECT_EQ(waiting.find("read.top"), std::string::npos) << waiting;
}

TEST(serve_reload, what_waits_is_told_again_and_what_holds_is_not) {
  auto const started = config_of("");
  auto const current = config_of("log.level = 'debug'");
  auto const wanted = config_of("log.level = 'debug'\nserve.flush = '1s'");
  auto const plan = plan_reload(started, current, wanted);
  EXPECT_TRUE(plan.live.empty());
  EXPECT_EQ(plan.waiting.size(), 1U);
  EXPECT_TRUE(plan_reload(started, wanted, started).waiting.empty());
}

}  // namespace
}  // namespace kizashi::app
