// What scenarios say and what a person reads when one is wrong.
#include "kizashi/capture/synth/scenario.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/synth/actor_manual.hpp"

namespace kizashi::capture::synth {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view head = "duration = \"10min\"\ndark = [\"203.0.113.0/24\"]\n";

auto parse(std::string_view rest) -> result<scenario> {
  return parse_scenario(std::string{head} + std::string{rest}, "a.toml");
}

/// The message for one wrong line at line 7 of a scenario that is good otherwise.
auto complaint(std::string_view line, std::string_view kind = "mirai") -> std::string {
  auto const text = "[[actor]]\nname = \"x\"\nkind = \"" + std::string{kind} + "\"\nrate = 1\n" +
                    std::string{line} + "\n";
  auto const answer = parse(text);
  return answer ? "no complaint" : answer.error().message;
}

TEST(Scenario, ReadsAllKeys) {
  auto const answer = parse_scenario(R"(
description = "d"
seed = 7
start = "2026-01-15T09:00:00+09:00"
duration = "1h30min"
dark = ["2001:db8::/32", "203.0.113.0/24", "198.18.0.0/16"]
rhythm = { amplitude = 0.5, peak = "14h" }
[[gap]]
from = "1min"
to = "2min"
[[actor]]
name = "bots"
kind = "botnet"
tool = "mirai"
sources = 30
groups = 3
pool = ["192.0.2.0/24"]
rate = 2
start = "5min"
stop = "10min"
daily_start = "1h"
daily_stop = "2h"
rhythm = false
ports = { 23 = 9, 2323 = 1 }
tail = 0.25
slot = "2min"
activity = 0.5
participation = 0.75
)",
                                     "folder/night.toml");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->name, "night");
  EXPECT_EQ(answer->description, "d");
  EXPECT_EQ(answer->seed, 7);
  EXPECT_EQ(answer->start.to_string(), "2026-01-15T00:00:00.000000000Z");
  EXPECT_EQ(answer->length, 90min);
  ASSERT_EQ(answer->dark.size(), 3U);
  EXPECT_EQ(answer->dark[0].to_string(), "198.18.0.0/16");
  EXPECT_EQ(answer->rhythm_amplitude, 0.5);
  EXPECT_EQ(answer->rhythm_peak, 14h);
  ASSERT_EQ(answer->gaps.size(), 1U);
  EXPECT_EQ(answer->gaps[0].from, 1min);
  EXPECT_EQ(answer->gaps[0].to, 2min);
  auto const& bots = answer->actors.at(0);
  EXPECT_EQ(bots.tool, "mirai");
  EXPECT_EQ(bots.groups, 3U);
  EXPECT_EQ(bots.rate, 2);
  EXPECT_EQ(bots.start, 5min);
  EXPECT_EQ(bots.stop, 10min);
  EXPECT_EQ(bots.daily_start, 1h);
  EXPECT_FALSE(bots.rhythm);
  EXPECT_THAT(bots.ports, testing::ElementsAre(port_weight{23, 9}, port_weight{2323, 1}));
  EXPECT_EQ(bots.tail, 0.25);
  EXPECT_EQ(bots.slot, 2min);
  EXPECT_EQ(bots.activity, 0.5);
  EXPECT_EQ(bots.participation, 0.75);
  EXPECT_THAT(bots.parameters, HasSubstr("\"sources\" : 30"));
}

TEST(Scenario, HasDefaults) {
  auto const answer = parse("[[actor]]\nname = \"x\"\nkind = \"mirai\"\npackets = 5\nzipf = 1.5\n");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->seed, 1U);
  EXPECT_EQ(answer->start.to_string(), "2026-01-15T00:00:00.000000000Z");
  auto const& bots = answer->actors.at(0);
  EXPECT_EQ(bots.zipf, 1.5);
  EXPECT_EQ(bots.sources, 1U);
  EXPECT_TRUE(bots.rhythm);
  EXPECT_THAT(bots.ports, testing::ElementsAre(port_weight{23, 9}, port_weight{2323, 1}));
}

TEST(Scenario, EachWrongValueHasItsPlace) {
  EXPECT_EQ(complaint("sources = 0"),
            "a.toml:7:11: actor.x.sources is 0; expected a whole number from 1 to 4000000");
  EXPECT_EQ(complaint("sources = \"many\""),
            "a.toml:7:11: actor.x.sources is \"many\"; expected a whole number from 1 to 4000000");
  EXPECT_EQ(complaint("tail = 1.5"),
            "a.toml:7:8: actor.x.tail is 1.5; expected a number from 0 to 1");
  EXPECT_EQ(complaint("zipf = nan"),
            "a.toml:7:8: actor.x.zipf is nan; expected a number from 0 to 5");
  EXPECT_EQ(complaint("rhythm = 1"), "a.toml:7:10: actor.x.rhythm is 1; expected true or false");
  EXPECT_EQ(complaint("start = \"11min\""),
            "a.toml:7:9: actor.x.start is \"11min\"; expected a length of time from 0s to 10min in "
            "whole seconds, such as "
            "\"90s\"");
  EXPECT_EQ(complaint("start = \"1500ms\""),
            "a.toml:7:9: actor.x.start is \"1500ms\"; expected a length of time from 0s to 10min "
            "in whole seconds, such as "
            "\"90s\"");
  EXPECT_EQ(complaint("start = \"3min\"\nstop = \"2min\""),
            "a.toml:8:8: actor.x.stop is \"2min\"; expected a time after its start, 3min");
  EXPECT_EQ(complaint("daily_start = \"3h\""),
            "a.toml:7:15: actor.x.daily_start is \"3h\"; expected daily_start and daily_stop "
            "together, or none of them");
  EXPECT_EQ(complaint("packets = 5"),
            "a.toml:6:8: actor.x.rate is 1; expected rate or packets, not both");
  EXPECT_EQ(complaint("pool = [\"192.0.2.1/24\"]"),
            "a.toml:7:9: actor.x.pool: \"192.0.2.1/24\" is not a prefix such as 192.0.2.0/24: bits "
            "below the length are set; 192.0.2.0/24 was meant?");
  EXPECT_EQ(complaint("pool = [\"2001:db8::/64\"]"),
            "a.toml:7:8: actor.x.pool is a list; expected IPv4 prefixes, as the kind is mirai; "
            "2001:db8::/64 is none");
  EXPECT_EQ(complaint("pool = [\"192.0.2.0/24\", \"192.0.2.8\"]"),
            "a.toml:7:8: actor.x.pool is a list; expected prefixes that do not overlap");
  EXPECT_EQ(complaint("pool = [\"192.0.2.0/30\"]\nsources = 5"),
            "a.toml:8:11: actor.x.sources is 5; expected no more than the 4 addresses of its pool");
}

TEST(Scenario, EachWrongListHasItsPlace) {
  std::string const ports = "expected ports from 0 to 65535 such as [23, 80] or { 23 = 9, 80 = 1 }";
  EXPECT_EQ(complaint("ports = 23"),
            "a.toml:7:9: actor.x.ports is 23; " + ports + ", as a list or as a table with weights");
  EXPECT_EQ(complaint("ports = [23, 70000]"), "a.toml:7:14: actor.x.ports is 70000; " + ports);
  EXPECT_EQ(complaint("ports = [\"23\"]"), "a.toml:7:10: actor.x.ports is \"23\"; " + ports);
  EXPECT_EQ(complaint("ports = { telnet = 1 }"), "a.toml:7:11: actor.x.ports has telnet; " + ports);
  EXPECT_EQ(complaint("ports = { 23 = -1 }"),
            "a.toml:7:16: actor.x.ports.23 is -1; expected a whole number from 0 to 1000000");
  EXPECT_EQ(complaint("ports = { 23 = 0 }"), "a.toml:7:9: actor.x.ports is a table; " + ports +
                                                 ", one of them with a weight above 0");
  EXPECT_EQ(complaint("services = [\"dns\", \"http\"]", "amplification"),
            "a.toml:7:20: actor.x.services is \"http\"; expected names from dns, ntp, ssdp, cldap, "
            "memcached, snmp, chargen, "
            "qotd");
  EXPECT_EQ(complaint("answers = { ack = 1, rst = 1 }", "backscatter"),
            "a.toml:7:13: actor.x.answers has ack; expected names from synack, rst, "
            "port_unreachable, host_unreachable, "
            "ttl_exceeded, echo_reply");
}

TEST(Scenario, KeysAndKindsAreSuggested) {
  EXPECT_THAT(complaint("sorces = 3"),
              testing::StartsWith("a.toml:7:1: actor.x.sorces is not known; did you mean sources? "
                                  "an actor of kind mirai may have name, "));
  EXPECT_THAT(complaint("answers = [\"rst\"]"),
              testing::StartsWith(
                  "a.toml:7:1: actor.x.answers is not known; an actor of kind mirai may have "));
  EXPECT_THAT(
      complaint("", "miray"),
      HasSubstr("a.toml:5:8: actor.x.kind is \"miray\"; expected one of mirai, zmap_old, "));
  EXPECT_EQ(complaint("", "ipv6"),
            "a.toml:5:8: actor.x.kind is \"ipv6\"; expected an IPv6 prefix in dark for an actor of "
            "kind ipv6");
  EXPECT_EQ(
      complaint("tool = \"nmap\"\nwindow = 5", "slow"),
      "a.toml:8:10: actor.x.window is 5; expected no such key, as the tool is nmap, which sets it");
  EXPECT_EQ(complaint("tool = \"p0f_sendsyn\"\nrelation = \"ip.id = 5\"", "slow"),
            "a.toml:8:12: actor.x.relation is \"ip.id = 5\"; expected no such key, as the tool is "
            "p0f_sendsyn, which sets it");
  EXPECT_THAT(
      complaint("relation = \"ip.id\"", "syn"),
      testing::StartsWith("a.toml:7:12: actor.x.relation is \"ip.id\"; expected TARGET = "));
  EXPECT_EQ(complaint("zipf = 1", "slow"),
            "a.toml:7:8: actor.x.zipf is 1; expected no such key, as the sources of kind slow send "
            "alike");
  EXPECT_EQ(complaint("groups = 2", "botnet"),
            "a.toml:7:10: actor.x.groups is 2; expected no more groups than sources, 1");
}

TEST(Scenario, TheWholeIsChecked) {
  auto const message = [](std::string_view text) {
    auto const answer = parse_scenario(text, "a.toml");
    return answer ? "no complaint" : answer.error().message;
  };
  EXPECT_EQ(
      message(""),
      "a.toml:1:1: duration is missing; expected how long the telescope watches, such as \"1h\"\n"
      "a.toml:1:1: dark is missing; expected the prefixes of the telescope, such as "
      "[\"203.0.113.0/24\"]\n"
      "a.toml:1:1: actor is missing; expected at least one table that begins with [[actor]]");
  EXPECT_THAT(message("duration = \"1h"), testing::StartsWith("a.toml:1:"));
  EXPECT_THAT(message("duration = \"1h"), HasSubstr("not TOML: "));
  EXPECT_THAT(message(std::string{head} + "start = \"noon\"\n"),
              HasSubstr("a.toml:3:9: start is \"noon\"; expected a time in whole seconds such as "
                        "\"2026-01-15T00:00:00Z\""));
  EXPECT_THAT(message("dark = [\"10.0.0.0/7\"]"),
              HasSubstr("expected at most 16777216 IPv4 addresses in all"));
  EXPECT_THAT(message(std::string{head} + "[[gap]]\nfrom = \"2min\"\nto = \"1min\"\n"),
              HasSubstr("a.toml:5:6: gap.to is \"1min\"; expected a time after its from, 2min"));
  EXPECT_THAT(message(std::string{head} + "colour = 1\n"),
              HasSubstr("a.toml:3:1: colour is not known; a scenario may have "));
  auto const actor = "[[actor]]\nname = \"x\"\nkind = \"mirai\"\nrate = 1\n";
  EXPECT_EQ(message(std::string{head} + actor + actor),
            "a.toml:8:8: actor.name is \"x\"; expected a name that no other actor has");
}

TEST(Scenario, ShippedOnesAreSound) {
  std::vector<std::string> names;
  for (auto const& each : list_scenarios()) {
    names.emplace_back(each.name);
    auto const answer = parse_scenario(each.text, each.name);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_FALSE(answer->description.empty()) << each.name;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"quiet", "nicter-hour", "outbreak", "backscatter",
                                            "botnet", "mixed", "speed", "speed-wide", "planted",
                                            "slow-and-coordinated", "three-days"}));
}

TEST(Scenario, MixedHasEveryKind) {
  auto const mixed = load_scenario("mixed");
  ASSERT_TRUE(mixed.has_value());
  for (auto const& row : actor_manual())
    EXPECT_THAT(mixed->actors, testing::Contains(testing::Field(&actor_spec::kind, row.name)));
}

TEST(Scenario, ChangesKeepRates) {
  auto const base = parse(
      "[[actor]]\nname = \"a\"\nkind = \"mirai\"\npackets = 1000\n"
      "[[actor]]\nname = \"b\"\nkind = \"mirai\"\nrate = 2\nstop = \"5min\"\n");
  ASSERT_TRUE(base.has_value());
  scenario_changes changes;
  changes.length = 20min;
  changes.scale = 3;
  changes.seed = 11;
  auto const changed = change_scenario(*base, changes);
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->seed, 11U);
  EXPECT_EQ(changed->length, 20min);
  EXPECT_EQ(changed->actors[0].packets, 6000U);
  EXPECT_EQ(changed->actors[1].rate, 6);
  EXPECT_EQ(changed->actors[1].stop, 5min);
}

TEST(Scenario, ChangesOutOfBoundsNameTheirOption) {
  auto const message = [](auto const& change) {
    scenario_changes changes;
    change(changes);
    auto const done = check_changes(changes);
    return done ? "" : done.error().message;
  };
  EXPECT_EQ(message([](auto& of) { of.scale = 1e6; }), "");
  EXPECT_EQ(message([](auto& of) { of.scale = -1; }),
            "--rate-scale is -1; expected more than 0 and up to 1,000,000");
  EXPECT_EQ(message([](auto& of) { of.scale = std::nan(""); }),
            "--rate-scale is nan; expected more than 0 and up to 1,000,000");
  EXPECT_EQ(message([](auto& of) { of.length = 0s; }),
            "--duration is 0s; expected whole seconds from 1s to 366d");
  EXPECT_EQ(message([](auto& of) { of.length = 1500ms; }),
            "--duration is 1s500ms; expected whole seconds from 1s to 366d");
  EXPECT_EQ(message([](auto& of) { of.length = 366 * 24h + 1s; }),
            "--duration is 366d1s; expected whole seconds from 1s to 366d");
  EXPECT_EQ(message([](auto& of) { of.packets = 0; }),
            "--packets is 0; expected 1 to 1099511627776");
  EXPECT_EQ(message([](auto& of) { of.packets = most_packets + 1; }),
            "--packets is 1099511627777; expected 1 to 1099511627776");
}

}  // namespace
}  // namespace kizashi::capture::synth
