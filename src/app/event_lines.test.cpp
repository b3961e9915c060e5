#include "kizashi/app/event_lines.hpp"

#include <gtest/gtest.h>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/app/findings.hpp"

namespace kizashi::app {
namespace {

using answer::json;
using answer::time_json;

constexpr timestamp nine{1'768'467'600'000'000'000};
constexpr auto odd_name = "north \"1\"\\\n";

auto shipped_tools() -> recognise::fingerprint_table const& {
  static auto const table = recognise::fingerprint_table::shipped();
  return table;
}

/// The same by the library, member by member.
auto slow_line(telescope::scan_event const& of) -> std::string {
  auto tools = json::array();
  for (auto const& each : tool_names(of.tools, shipped_tools())) tools.push_back(each);
  return json{{"sensor", odd_name},
              {"source", of.source.to_string()},
              {"type", name_of(of.type)},
              {"class", name_of(of.traffic_class)},
              {"pattern", name_of(of.pattern)},
              {"first", time_json(of.first)},
              {"last", time_json(of.last)},
              {"packets", of.packets},
              {"destinations", of.destinations.count},
              {"destinations_exact", of.destinations.is_exact},
              {"port", of.ports == 1 ? json(of.port) : json(nullptr)},
              {"ports", of.ports},
              {"tools", tools}}
      .dump();
}

TEST(event_lines, of_scans_are_what_the_library_writes) {
  event_lines lines{odd_name, shipped_tools()};
  telescope::scan_event each;
  each.source = *net::address::parse("192.0.2.7");
  each.type = recognise::packet_type::tcp_syn;
  each.first = nine;
  each.last = nine + std::chrono::seconds{90};
  each.packets = 12'345'678'901;
  each.destinations = {65'536, false};
  each.ports = 1;
  each.port = 23;
  EXPECT_EQ(lines.of(each), slow_line(each));
  each.source = *net::address::parse("2001:db8::1");
  each.ports = 7427;
  each.destinations.is_exact = true;
  for (std::uint64_t const tools : {1ULL, 0b1010ULL, 1ULL, ~0ULL}) {
    each.tools = tools;
    EXPECT_EQ(lines.of(each), slow_line(each));
  }
  each.first = timestamp::unknown();
  EXPECT_EQ(lines.of(each), slow_line(each));
}

TEST(event_lines, of_windows_and_victims_are_what_the_library_writes) {
  event_lines const lines{odd_name, shipped_tools()};
  telescope::window closed;
  closed.start = nine;
  closed.length = std::chrono::seconds{60};
  closed.packets = 1000;
  closed.wire_bytes = 60'000;
  closed.sources = 7;
  closed.destinations = 900;
  closed.ports.resize(3);
  EXPECT_EQ(lines.of(closed), (json{{"sensor", odd_name},
                                    {"start", time_json(nine)},
                                    {"seconds", 60},
                                    {"packets", 1000},
                                    {"wire_bytes", 60'000},
                                    {"sources", 7},
                                    {"destinations", 900},
                                    {"ports", 3}}
                                   .dump()));
  telescope::dos_event attack;
  attack.victim = *net::prefix::parse("198.51.100.0/24");
  attack.first = nine;
  attack.last = nine + std::chrono::minutes{6};
  attack.packets = 25'156;
  attack.most_per_minute = 4393;
  EXPECT_EQ(lines.of(attack), (json{{"sensor", odd_name},
                                    {"victim", attack.victim.to_string()},
                                    {"first", time_json(attack.first)},
                                    {"last", time_json(attack.last)},
                                    {"packets", 25'156},
                                    {"packets_per_minute", 4393}}
                                   .dump()));
}

}  // namespace
}  // namespace kizashi::app
