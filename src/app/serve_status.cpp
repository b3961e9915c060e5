#include "kizashi/app/serve_status.hpp"

#include <functional>
#include <string_view>

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
    for (auto const& number : numbers)
      to.ask(
          fmt::format("kizashi_{}_total", number.name), number.help,
          [each, of = number.of] { return static_cast<double>(of(each->counts())); }, with);
    to.ask(
        "kizashi_journal_bytes", "Bytes of a sensor's journal.",
        [each] { return static_cast<double>(each->counts().journal_bytes); }, with);
  }
}

}  // namespace kizashi::app
