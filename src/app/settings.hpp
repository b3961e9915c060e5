// What a person can set for `kizashi read`, in the configuration file or by option. The table in
// settings.cpp is the only place where a key is declared.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/config.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::app {

[[nodiscard]] auto setting_keys() -> std::span<config_key const>;

/// The values that `config` holds, as the program uses them.
struct settings {
  net::prefix_set darknet;
  duration window_length{};
  duration lateness{};
  std::size_t top = 0;
  unsigned threads = 1;                   ///< 1..64
  std::size_t set_memory = 0;             ///< bytes, all threads together
  std::string place_table;                ///< empty: the usual places
  std::vector<std::string> fingerprints;  ///< files besides the shipped ones
  std::vector<std::string> scanners;      ///< files and folders besides the shipped list
  std::string labels;                     ///< file of labelled sources; empty: none
  duration event_timeout{};               ///< more than zero
  std::size_t event_memory = 0;           ///< bytes, all threads together
  telescope::dos_options dos;             ///< thresholds and timeout
};

/// All that is wrong with a file: keys by themselves, and keys that contradict each other, those of
/// a server included.
[[nodiscard]] auto mistakes_of(config_draft const& read) -> std::vector<config_mistake>;

/// Fails when keys contradict each other.
[[nodiscard]] auto settings_of(config const& from) -> result<settings>;

/// Reads "256MiB": a whole number and KiB, MiB or GiB, without a space, 1MiB to 1024GiB, in bytes.
[[nodiscard]] auto parse_memory(std::string_view text) -> result<std::size_t>;

/// Reads "03:40" or "03:40:30" as the time since midnight, and "never" as nothing.
[[nodiscard]] auto parse_time_of_day(std::string_view text) -> result<std::optional<duration>>;

/// The file that holds when `option` names none: $KIZASHI_CONFIG, else kizashi.toml in the working
/// directory when it is there, else none (an empty text).
[[nodiscard]] auto config_path(std::string const& option) -> std::string;
/// Reads `path`; the defaults when it is empty.
[[nodiscard]] auto load_config(std::string const& path) -> result<config>;
/// The same, mistakes included. Fails when the file cannot be read or is no TOML.
[[nodiscard]] auto load_draft(std::string const& path) -> result<config_draft>;

}  // namespace kizashi::app
