#include "kizashi/app/serve_status.hpp"

#include <fstream>
#include <functional>
#include <limits>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

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

/// Of this process (Linux, man 5 proc: the second number of statm is the resident pages); NaN where
/// that cannot be read.
auto resident_bytes() -> double {
  std::uint64_t size = 0, resident = 0;
  std::ifstream statm{"/proc/self/statm"};
  if (!(statm >> size >> resident)) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
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

auto status_json(sensor_list const& sensors) -> json {
  auto out = json{{"sensors", json::array()}};
  for (auto const* const each : sensors) {
    auto const now = each->counts();
    json row{
        {"name", each->name()},
        {"phase", name_of(now.phase)},
        {"failure", now.failure ? json(now.failure->message) : json(nullptr)},
        {"source_failure", now.source_failure ? json(now.source_failure->message) : json(nullptr)},
        {"journal_bytes", now.journal_bytes},
        {"latest_packet", answer::time_json(now.watermark)}};
    for (auto const& number : numbers) row[std::string{number.name}] = number.of(now);
    out["sensors"].push_back(std::move(row));
  }
  return out;
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
  to.ask("process_resident_memory_bytes", "Memory of the process.", resident_bytes);
  to.ask("process_cpu_seconds_total", "Processor time of the process.", processor_seconds);
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
