// How a server is: for its own API, for Prometheus, and for who waits until it is ready.
#pragma once

#include <string>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/api/server.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {

using sensor_list = std::vector<pipeline::sensor const*>;

/// A JSON object with each sensor's counts.
[[nodiscard]] auto status_json(sensor_list const& sensors) -> answer::json;
/// Empty when every sensor works.
[[nodiscard]] auto why_not_ready(sensor_list const& sensors) -> std::string;
/// The same numbers for Prometheus. The sensors live as long as `to`.
void register_metrics(metrics& to, sensor_list const& sensors);
/// How the API is. It is asked by no other than `server` itself, so it may end before `to`.
void register_metrics(metrics& to, api::server const& server);

}  // namespace kizashi::app
