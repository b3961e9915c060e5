// What runs in a server, and how it is opened. `serve.cpp` watches over it while it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/door.hpp"
#include "kizashi/api/server.hpp"
#include "kizashi/app/conclude.hpp"
#include "kizashi/app/live_feed.hpp"
#include "kizashi/app/page_files.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/serve_access.hpp"
#include "kizashi/app/serve_desk.hpp"
#include "kizashi/app/serve_door.hpp"
#include "kizashi/app/serve_engines.hpp"
#include "kizashi/app/serve_keeper.hpp"
#include "kizashi/app/serve_monitor.hpp"
#include "kizashi/app/serve_people.hpp"
#include "kizashi/app/serve_reports.hpp"
#include "kizashi/app/serve_settings.hpp"
#include "kizashi/app/serve_sources.hpp"
#include "kizashi/app/serve_status.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {

/// What the command line says.
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

void say(house& in, log_level level, std::string_view what);

/// What `choice` says to read; fails with all that is wrong with it.
[[nodiscard]] auto read_config(serve_choice const& choice) -> result<config>;

/// Opens everything, until it answers; nothing is taken of a sensor yet. Gives up the rights that
/// it has no more use for.
[[nodiscard]] auto open_house(serve_choice const& choice, house& to) -> status;

}  // namespace kizashi::app
