// Where the sensors of `kizashi serve` get their packets.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "kizashi/app/serve_settings.hpp"
#include "kizashi/capture/live/live_source.hpp"
#include "kizashi/net/prefix_set.hpp"

namespace kizashi::app {

struct serve_source {
  std::unique_ptr<capture::live::live_source> source;
  /// Where the source is, for who goes on from there; null: it cannot be gone on from.
  std::function<std::string()> note;
  /// The telescope's addresses, where the source itself knows them: those of a scenario.
  net::prefix_set addresses = {};
};

/// Opens what `of` names. `folder`: where the sensor keeps its journal, which says how far a
/// folder of captures was read or a replay had come. What fails later is tried again by the source
/// itself.
[[nodiscard]] auto open_serve_source(sensor_settings const& of, std::filesystem::path const& folder)
    -> result<serve_source>;

}  // namespace kizashi::app
