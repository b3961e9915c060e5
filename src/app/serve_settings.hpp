// What a person can set for `kizashi serve`: the sections [serve] and [sensor.NAME] of the
// configuration file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kizashi/api/access.hpp"
#include "kizashi/api/http/server.hpp"
#include "kizashi/base/config.hpp"
#include "kizashi/net/prefix_set.hpp"

namespace kizashi::app {

/// The keys; part of `setting_keys`.
[[nodiscard]] auto serve_keys() -> std::span<config_key const>;

/// Where a sensor's packets come from; one of the texts and lists is given.
struct sensor_settings {
  std::string name;
  std::string interface;
  std::string folder;
  std::string input;                ///< "-" or a named pipe
  std::vector<std::string> replay;  ///< captures
  std::string scenario;
  std::string bpf;                 ///< of an interface
  std::size_t ring = 0;            ///< bytes, of an interface
  double speed = 1;                ///< of a replay or scenario; 0: as fast as possible
  bool is_shifted_to_now = false;  ///< likewise
  net::prefix_set darknet;         ///< empty: that of all sensors
};

struct serve_settings {
  std::string data;
  std::vector<api::http::listen_at> listen;
  std::string user;  ///< whom a process of root becomes; empty: nobody else
  duration flush{};
  duration checkpoint{};
  std::uint64_t journal = 0;  ///< bytes
  std::size_t query_memory = 0;
  api::role without_account = api::role::anyone;
  std::vector<sensor_settings> sensors;
};

/// Fails with every key that contradicts another, one per line.
[[nodiscard]] auto serve_settings_of(config const& from) -> result<serve_settings>;

}  // namespace kizashi::app
