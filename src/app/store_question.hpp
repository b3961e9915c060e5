// What commands that count a store's packets have in common: which store, which packets, what else
// the answer needs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "kizashi/recognise/place.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::app {

/// As it stood on the command line.
struct question_choice {
  std::string store;
  std::vector<std::string> sensors;
  std::string from;
  std::string to;
  std::string filter;  ///< empty: all packets
  std::string place;
  std::size_t top = 10;
  bool is_json = false;
};

/// --store, --sensor, --from, --to, --filter, --top, --place and --json.
void add_store_options(CLI::App& command, question_choice& choice);

/// A store that is open, and the choice, understood.
struct store_question {
  std::string store;  ///< as a person named it
  std::shared_ptr<store::engine> engine;
  store::packet_filter filter;
  std::vector<std::string> sensors;  ///< those that were named
  std::map<std::uint16_t, std::string> sensor_names;
  store::count_options options;
  recognise::place_table places;
  std::string place_hint;

  [[nodiscard]] auto sensor_name(std::uint16_t number) const -> std::string;
};

/// A time on the command line: a date (its begin), or a date and a time as RFC 3339 has them,
/// seconds and zone left out or not; UTC without a zone.
[[nodiscard]] auto parse_time(std::string_view text) -> result<timestamp>;

/// Whether the times can be read and follow each other, and the filter: what a person can do wrong
/// before a store is open.
[[nodiscard]] auto filter_of(question_choice const& choice) -> result<store::packet_filter>;

/// Opens the store for `command` ("kizashi stats") and finds the sensors in it.
[[nodiscard]] auto open_question(question_choice const& choice, std::string const& command)
    -> result<store_question>;

/// Failures of questions: those that a person caused by stopping say so. Returns the exit code.
auto say_unanswered(error const& what) -> int;

// --- how answers look ---

/// "2026-01-15 09:00", without seconds.
[[nodiscard]] auto minute_text(timestamp time) -> std::string;
/// "2026-01-15 09:00" and "2026-01-15" of a row's `time`; "without time" of 0.
[[nodiscard]] auto hour_text(std::uint32_t time) -> std::string;
[[nodiscard]] auto day_text(std::uint32_t time) -> std::string;
[[nodiscard]] auto time_of(std::uint32_t seconds) -> timestamp;
/// "tcp"; "none" of packets without IP.
[[nodiscard]] auto stored_protocol_name(std::uint8_t ip_protocol) -> std::string;

}  // namespace kizashi::app
