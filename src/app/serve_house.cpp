#include "kizashi/app/serve_house.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "kizashi/api/report_files.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/counted_engine.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/serve_export.hpp"
#include "kizashi/app/serve_filter.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/capture/live/drop_rights.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/statistics.hpp"
#include "kizashi/store/store_lock.hpp"

namespace kizashi::app {
namespace {

constexpr auto serve_name = "kizashi serve";

}  // namespace

void say(house& in, log_level level, std::string_view what) {
  in.log.write({level, "serve", what});
}

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

namespace {

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
  options.stop = in.set.stop;
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
  of.reports = in.set.reports.folder;
  for (auto& each : api::report_file_routes(in.set.reports.folder))
    of.more_routes.push_back(std::move(each));
  register_metrics(in.counters, all);
  register_metrics(in.counters, *in.keeper);
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

}  // namespace

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

}  // namespace kizashi::app
