// Serves the API for tests: `serve_api STORE|none [OPTION=VALUE]...`. Prints the addresses it
// listens at, one a line, then an empty line. Lines of standard input do things; the end of it ends
// the program.
//
// `serve_api --describe` prints the description of the API, for schema/openapi.json.
//
//   event TOPIC SENSOR|- ADDRESS|- JSON     an event
//   frame MARKS                             a frame with so many packets
//   finding SENSOR ENGINE LEVEL HOUR PORT SOURCE...
//                                           a finding in the store; prints its id, then an empty
//                                           line
//   forget SECRET                           a token or session is no longer good
//   audit                                   prints the audit log, then an empty line
//   stop                                    stops the server, and says so
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "kizashi/api/desk.hpp"
#include "kizashi/api/memory_access.hpp"
#include "kizashi/api/people.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/api/report_files.hpp"
#include "kizashi/api/server.hpp"
#include "kizashi/app/serve_export.hpp"
#include "kizashi/app/serve_filter.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/store/embedded_engine.hpp"
#include "kizashi/store/engine_findings.hpp"
#include "kizashi/store/schema.hpp"

namespace {

using namespace kizashi;

void add_accounts(api::memory_access& accounts) {
  using api::role;
  accounts.add("guest-token", {.name = "guest", .role = role::guest});
  accounts.add("partner-token",
               {.name = "city",
                .role = role::partner,
                .scope = {false, {"small"}, {*net::prefix::parse("198.51.100.0/24")}}});
  accounts.add("south-token",
               {.name = "south", .role = role::partner, .scope = {false, {"south"}, {}}});
  accounts.add("nothing-token", {.name = "nothing", .role = role::partner});
  accounts.add(
      "analyst-token",
      {.name = "ann", .role = role::analyst, .scope = {true, {}, {}}, .has_destinations = true});
  accounts.add("blind-token", {.name = "bob", .role = role::analyst, .scope = {true, {}, {}}});
  accounts.add("analyst-session", {.name = "eve",
                                   .role = role::analyst,
                                   .scope = {true, {}, {}},
                                   .login = api::login::session,
                                   .csrf_token = "csrf-of-eve",
                                   .has_destinations = true});
}

auto set(api::server_options& options, std::string_view name, std::string_view value) -> bool {
  auto const number = parse_unsigned(value, 1'000'000'000);
  auto& limits = options.http.limits;
  auto const time = [&](std::chrono::milliseconds& to) {
    to = std::chrono::milliseconds{number.value_or(0)};
    return number.has_value();
  };
  if (name == "head_time") return time(limits.head_time);
  if (name == "body_time") return time(limits.body_time);
  if (name == "idle_time") return time(limits.idle_time);
  if (name == "write_time") return time(limits.write_time);
  if (name == "heartbeat") return time(limits.heartbeat);
  if (name == "stop_time") return time(limits.stop_time);
  if (name == "connections")
    limits.connections = number.value_or(0);
  else if (name == "per_address")
    limits.connections_per_address = number.value_or(0);
  else if (name == "io_threads")
    options.http.io_threads = static_cast<unsigned>(number.value_or(1));
  else if (name == "unix")
    options.http.listen.push_back({.unix_path = std::string{value}});
  else if (name == "certificate")
    options.http.listen[0].certificate_chain = value;
  else if (name == "key")
    options.http.listen[0].private_key = value;
  else if (name == "host")
    options.hosts.emplace_back(value);
  else
    return false;
  return true;
}

void add_event(live::event_log& events, std::istringstream& words) {
  live::event made;
  std::string about;
  words >> made.topic >> made.sensor >> about >> std::ws;
  std::getline(words, made.data);
  if (made.sensor == "-") made.sensor.clear();
  if (auto const address = net::address::parse(about)) made.about = *address;
  made.is_public = about == "public";
  events.add(std::move(made));
}

/// "finding SENSOR ENGINE LEVEL HOUR PORT SOURCE...": one of that hour of 2026-01-15 goes into the
/// store; "north+south" are the sensors of a joint one. Says its id.
void add_finding(std::shared_ptr<store::engine> const& into, std::istringstream& words) {
  static std::uint64_t number = 0;
  engine::finding made;
  std::string source;
  unsigned level = 0, hour = 0, port = 0;
  words >> made.sensor >> made.engine >> level >> hour >> port;
  if (made.sensor.find('+') != std::string::npos) {
    for (auto const each : split(made.sensor, '+')) made.sensors.emplace_back(each);
    made.sensor.clear();
  }
  while (words >> source)
    if (auto const address = net::address::parse(source)) made.sources.push_back(*address);
  made.engine_version = 1;
  made.kind = engine::kind::surge;
  made.level = static_cast<engine::finding_level>(level);
  made.first = timestamp{1'768'435'200'000'000'000} + std::chrono::hours{hour};
  made.last = made.first + std::chrono::minutes{10};
  made.services = {{6, static_cast<std::uint16_t>(port)}};
  made.source_count = made.sources.size();
  made.score = 2.5, made.threshold = 1.25, made.confidence = 0.75;
  made.values = {{"ratio", 2.5}, {"rule", std::string{"quiet port"}}};
  made.series = {{"sources", made.first, std::chrono::minutes{10}, {0, 1, 2.5}}};
  made.reason = "More sources than usual.";
  store::engine_finding_writer to{into};
  to.add(made, number++);
  auto const done = to.flush();
  fmt::print("{}\n\n", done ? engine::id_text(made.id()) : done.error().message);
  std::fflush(stdout);
}

void add_frame(live::frame_log& frames, std::istringstream& words) {
  std::uint32_t count = 0;
  words >> count;
  live::frame_sampler sampler{1};
  timestamp const begin{1'768'467'600'000'000'000};
  for (std::uint32_t i = 0; i < count; ++i) {
    auto* const drawn = sampler.draw();
    if (drawn == nullptr) continue;
    *drawn = {.time = begin + duration{std::int64_t{i} * 1000},
              .source = net::ipv4{0xC6336400U + i % 256},
              .destination = 1000 + i,
              .source_port = 40000,
              .destination_port = static_cast<std::uint16_t>(i),
              .sensor = static_cast<std::uint16_t>(1 + i % 2),
              .ip_protocol = 6,
              .country = {'J', 'P'}};
  }
  frames.add(sampler.take(begin, std::chrono::milliseconds{250}));
}

auto fail_with(error const& what) -> int {
  fmt::print(stderr, "serve_api: {}\n", what.message);
  return 1;
}

void print_audit(api::memory_access const& accounts) {
  for (auto const& each : accounts.audited())
    fmt::print("{} {} {} {}\n", each.principal, each.operation, each.status, each.target);
  fmt::print("\n");
  std::fflush(stdout);
}

/// What standard input says, line by line, until it ends.
void obey(api::server& server, api::observatory const& of, live::event_log& events,
          live::frame_log& frames, api::memory_access& accounts) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream rest{line};
    std::string what, secret;
    rest >> what;
    if (what == "event") add_event(events, rest);
    if (what == "frame") add_frame(frames, rest);
    if (what == "finding") add_finding(of.engine, rest);
    if (what == "forget") rest >> secret, accounts.remove(secret);
    if (what == "audit") print_audit(accounts);
    if (what == "stop") {
      server.stop();
      fmt::print("stopped\n");
      std::fflush(stdout);
    }
  }
}

}  // namespace

auto main(int count, char** words) -> int {
  if (count > 1 && std::string_view{words[1]} == "--describe") {
    fmt::print("{}", api::document_api());
    return 0;
  }
  api::memory_access accounts;
  add_accounts(accounts);
  live::event_log events{{.run = 7, .most_events = 100}};
  live::frame_log frames{20};
  metrics counters;
  counters.counter("kizashi_test_total", "A counter of this test.").add(3);
  api::observatory of{.events = events, .frames = frames, .counters = counters, .access = accounts};
  of.name = "seen";
  of.more_routes = api::people_routes();
  for (auto& each : api::desk_routes()) of.more_routes.push_back(std::move(each));
  for (auto& each : of.more_routes)
    each.answer = [](api::call const&) { return api::problem(501, "nobody has accounts here"); };
  of.more_routes.push_back(app::export_route_of(of));
  for (auto& each : api::report_file_routes("reports")) of.more_routes.push_back(std::move(each));
  of.status = [] { return answer::json{{"packets_per_second", 12}}; };
  if (count > 1 && std::string_view{words[1]} != "none") {
    auto opened = store::open_embedded_engine(words[1], "serve_api");
    if (!opened) return fail_with(opened.error());
    if (auto const good = store::prepare_schema(**opened); !good) return fail_with(good.error());
    of.engine = *opened;
    of.filter = app::filter_reader_of(of.engine);
    of.packet_filter = app::packet_filter_reader_of(of.engine);
  }
  api::server_options options;
  options.http.listen.push_back({});
  for (int i = 2; i < count; ++i) {
    auto const parts = split(words[i], '=');
    if (parts[0] == "place" && parts.size() == 2) {
      auto table = recognise::place_table::open(parts[1]);
      if (!table) return fail_with(table.error());
      of.places = std::make_shared<recognise::place_table const>(std::move(*table));
      continue;
    }
    if (parts.size() != 2 || !set(options, parts[0], parts[1]))
      return fail_with({errc::parse_error, fmt::format("{} is no option", words[i])});
  }
  auto const server = api::server::start(of, options);
  if (!server) return fail_with(server.error());
  for (auto const& each : (*server)->addresses()) fmt::print("{}\n", each);
  fmt::print("\n");
  std::fflush(stdout);
  obey(**server, of, events, frames, accounts);
  return 0;
}
