// What a program that runs for months says of itself: one line for each thing, as text or as JSON.
//
//   logger log;                                     // standard error
//   log.set(log_format::json, log_level::info);
//   log.write({log_level::warning, "sensor north", "12 packets were dropped"});
//
//   2026-01-15T09:00:00.250Z warning sensor north: 12 packets were dropped
//   {"time":"2026-01-15T09:00:00.250Z","level":"warning","part":"sensor north","message":"12 ..."}
//
// What is said again and again is counted: the first of a kind is written at once, those of the
// next 30 s are one line, "... (and 41 more like it)".
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi {

enum class log_level : std::uint8_t { error, warning, info, debug };
enum class log_format : std::uint8_t { text, json };

[[nodiscard]] auto name_of(log_level level) noexcept -> std::string_view;
[[nodiscard]] auto name_of(log_format format) noexcept -> std::string_view;
/// Read what `name_of` gives; fail with all names.
[[nodiscard]] auto parse_log_level(std::string_view text) -> result<log_level>;
[[nodiscard]] auto parse_log_format(std::string_view text) -> result<log_format>;

struct log_line {
  log_level level = log_level::info;
  std::string_view part;     ///< who says it: "serve", "sensor north", "api"
  std::string_view message;  ///< anything, also of strangers; cut after 4 KiB
  /// Lines of one kind, level and part count as like each other; empty: only equal ones do.
  std::string_view kind = {};
};

/// Safe to call from threads. A line is one write, never mixed with another. Bytes that could end
/// a line, move a cursor or are no UTF-8 are written as "\x1b" (text) or U+FFFD (JSON).
class logger {
public:
  using output = std::function<void(std::string_view line)>;
  using clock = std::function<timestamp()>;

  /// For how long lines of a kind are held back after the first.
  static constexpr duration quiet = std::chrono::seconds{30};
  /// Kinds that are known at a time. While there are more, only errors are written; how many of
  /// others were not is said later.
  static constexpr std::size_t most_kinds = 64;

  /// To standard error, by the system's clock. Where that is the journal of systemd, lines begin
  /// with their priority ("<4>", man sd-daemon), which it takes away.
  logger();
  logger(output to, clock now);

  /// From the next line on. Before: text, info.
  void set(log_format format, log_level most);
  void write(log_line const& line);
  /// Writes the counts of what was held back for long enough; `all`: of everything. To be called
  /// every now and then.
  void tell_held(bool all = false);

  struct remembered {
    timestamp at;
    std::string part;
    std::string message;
  };
  /// The last ten errors, the newest first.
  [[nodiscard]] auto errors() const -> std::vector<remembered>;

private:
  struct known_kind {
    std::uint64_t digest = 0;
    log_level level = log_level::info;
    std::string part;
    std::string message;  // the last that was held
    timestamp since;
    std::uint64_t held = 0;
  };
  void put(log_level level, std::string_view part, std::string_view message, timestamp at);
  void put_held(known_kind& of, timestamp now);
  [[nodiscard]] auto is_held(log_line const& line, timestamp now) -> bool;

  output to_;
  clock now_;
  bool has_priority_ = false;
  mutable std::mutex mutex_;  // guards what follows
  log_format format_ = log_format::text;
  log_level most_ = log_level::info;
  std::vector<known_kind> kinds_;
  std::uint64_t unwritten_ = 0;  // of kinds for which there was no room
  timestamp told_unwritten_;
  std::string buffer_;
  std::deque<remembered> errors_;
};

}  // namespace kizashi
