#include "kizashi/app/serve_engines.hpp"

#include <chrono>
#include <limits>

#include <fmt/format.h>

#include "kizashi/answer/finding.hpp"
#include "kizashi/answer/words.hpp"
#include "kizashi/app/status_json.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::app {
namespace {

using answer::json;
using pipeline::analysis_counts;

struct analysis_number {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*of)(analysis_counts const&);
};

/// By the same names in the status and, with "kizashi_engine_" and "_total", for Prometheus.
constexpr analysis_number analysis_numbers[] = {
    {"windows", "Windows that the engines looked at.",
     [](analysis_counts const& c) { return c.windows; }},
    {"windows_known", "Windows that came again after a restart.",
     [](analysis_counts const& c) { return c.known; }},
    {"windows_lost", "Windows that came after the engines had failed.",
     [](analysis_counts const& c) { return c.lost; }},
    {"findings", "Findings that the engines told.",
     [](analysis_counts const& c) { return c.findings; }},
    {"waits", "Times that a sensor waited for the engines.",
     [](analysis_counts const& c) { return c.waits; }},
    {"saves", "States of the engines that were saved.",
     [](analysis_counts const& c) { return c.saves; }},
};

}  // namespace

void serve_findings::tell(engine::finding const& found, std::uint64_t number) {
  stored_.add(found, number);
  if (found.kind == engine::kind::shortage) return;
  // One line for everybody who looks on; `GET /findings/{id}` has the rest.
  events_.add({.topic = "finding",
               .data = answer::text_of(answer::finding_row_json(found)),
               .sensor = found.sensor});
}

auto analysis_options_of(std::vector<engine::chosen_engine> engines,
                         std::filesystem::path const& data, store::engine& store)
    -> result<pipeline::analysis_options> {
  pipeline::analysis_options out;
  out.engines = std::move(engines);
  out.file = data / "engines.state";
  KIZASHI_TRY(out.first_number, store::next_finding_number(store));
  return out;
}

auto engines_json(pipeline::analysis const* engines) -> json {
  if (engines == nullptr) return nullptr;
  auto const now = engines->counts();
  json out{{"busy_seconds", as_seconds(now.busy)},
           {"queue_windows", now.waiting},
           {"queue_bytes", now.waiting_bytes},
           {"state_bytes", now.state_bytes},
           {"latest_window", answer::time_json(now.latest)},
           {"failure", optional_text(now.failure)},
           {"store_failure", optional_text(now.outlet_failure)}};
  for (auto const& each : analysis_numbers) out[std::string{each.name}] = each.of(now);
  return out;
}

auto degradations(analysis_counts const& counts) -> std::vector<std::string> {
  std::vector<std::string> out;
  if (counts.failure)
    out.push_back(fmt::format("the engines work no more until a restart: {}",
                              answer::printable(*counts.failure)));
  if (counts.outlet_failure)
    out.push_back(
        fmt::format("findings wait for the store: {}", answer::printable(*counts.outlet_failure)));
  return out;
}

void register_metrics(metrics& to, pipeline::analysis const& engines) {
  auto const ask = [&](std::string_view name, std::string_view help, auto of) {
    to.ask(name, help, [&engines, of] { return static_cast<double>(of(engines.counts())); });
  };
  for (auto const& each : analysis_numbers)
    ask(fmt::format("kizashi_engine_{}_total", each.name), each.help, each.of);
  ask("kizashi_engine_busy_seconds_total", "Time that the engines took.",
      [](analysis_counts const& c) { return as_seconds(c.busy); });
  ask("kizashi_engine_queue_windows", "Windows that wait for the engines.",
      [](analysis_counts const& c) { return c.waiting; });
  ask("kizashi_engine_queue_bytes", "Bytes of the windows that wait for the engines.",
      [](analysis_counts const& c) { return c.waiting_bytes; });
  ask("kizashi_engine_state_bytes", "Bytes of the engines' state that was saved last.",
      [](analysis_counts const& c) { return c.state_bytes; });
  ask("kizashi_engine_ready", "1 while the engines work, 0 after a failure of theirs.",
      [](analysis_counts const& c) { return c.failure ? 0 : 1; });
}

}  // namespace kizashi::app
