// How a server is: for its own API, for Prometheus, and for who waits until it is ready.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/api/server.hpp"
#include "kizashi/app/serve_keeper.hpp"
#include "kizashi/app/serve_monitor.hpp"
#include "kizashi/app/serve_reports.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/pipeline/live/analysis.hpp"
#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {

using sensor_list = std::vector<pipeline::sensor const*>;

/// A server, for who asks how it is. Everything lives as long as who asks.
struct serve_view {
  sensor_list sensors;
  std::uint64_t journal_limit = 0;  ///< bytes of each sensor
  timestamp started;
  serve_monitor const* monitor = nullptr;
  serve_keeper const* keeper = nullptr;
  pipeline::analysis const* engines = nullptr;  ///< of detection
  serve_reports const* reports = nullptr;
  logger const* log = nullptr;
  /// Null until it answers.
  std::atomic<api::server const*> server = nullptr;
};

/// A JSON object: each sensor's counts, the store, clients, the last errors, and all that is not as
/// it should be ("degraded").
[[nodiscard]] auto status_json(serve_view const& of) -> answer::json;
/// Empty when every sensor works.
[[nodiscard]] auto why_not_ready(sensor_list const& sensors) -> std::string;
/// What is not as it should be, one sentence each: sensors that do not work, losses of the last ten
/// minutes, sensors that are more than a minute behind, journals that are nearly full.
[[nodiscard]] auto degradations(pipeline::sensor_counts const& counts, sensor_pace const& pace,
                                std::uint64_t journal_limit) -> std::vector<std::string>;
/// The same numbers for Prometheus. The sensors live as long as `to`.
void register_metrics(metrics& to, sensor_list const& sensors);
/// Where its memory is. The keeper lives as long as `to` is asked.
void register_metrics(metrics& to, serve_keeper const& keeper);
/// How the API is. It is asked by no other than `server` itself, so it may end before `to`.
void register_metrics(metrics& to, api::server const& server);

}  // namespace kizashi::app
