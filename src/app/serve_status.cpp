#include "kizashi/app/serve_status.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <sys/resource.h>

#include <fmt/format.h>

#include "kizashi/answer/words.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/serve_engines.hpp"
#include "kizashi/app/serve_memory.hpp"
#include "kizashi/app/status_json.hpp"
#include "kizashi/app/text_layout.hpp"

namespace kizashi::app {
namespace {

using answer::json;
using pipeline::sensor_counts;
using pipeline::sensor_phase;

struct sensor_number {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*of)(sensor_counts const&);
};

/// What is told of each sensor, by the same names everywhere.
constexpr sensor_number numbers[] = {
    {"packets_received", "Packets that the source gave.",
     [](sensor_counts const& c) { return c.source.received; }},
    {"packets_dropped_by_system", "Packets for which the system had no room.",
     [](sensor_counts const& c) { return c.source.kernel_dropped; }},
    {"packets_dropped_by_source", "Packets that the source threw away.",
     [](sensor_counts const& c) { return c.source.own_dropped; }},
    {"packets_dropped_by_journal", "Packets for which the journal had no room.",
     [](sensor_counts const& c) { return c.journal_dropped; }},
    {"packets_walked", "Packets that were counted and recognised since the last restart.",
     [](sensor_counts const& c) { return c.walked; }},
    {"packets_stored", "Packets that are durable in the store.",
     [](sensor_counts const& c) { return c.store.stored; }},
    {"packets_known", "Packets that the store had before: read again after a restart.",
     [](sensor_counts const& c) { return c.store.known; }},
    {"store_waits", "Times that the road waited for the disk.",
     [](sensor_counts const& c) { return c.store.waits; }},
    {"windows", "Windows that closed.", [](sensor_counts const& c) { return c.windows; }},
    {"scan_events", "Scan events that ended.", [](sensor_counts const& c) { return c.events; }},
    {"attacks", "Victims of denial of service.", [](sensor_counts const& c) { return c.attacks; }},
    {"checkpoints", "States that were saved.",
     [](sensor_counts const& c) { return c.checkpoints; }},
    {"restarts", "Times that the road began again after a failure.",
     [](sensor_counts const& c) { return c.restarts; }},
};

/// Seconds since 1970; NaN before the first packet.
auto latest_packet(sensor_counts const& of) -> double {
  if (of.watermark == timestamp::unknown()) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(of.watermark.nanoseconds()) / 1e9;
}

/// NaN when it is not known.
auto known(std::optional<std::uint64_t> bytes) -> double {
  return bytes ? static_cast<double>(*bytes) : std::numeric_limits<double>::quiet_NaN();
}

auto processor_seconds() -> double {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto const seconds = [](timeval const& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

namespace {

constexpr std::chrono::seconds most_lag{60};
constexpr double most_fill = 0.8;

auto fill_of(std::uint64_t bytes, std::uint64_t limit) -> double {
  return limit == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(limit);
}

auto sensor_json(std::string const& name, sensor_counts const& now, sensor_pace const& pace,
                 std::uint64_t journal_limit) -> json {
  json row{
      {"name", name},
      {"phase", name_of(now.phase)},
      {"failure", now.failure ? json(now.failure->message) : json(nullptr)},
      {"source_failure", now.source_failure ? json(now.source_failure->message) : json(nullptr)},
      {"journal_bytes", now.journal_bytes},
      {"journal_fill", fill_of(now.journal_bytes, journal_limit)},
      {"latest_packet", answer::time_json(now.watermark)},
      {"packets_per_second", pace.packets_per_second},
      {"lag_seconds", pace.lag ? json(pace.lag->count()) : json(nullptr)},
      {"packets_dropped_lately", pace.dropped_lately},
      {"flushes", now.store.blocks},
      {"flush_seconds", as_seconds(now.store.took)},
      {"open_windows", now.open.windows},
      {"open_events", now.open.events}};
  for (auto const& number : numbers) row[std::string{number.name}] = number.of(now);
  return row;
}

auto errors_json(logger const* log) -> json {
  auto out = json::array();
  if (log == nullptr) return out;
  for (auto const& each : log->errors())
    out.push_back({{"time", answer::time_json(each.at)},
                   {"part", each.part},
                   {"message", answer::printable(each.message)}});
  return out;
}

auto memory_json(serve_keeper::view const& kept) -> json {
  auto const now = memory_of_process();
  return {{"resident_bytes", now.resident ? json(*now.resident) : json(nullptr)},
          {"allocated_bytes", now.allocated},
          {"kept_bytes", now.kept},
          {"engine_bytes", kept.engine_memory ? json(*kept.engine_memory) : json(nullptr)}};
}

auto clients_json(api::server const* server) -> json {
  if (server == nullptr) return nullptr;
  auto const now = server->counts();
  return {{"connections", now.connections},
          {"streams", now.streams},
          {"requests", now.requests},
          {"refused", now.refused}};
}

}  // namespace

auto degradations(sensor_counts const& counts, sensor_pace const& pace, std::uint64_t journal_limit)
    -> std::vector<std::string> {
  std::vector<std::string> out;
  if (counts.phase == sensor_phase::waiting)
    out.push_back(fmt::format("waits: {}", counts.failure ? counts.failure->message : ""));
  if (counts.source_failure)
    out.push_back(fmt::format("nothing comes: {}", counts.source_failure->message));
  if (pace.dropped_lately > 0)
    out.push_back(
        fmt::format("lost {} in the last 10 min", counted(pace.dropped_lately, "packet")));
  if (pace.lag && *pace.lag > most_lag)
    out.push_back(fmt::format("is {} behind", short_duration(*pace.lag)));
  if (auto const fill = fill_of(counts.journal_bytes, journal_limit); fill > most_fill)
    out.push_back(fmt::format("its journal is {:.0f} % full", 100 * fill));
  return out;
}

auto status_json(serve_view const& of) -> json {
  auto const paces =
      of.monitor == nullptr ? std::vector<sensor_pace>(of.sensors.size()) : of.monitor->paces();
  auto sensors = json::array(), degraded = json::array();
  for (std::size_t i = 0; i < of.sensors.size(); ++i) {
    auto const now = of.sensors[i]->counts();
    auto const& name = of.sensors[i]->name();
    sensors.push_back(sensor_json(name, now, paces[i], of.journal_limit));
    for (auto const& each : degradations(now, paces[i], of.journal_limit))
      degraded.push_back(fmt::format("sensor {} {}", name, answer::printable(each)));
  }
  if (of.engines != nullptr)
    for (auto& each : degradations(of.engines->counts())) degraded.push_back(std::move(each));
  auto const kept = of.keeper == nullptr ? serve_keeper::view{} : of.keeper->look();
  return {{"sensors", std::move(sensors)},
          {"degraded", std::move(degraded)},
          {"engines", engines_json(of.engines)},
          {"started", answer::time_json(of.started)},
          {"uptime_seconds", (time_now() - of.started) / std::chrono::seconds{1}},
          {"store",
           {{"bytes", kept.store_bytes ? json(*kept.store_bytes) : json(nullptr)},
            {"kept", answer::time_json(kept.kept)}}},
          {"memory", memory_json(kept)},
          {"reports", of.reports == nullptr ? json(nullptr) : of.reports->look()},
          {"clients", clients_json(of.server.load())},
          {"errors", errors_json(of.log)}};
}

auto why_not_ready(sensor_list const& sensors) -> std::string {
  for (auto const* const each : sensors) {
    auto const now = each->counts();
    if (now.phase == sensor_phase::waiting)
      return fmt::format("sensor {} waits: {}", each->name(),
                         now.failure ? now.failure->message : "");
  }
  return {};
}

void register_metrics(metrics& to, sensor_list const& sensors) {
  for (auto const* const each : sensors) {
    metrics::labels const with{{"sensor", each->name()}};
    auto const ask = [&](std::string_view name, std::string_view help, auto of) {
      to.ask(
          name, help, [each, of] { return static_cast<double>(of(each->counts())); }, with);
    };
    for (auto const& number : numbers)
      ask(fmt::format("kizashi_{}_total", number.name), number.help, number.of);
    ask("kizashi_flushes_total", "Blocks of packets that were stored.",
        [](sensor_counts const& c) { return c.store.blocks; });
    ask("kizashi_flush_seconds_total", "How long storing them took, all together.",
        [](sensor_counts const& c) { return as_seconds(c.store.took); });
    ask("kizashi_open_windows", "Windows that have begun and were not closed.",
        [](sensor_counts const& c) { return c.open.windows; });
    ask("kizashi_open_events", "Scan events that go on.",
        [](sensor_counts const& c) { return c.open.events; });
    ask("kizashi_journal_bytes", "Bytes of a sensor's journal.",
        [](sensor_counts const& c) { return c.journal_bytes; });
    ask("kizashi_latest_packet_seconds", "Time of the latest packet that was counted.",
        latest_packet);
    ask("kizashi_sensor_ready", "1 while the sensor works, 0 while it waits after a failure.",
        [](sensor_counts const& c) { return c.phase != sensor_phase::waiting; });
  }
  to.ask("kizashi_ready", "1 while every sensor works, as /api/v1/ready says.",
         [sensors] { return why_not_ready(sensors).empty() ? 1.0 : 0.0; });
  // By the names that Prometheus has for every process.
  to.ask("process_resident_memory_bytes", "Memory of the process.",
         [] { return known(memory_of_process().resident); });
  to.ask("process_cpu_seconds_total", "Processor time of the process.", processor_seconds);
}

void register_metrics(metrics& to, serve_keeper const& keeper) {
  auto const ask = [&](std::string_view part, auto of) {
    to.ask("kizashi_memory_bytes",
           "Memory that Kizashi has (allocated), that its allocator keeps (kept), and that the "
           "store's engine has (engine, looked at every minute).",
           of, {{"part", std::string{part}}});
  };
  ask("allocated", [] { return known(memory_of_process().allocated); });
  ask("kept", [] { return known(memory_of_process().kept); });
  ask("engine", [&keeper] { return known(keeper.look().engine_memory); });
}

void register_metrics(metrics& to, api::server const& server) {
  auto const ask = [&](std::string_view name, std::string_view help, auto member) {
    to.ask(name, help, [&server, member] { return static_cast<double>(server.counts().*member); });
  };
  using counts = api::http::server_counts;
  ask("kizashi_api_connections", "Connections that are open.", &counts::connections);
  ask("kizashi_api_streams", "Of these, with an answer that goes on.", &counts::streams);
  ask("kizashi_api_requests_total", "Requests that were answered.", &counts::requests);
  ask("kizashi_api_refused_total", "Connections beyond a limit.", &counts::refused);
}

}  // namespace kizashi::app
