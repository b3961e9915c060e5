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

#include "kizashi/api/report_files.hpp"
#include "kizashi/api/server.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/conclude.hpp"
#include "kizashi/app/counted_engine.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/live_feed.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/page_files.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/serve_access.hpp"
#include "kizashi/app/serve_desk.hpp"
#include "kizashi/app/serve_door.hpp"
#include "kizashi/app/serve_engines.hpp"
#include "kizashi/app/serve_export.hpp"
#include "kizashi/app/serve_filter.hpp"
#include "kizashi/app/serve_keeper.hpp"
#include "kizashi/app/serve_monitor.hpp"
#include "kizashi/app/serve_people.hpp"
#include "kizashi/app/serve_reload.hpp"
#include "kizashi/app/serve_reports.hpp"
#include "kizashi/app/serve_settings.hpp"
#include "kizashi/app/serve_sources.hpp"
#include "kizashi/app/serve_status.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/base/text.hpp"
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
    "The first start makes the account admin and says its password once. While it runs,\n"
    "'kizashi query', 'stats', 'report', 'host', 'match' and 'store export' ask it (--store\n"
    "DATA/store). 'kizashi status' says how it is (docs/serve.md). SIGHUP makes it read its\n"
    "configuration again; SIGTERM or Ctrl-C stops it: what was received is stored before it ends.";

struct serve_choice {
  std::string config;
  std::string data;
  std::string scenario;
  std::string speed;
};

/// One sensor and what it needs.
struct running_sensor {
  sensor_settings settings;
  serve_source source;
  net::prefix_set darknet;
  std::unique_ptr<live_feed> feed;
  std::unique_ptr<pipeline::sensor> sensor;
  std::string said;           ///< the last thing that was said of it
  std::uint64_t dropped = 0;  ///< packets whose loss was said
  std::uint64_t stored = 0;
};

/// Everything that runs, in the order in which it is made.
struct house {
  logger log;
  config started{setting_keys()};  ///< what it was started with
  config current{setting_keys()};  ///< what was read last
  serve_settings set;
  settings own;
  findings found;
  std::shared_ptr<recognise::place_table const> places;
  std::shared_ptr<store::engine> engine;
  live::event_log events;
  std::unique_ptr<serve_findings> concluded;
  std::unique_ptr<pipeline::analysis> engines;  ///< of detection; null: none
  std::string engines_said;                     ///< the last thing that was said of them
  std::vector<running_sensor> sensors;
  std::unique_ptr<access::door> door;
  std::unique_ptr<serve_access> rights;
  std::unique_ptr<serve_people> people;
  page_files pages;
  std::unique_ptr<serve_desk> desk;
  live::frame_log frames;
  metrics counters;
  std::unique_ptr<serve_monitor> monitor;
  std::unique_ptr<serve_keeper> keeper;
  std::unique_ptr<serve_reports> reports;
  serve_view view;
  std::unique_ptr<api::observatory> seen;
  std::unique_ptr<api::server> server;
  std::unique_ptr<serve_door> status_door;
};

void say(house& in, log_level level, std::string_view what) {
  in.log.write({level, "serve", what});
}

/// What `choice` says to read; fails with all that is wrong with it.
auto read_config(serve_choice const& choice) -> result<config> {
  KIZASHI_TRY(auto read, load_draft(config_path(choice.config)));
  auto wrong = mistakes_of(read);
  bool const is_told = std::ranges::any_of(
      wrong, [](config_mistake const& each) { return each.key == "serve.data"; });
  if (choice.data.empty() && !is_told && read.values.get<std::string>("serve.data").empty())
    wrong.push_back({"serve.data", {}, "serve.data is not set; expected a folder"});
  if (!wrong.empty()) return fail(errc::parse_error, to_text(std::move(wrong)));
  if (!choice.data.empty()) KIZASHI_TRY(read.values.set("serve.data", choice.data, "--data"));
  return std::move(read.values);
}

auto read_settings(serve_choice const& choice, house& to) -> status {
  KIZASHI_TRY(auto const values, read_config(choice));
  KIZASHI_TRY(to.own, settings_of(values));
  KIZASHI_TRY(to.set, serve_settings_of(values));
  to.started = to.current = values;
  to.log.set(to.set.live.format, to.set.live.level);
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
    in.sensors.push_back({each, std::move(*opened), darknet, nullptr, nullptr, {}, 0, 0});
  }
  return capture::live::drop_rights(in.set.user);
}

auto open_people(house& in) -> status {
  KIZASHI_TRY(in.door, access::door::open(in.set.data, {}));
  in.door->set(in.set.live.lifetimes, in.set.live.log_ins, in.set.live.requests);
  KIZASHI_TRY(auto const password,
              in.door->account().ensure_admin({"(first start)", ""}, time_now()));
  if (password)
    say(in, log_level::info,
        fmt::format("the account admin was made; its password, which is shown this once: {}",
                    *password));
  bool const is_secure = std::ranges::any_of(
      in.set.listen, [](auto const& each) { return !each.certificate_chain.empty(); });
  in.desk = std::make_unique<serve_desk>(*in.door);
  in.desk->set_config(in.current);
  in.people = std::make_unique<serve_people>(*in.door, is_secure);
  in.rights = std::make_unique<serve_access>(*in.door, in.set.without_account, in.counters, in.log);
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

auto open_engines(house& in) -> status {
  if (in.set.engines.empty()) return {};
  in.concluded = std::make_unique<serve_findings>(in.engine, in.events);
  KIZASHI_TRY(auto options, analysis_options_of(in.set.engines, in.set.data, *in.engine));
  for (auto const& each : in.set.sensors) options.sensors.insert(each.name);
  std::vector<std::string> notes;
  KIZASHI_TRY(in.engines, pipeline::analysis::open(std::move(options), *in.concluded, notes));
  for (auto const& each : notes) say(in, log_level::warning, each);
  register_metrics(in.counters, *in.engines);
  return {};
}

auto open_sensor(house& in, running_sensor& each) -> status {
  KIZASHI_TRY(auto const number, number_of(in, each.settings.name));
  auto const& places = each.darknet.is_empty() ? each.source.addresses : each.darknet;
  each.feed = std::make_unique<live_feed>(each.settings.name, number, places, *in.found.tables,
                                          in.events, in.frames, *in.places);
  pipeline::sensor_options options;
  options.name = each.settings.name;
  options.folder = sensor_folder(in, each.settings);
  options.flush = in.set.flush;
  options.checkpoint = in.set.checkpoint;
  options.journal_bytes = in.set.journal;
  options.writer = writer_of(in);
  options.road = road_of(in, each.darknet);
  options.listeners = each.feed->listeners();
  options.engines = in.engines.get();
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
  in.seen = std::make_unique<api::observatory>(api::observatory{
      .events = in.events, .frames = in.frames, .counters = in.counters, .access = *in.rights});
  auto& of = *in.seen;
  of.engine = std::make_shared<counted_engine>(in.engine, in.counters);
  of.places = in.places;
  of.limits.memory = in.set.query_memory;
  auto const& all = in.view.sensors;
  of.status = [&in] { return status_json(in.view); };
  of.not_ready = [&in] { return why_not_ready(in.view.sensors); };
  of.filter = filter_reader_of(in.engine);
  of.packet_filter = packet_filter_reader_of(in.engine);
  of.more_routes = in.people->routes();
  of.assets = in.pages.assets();
  for (auto& each : in.desk->routes()) of.more_routes.push_back(std::move(each));
  of.more_routes.push_back(export_route_of(of));
  for (auto& each : api::report_file_routes(in.set.reports.folder))
    of.more_routes.push_back(std::move(each));
  register_metrics(in.counters, all);
  api::server_options options;
  options.http.listen = in.set.listen;
  options.hosts = in.set.hosts();
  in.counters.gauge("kizashi_journal_limit_bytes", "What a sensor's journal may have.")
      .set(static_cast<double>(in.set.journal));
  KIZASHI_TRY(in.server, api::server::start(of, std::move(options)));
  in.view.server = in.server.get();
  register_metrics(in.counters, *in.server);
  for (auto const& each : in.server->addresses())
    say(in, log_level::info, fmt::format("answers at {}", each));
  // Without a door there are no local questions, and the API is there.
  auto door = serve_door::open(in.set.data, [&in] { return text_of(status_document(*in.seen)); });
  if (door)
    in.status_door = std::move(*door);
  else
    say(in, log_level::warning,
        fmt::format("'kizashi status' cannot ask here: {}", door.error().message));
  return {};
}

/// Who watches over the sensors and the store.
void start_keeping(house& in, std::string const& store) {
  for (auto const& each : in.sensors) in.view.sensors.push_back(each.sensor.get());
  in.monitor = std::make_unique<serve_monitor>(in.view.sensors);
  in.keeper = std::make_unique<serve_keeper>(
      serve_keeper::parts{in.engine, folder_of(store), *in.door, in.log}, in.set.live.house);
  in.view.journal_limit = in.set.journal;
  in.view.started = time_now();
  in.view.monitor = in.monitor.get();
  in.view.keeper = in.keeper.get();
  in.view.engines = in.engines.get();
  in.reports = std::make_unique<serve_reports>(
      serve_reports::parts{in.engine, in.places, {in.set.query_memory, {}, 1}, in.log, in.counters},
      in.set.reports);
  in.view.reports = in.reports.get();
  in.view.log = &in.log;
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
  if (!hint.empty()) say(to, log_level::warning, hint);
  KIZASHI_TRY(to.pages, open_pages(to.set.pages));
  if (to.pages.assets().empty())
    say(to, log_level::warning, "there are no pages here, the API alone: './dev web' makes them");
  KIZASHI_TRY(to.found, open_findings(to.own, {}, notes));
  for (auto const& each : notes) say(to, log_level::warning, each.message);
  auto const store = (std::filesystem::path{to.set.data} / "store").string();
  KIZASHI_TRY(to.engine, open_patiently(store));
  KIZASHI_TRY(store::prepare_schema(*to.engine));
  KIZASHI_TRY(open_people(to));
  KIZASHI_TRY(open_engines(to));
  for (auto& each : to.sensors) KIZASHI_TRY(open_sensor(to, each));
  start_keeping(to, store);
  return start_server(to);
}

/// What was lost and what was stored since it was said last.
void watch_counts(house& in, running_sensor& each, pipeline::sensor_counts const& now) {
  auto const part = fmt::format("sensor {}", each.settings.name);
  if (auto const dropped = dropped_of(now); dropped > each.dropped) {
    each.dropped = dropped;
    in.log.write(
        {log_level::warning, part,
         fmt::format("packets were lost since the start: {} by the system, {} by the "
                     "source, {} by the journal",
                     with_thousands(now.source.kernel_dropped),
                     with_thousands(now.source.own_dropped), with_thousands(now.journal_dropped)),
         "lost"});
  }
  if (now.store.stored > each.stored)
    in.log.write({log_level::debug, part,
                  fmt::format("{} packets are stored", with_thousands(now.store.stored))});
  each.stored = now.store.stored;
}

/// Says that the engines failed, or that their findings cannot be stored, when that changes.
void watch_engines(house& in) {
  auto text = fmt::format("{}", fmt::join(degradations(in.engines->counts()), "; "));
  if (text == in.engines_said) return;
  in.engines_said = text;
  in.log.write({text.empty() ? log_level::info : log_level::error, "engines",
                text.empty() ? "findings are in the store" : text});
}

/// Says what changed: failures, recoveries, ends.
void watch(house& in) {
  for (auto& each : in.sensors) {
    auto const now = each.sensor->counts();
    watch_counts(in, each, now);
    auto text = std::string{name_of(now.phase)};
    if (now.failure) text += ": " + now.failure->message;
    if (now.source_failure) text += ": " + now.source_failure->message;
    if (text == each.said) continue;
    each.said = text;
    in.log.write({now.failure || now.source_failure ? log_level::error : log_level::info,
                  fmt::format("sensor {}", each.settings.name), text});
  }
  if (in.engines) watch_engines(in);
  in.monitor->look();
  in.log.tell_held();
}

/// Says a failure line by line.
void say_lines(house& in, error const& what) {
  for (auto const line : split(what.message, '\n')) say(in, log_level::error, line);
}

/// Writes down that the settings of a server were changed.
void audit_reload(house& in, std::string const& file, reload_plan const& plan, bool is_done) {
  auto changed = json::object();
  for (auto const& each : plan.live)
    changed[each.name] = {{"before", each.before}, {"after", each.after}};
  auto waiting = json::array();
  for (auto const& each : plan.waiting) waiting.push_back(each.name);
  access::audit_event event;
  event.at = time_now();
  event.by = {"(reload)", "(this machine)"};
  event.action = access::audit_action::settings_changed;
  event.subject = file;
  event.outcome = is_done ? access::audit_outcome::done : access::audit_outcome::failed;
  event.details =
      json{{"changed", std::move(changed)}, {"needs_restart", std::move(waiting)}}.dump();
  if (auto const written = in.door->audit().record(event); !written)
    say(in, log_level::error, "the audit log: " + written.error().message);
}

/// Reads the configuration again. What is wrong with it changes nothing.
void reload(house& in, serve_choice const& choice) {
  auto const file = config_path(choice.config);
  auto wanted = read_config(choice);
  auto live = wanted ? live_settings_of(*wanted)
                     : result<live_settings>{tl::unexpected<error>{wanted.error()}};
  if (!live) {
    say_lines(in, live.error());
    say(in, log_level::error, "the configuration is wrong; nothing was changed");
    return audit_reload(in, file, {}, false);
  }
  auto const plan = plan_reload(in.started, in.current, *wanted);
  in.log.set(live->format, live->level);
  in.door->set(live->lifetimes, live->log_ins, live->requests);
  in.keeper->set(live->house);
  in.current = std::move(*wanted);
  in.desk->set_config(in.current);
  auto const certificates = in.server->reload_certificates();
  if (!certificates) {
    say(in, log_level::error, "the certificates stay those of before");
    say_lines(in, certificates.error());
  }
  for (auto const& each : plan.live)
    say(in, log_level::info, fmt::format("{} is {}, was {}", each.name, each.after, each.before));
  for (auto const& each : plan.waiting)
    say(in, log_level::warning,
        fmt::format("{} is {} in the file, and not yet here: it needs a restart", each.name,
                    each.after.empty() ? "gone" : each.after));
  say(in, log_level::info, fmt::format("{} was read again", file.empty() ? "no file" : file));
  audit_reload(in, file, plan, certificates.has_value());
}

/// A failure before anything runs: for a person, unless the log is for programs.
auto fail_start(house& in, error const& what) -> int {
  if (in.set.live.format == log_format::text) return say_failure(what);
  say_lines(in, what);
  return exit_failed;
}

auto serve(serve_choice const& choice) -> int {
  listen_for_stop();
  listen_for_reload();
  house all;
  if (auto const opened = open_house(choice, all); !opened) return fail_start(all, opened.error());
  if (all.engines) all.engines->start();
  for (auto& each : all.sensors) each.sensor->start();
  while (!is_stop_wanted()) {
    if (take_reload_wish()) reload(all, choice);
    watch(all);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  say(all, log_level::info, "stopping: what was received is being stored");
  for (auto& each : all.sensors) each.sensor->stop();
  if (all.engines) all.engines->stop();
  all.status_door.reset();
  all.server->stop();
  watch(all);
  all.log.tell_held(true);
  return exit_done;
}

}  // namespace

void add_serve(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "serve", "Listen to sensors, keep what they see, and answer people and programs");
  command->footer(serve_examples);
  auto const choice = std::make_shared<serve_choice>();
  add_server_options(*command, choice->config, choice->data);
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
