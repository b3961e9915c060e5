// What commands that count a store's packets have in common: which store, which packets, what else
// the answer needs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "kizashi/answer/question.hpp"
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

/// --store, --sensor, --filter and --place.
void add_question_options(CLI::App& command, question_choice& choice);
/// The same, --from, --to, --top and --json.
void add_store_options(CLI::App& command, question_choice& choice);

/// A store that is open, and the choice, understood.
struct store_question : answer::asked {
  std::shared_ptr<store::engine> engine;
  std::string place_hint;
};

using answer::parse_time;

/// Whether the times can be read and follow each other, and the filter: what a person can do wrong
/// before a store is open.
[[nodiscard]] auto filter_of(question_choice const& choice) -> result<store::packet_filter>;

/// Opens the store for `command` ("kizashi stats") and finds the sensors in it.
[[nodiscard]] auto open_question(question_choice const& choice, std::string const& command)
    -> result<store_question>;

/// Failures of questions: those that a person caused by stopping say so. Returns the exit code.
auto say_unanswered(error const& what) -> int;

// --- how answers look ---

using answer::day_text;
using answer::hour_text;
using answer::minute_text;
using answer::stored_protocol_name;
using answer::time_of;

}  // namespace kizashi::app
