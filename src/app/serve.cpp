// kizashi serve: sensors, store and API in one process.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/api/server.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/conclude.hpp"
#include "kizashi/app/live_feed.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/serve_access.hpp"
#include "kizashi/app/serve_filter.hpp"
#include "kizashi/app/serve_settings.hpp"
#include "kizashi/app/serve_sources.hpp"
#include "kizashi/app/serve_status.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/capture/live/drop_rights.hpp"
#include "kizashi/pipeline/live/sensor.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/statistics.hpp"
#include "kizashi/store/store_lock.hpp"

namespace kizashi::app {
namespace {

constexpr auto serve_name = "kizashi serve";

constexpr auto serve_examples =
    "Examples:\n"
    "  kizashi config document > kizashi.toml     a configuration with every key, to be changed\n"
    "  kizashi serve --config kizashi.toml        listen, keep, answer, until it is stopped\n"
    "  kizashi serve --data demo --scenario outbreak --speed 60\n"
    "                                             a telescope that does not exist, an hour a "
    "minute\n"
    "\n"
    "The first start makes the account admin and says its password once. While it runs, "
    "'kizashi\n"
    "query', 'stats', 'host', 'match' and 'store export' ask it (--store DATA/store).\n"
    "GET /api/v1/status says how it is (docs/serve.md). SIGTERM or Ctrl-C stops it: what was\n"
    "received is stored before it ends.";

struct serve_choice {
  std::string config;
  std::string data;
  std::string scenario;
  std::string speed;
};

void say(std::string_view what) {
  fmt::print(stderr, "kizashi: {}\n", printable(what));
}

/// One sensor and what it needs.
struct running_sensor {
  sensor_settings settings;
  serve_source source;
  net::prefix_set darknet;
  std::unique_ptr<live_feed> feed;
  std::unique_ptr<pipeline::sensor> sensor;
  std::string said;  ///< the last thing that was said of it
};

/// Everything that runs, in the order in which it is made.
struct house {
  serve_settings set;
  settings own;
  findings found;
  std::shared_ptr<recognise::place_table const> places;
  std::vector<running_sensor> sensors;
  std::shared_ptr<store::engine> engine;
  std::unique_ptr<access::door> door;
  std::unique_ptr<serve_access> rights;
  live::event_log events;
  live::frame_log frames;
  metrics counters;
  std::unique_ptr<api::server> server;
};

auto read_settings(serve_choice const& choice, house& to) -> status {
  KIZASHI_TRY(auto values, load_config(config_path(choice.config)));
  if (!choice.data.empty()) KIZASHI_TRY(values.set("serve.data", choice.data, "--data"));
  KIZASHI_TRY(to.own, settings_of(values));
  KIZASHI_TRY(to.set, serve_settings_of(values));
  if (choice.scenario.empty()) return {};
  sensor_settings made;
  made.name = "demo";
  made.scenario = choice.scenario;
  made.is_shifted_to_now = true;
  if (!choice.speed.empty()) made.speed = std::strtod(choice.speed.c_str(), nullptr);
  to.set.sensors.push_back(std::move(made));
  return {};
}

auto sensor_folder(house const& in, sensor_settings const& of) -> std::filesystem::path {
  return std::filesystem::path{in.set.data} / "sensors" / of.name;
}

/// What needs rights, before they are given up, and before there are threads.
auto open_sources(house& in) -> status {
  for (auto const& each : in.set.sensors) {
    auto opened = open_serve_source(each, sensor_folder(in, each));
    if (!opened)
      return fail(opened.error().code,
                  fmt::format("sensor.{}: {}", each.name, opened.error().message));
    auto const& darknet = each.darknet.is_empty() ? in.own.darknet : each.darknet;
    in.sensors.push_back({each, std::move(*opened), darknet, nullptr, nullptr, {}});
  }
  return capture::live::drop_rights(in.set.user);
}

auto open_people(house& in) -> status {
  KIZASHI_TRY(in.door, access::door::open(in.set.data, {}));
  auto const at = timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count()};
  KIZASHI_TRY(auto const password, in.door->account().ensure_admin({"(first start)", ""}, at));
  if (password)
    say(fmt::format("the account admin was made; its password, which is shown this once: {}",
                    *password));
  bool const is_secure = std::ranges::any_of(
      in.set.listen, [](auto const& each) { return !each.certificate_chain.empty(); });
  in.rights = std::make_unique<serve_access>(*in.door, in.set.without_account, is_secure);
  return {};
}

auto writer_of(house const& in) -> store::writer_options {
  store::writer_options out;
  out.places = in.places->is_empty() ? nullptr : in.places.get();
  auto const& tables = *in.found.tables;
  for (std::uint16_t i = 1; i <= tables.scanners.organisations(); ++i)
    out.scanners.emplace_back(tables.scanners.organisation(i));
  for (auto const& each : tables.fingerprints.entries()) out.fingerprints.push_back(each.name);
  return out;
}

auto road_of(house const& in, net::prefix_set const& darknet) -> pipeline::road_options {
  pipeline::road_options out;
  out.workers = in.own.threads;
  out.window_length = in.own.window_length;
  out.lateness = in.own.lateness;
  out.darknet = darknet;
  out.set_memory = in.own.set_memory;
  out.places = in.places->is_empty() ? nullptr : in.places.get();
  out.recognition.emplace();
  auto& wanted = *out.recognition;
  wanted.fingerprints = &in.found.tables->fingerprints;
  wanted.scanners = &in.found.tables->scanners;
  wanted.event_timeout = in.own.event_timeout;
  wanted.event_memory = in.own.event_memory;
  wanted.dos = in.own.dos;
  return out;
}

/// The number that the store has for a sensor's name, which it gets here if it has none.
auto number_of(house& in, std::string const& sensor) -> result<std::uint16_t> {
  auto options = writer_of(in);
  options.sensor = sensor;
  KIZASHI_TRY(auto const writer, store::packet_writer::open(in.engine, std::move(options)));
  return writer.numbers().sensor;
}

auto open_sensor(house& in, running_sensor& each) -> status {
  KIZASHI_TRY(auto const number, number_of(in, each.settings.name));
  each.feed = std::make_unique<live_feed>(each.settings.name, number, each.darknet,
                                          *in.found.tables, in.events, in.frames);
  pipeline::sensor_options options;
  options.name = each.settings.name;
  options.folder = sensor_folder(in, each.settings);
  options.flush = in.set.flush;
  options.checkpoint = in.set.checkpoint;
  options.journal_bytes = in.set.journal;
  options.writer = writer_of(in);
  options.road = road_of(in, each.darknet);
  options.listeners = each.feed->listeners();
  options.note = each.source.note;
  auto opened =
      pipeline::sensor::open(std::move(options), std::move(each.source.source), in.engine);
  if (!opened)
    return fail(opened.error().code,
                fmt::format("sensor.{}: {}", each.settings.name, opened.error().message));
  each.sensor = std::move(*opened);
  return {};
}

auto start_server(house& in) -> status {
  api::observatory of{
      .events = in.events, .frames = in.frames, .counters = in.counters, .access = *in.rights};
  of.engine = in.engine;
  of.places = in.places;
  of.limits.memory = in.set.query_memory;
  std::vector<pipeline::sensor const*> all;
  for (auto const& each : in.sensors) all.push_back(each.sensor.get());
  of.status = [all] { return status_json(all); };
  of.not_ready = [all] { return why_not_ready(all); };
  of.filter = filter_reader_of(in.engine);
  of.more_routes = in.rights->routes();
  register_metrics(in.counters, all);
  api::server_options options;
  options.http.listen = in.set.listen;
  in.counters.gauge("kizashi_journal_limit_bytes", "What a sensor's journal may have.")
      .set(static_cast<double>(in.set.journal));
  KIZASHI_TRY(in.server, api::server::start(of, std::move(options)));
  register_metrics(in.counters, *in.server);
  for (auto const& each : in.server->addresses()) say(fmt::format("answers at {}", each));
  return {};
}

/// Commands that ask have a store for a moment, when nobody else has it: they are waited for.
auto open_patiently(std::string const& folder) -> result<std::shared_ptr<store::engine>> {
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  for (;;) {
    auto opened = open_with_door(folder, serve_name);
    if (opened || !store::store_lock::is_held(folder) || is_stop_wanted() ||
        std::chrono::steady_clock::now() >= end)
      return opened;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

auto open_house(serve_choice const& choice, house& to) -> status {
  KIZASHI_TRY(read_settings(choice, to));
  KIZASHI_TRY(open_sources(to));
  std::vector<capture::note> notes;
  std::string hint;
  KIZASHI_TRY(auto places, open_places(to.own.place_table, hint));
  to.places = std::make_shared<recognise::place_table const>(std::move(places));
  if (!hint.empty()) say(hint);
  KIZASHI_TRY(to.found, open_findings(to.own, {}, notes));
  for (auto const& each : notes) say(each.message);
  auto const store = (std::filesystem::path{to.set.data} / "store").string();
  KIZASHI_TRY(to.engine, open_patiently(store));
  KIZASHI_TRY(store::prepare_schema(*to.engine));
  KIZASHI_TRY(open_people(to));
  for (auto& each : to.sensors) KIZASHI_TRY(open_sensor(to, each));
  return start_server(to);
}

/// Says what changed: failures, recoveries, ends.
void watch(house& in) {
  for (auto& each : in.sensors) {
    auto const now = each.sensor->counts();
    auto text = std::string{name_of(now.phase)};
    if (now.failure) text += ": " + now.failure->message;
    if (now.source_failure) text += ": " + now.source_failure->message;
    if (text == each.said) continue;
    each.said = text;
    say(fmt::format("sensor {}: {}", each.settings.name, text));
  }
}

auto serve(serve_choice const& choice) -> int {
  listen_for_stop();
  house all;
  if (auto const opened = open_house(choice, all); !opened) return say_failure(opened.error());
  for (auto& each : all.sensors) each.sensor->start();
  while (!is_stop_wanted()) {
    watch(all);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  say("stopping: what was received is being stored");
  for (auto& each : all.sensors) each.sensor->stop();
  all.server->stop();
  watch(all);
  return exit_done;
}

}  // namespace

void add_serve(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "serve", "Listen to sensors, keep what they see, and answer people and programs");
  command->footer(serve_examples);
  auto const choice = std::make_shared<serve_choice>();
  command
      ->add_option("--config", choice->config,
                   "Configuration (default: $KIZASHI_CONFIG, then kizashi.toml if it is there)")
      ->type_name("FILE");
  command->add_option("--data", choice->data, "The server's folder (serve.data)")->type_name("DIR");
  command
      ->add_option("--scenario", choice->scenario,
                   "One more sensor, demo: a telescope that does not exist, now")
      ->type_name("SCENARIO");
  command->add_option("--speed", choice->speed, "How many times as fast as its packets (default 1)")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("N");
  command->callback([choice, &exit_code] { exit_code = serve(*choice); });
}

}  // namespace kizashi::app
