// What a person can set for `kizashi serve`: the sections [serve] and [sensor.NAME] of the
// configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kizashi/access/rate_limit.hpp"
#include "kizashi/access/sessions.hpp"
#include "kizashi/api/access.hpp"
#include "kizashi/api/http/server.hpp"
#include "kizashi/app/report_settings.hpp"
#include "kizashi/base/config.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/engine/schedule.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/store/house/retention.hpp"

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
  std::size_t ring = 0;            ///< bytes, of each ring of an interface
  unsigned rings = 1;              ///< 1..64, that share an interface
  double speed = 1;                ///< of a replay or scenario; 0: as fast as possible
  bool is_shifted_to_now = false;  ///< likewise
  net::prefix_set darknet;         ///< empty: that of all sensors
};

/// What a server does to keep house (`serve_keeper.hpp`).
struct house_rules {
  std::vector<store::retention_rule> keep;  ///< of the store; what no rule names is kept
  duration audit_keep{};                    ///< of the audit log; 0: it is kept
  std::optional<duration> at;               ///< since midnight in UTC; nothing: never
};

/// What holds at once when the file is read again.
struct live_settings {
  log_level level = log_level::info;
  log_format format = log_format::text;
  access::session_lifetimes lifetimes;
  access::rate log_ins;   ///< that fail, by address and by name
  access::rate requests;  ///< by address
  house_rules house;
};

struct serve_settings {
  /// What the field Host may name: where nobody needs an account, addresses of this machine alone.
  /// Else a page from anywhere, whose name points to 127.0.0.1 the second time that it is asked for
  /// (DNS rebinding), could read all there is to see. Empty: anything.
  [[nodiscard]] auto hosts() const -> std::vector<std::string>;

  std::string data;
  std::vector<api::http::listen_at> listen;
  std::string pages;  ///< a folder; empty: where they usually are
  std::string user;   ///< whom a process of root becomes; empty: nobody else
  duration flush{};
  duration checkpoint{};
  duration stop{};
  std::uint64_t journal = 0;  ///< bytes
  std::size_t query_memory = 0;
  api::role without_account = api::role::anyone;
  std::vector<engine::chosen_engine> engines;  ///< of detection; empty: none
  std::vector<sensor_settings> sensors;
  report_rules reports;
  live_settings live;
};

/// Keys that contradict each other, but those that are among `known` mistakes.
[[nodiscard]] auto serve_contradictions(config const& from,
                                        std::vector<config_mistake> const& known)
    -> std::vector<config_mistake>;
[[nodiscard]] auto live_settings_of(config const& from) -> result<live_settings>;
/// Fails with every key that contradicts another, one per line. `data` may be empty.
[[nodiscard]] auto serve_settings_of(config const& from) -> result<serve_settings>;

}  // namespace kizashi::app
