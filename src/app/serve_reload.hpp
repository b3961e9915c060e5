// What becomes of a configuration that is read again while a server runs.
#pragma once

#include <string>
#include <vector>

#include "kizashi/base/config.hpp"

namespace kizashi::app {

/// A key with another value; values as they stand in a file, empty where the section of a sensor is
/// not there.
struct config_change {
  std::string name;
  std::string before;
  std::string after;
};

struct reload_plan {
  std::vector<config_change> live;     ///< hold at once
  std::vector<config_change> waiting;  ///< hold from the next start on
};

/// `started`: what the server was started with; `current`: what holds by now of keys that can be
/// reloaded.
[[nodiscard]] auto plan_reload(config const& started, config const& current, config const& wanted)
    -> reload_plan;

}  // namespace kizashi::app
