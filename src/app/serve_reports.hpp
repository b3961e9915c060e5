// The reports that a server writes: of each period of its schedule one, when it has closed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kizashi/answer/question.hpp"
#include "kizashi/app/report_settings.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// A thread that looks every few seconds which reports are due (`paper::due_periods`). What is
/// written is seen by its files alone: a file appears whole, so what a crash left out is made good
/// at the next look, and what is there is not written again. What fails is logged, and tried again
/// an hour later; nothing stops the server.
class serve_reports {
public:
  struct parts {
    std::shared_ptr<store::engine> engine;
    std::shared_ptr<recognise::place_table const> places;
    store::ask_limits limits;  ///< of each question
    logger& log;
    metrics& counters;
  };
  serve_reports(parts of, report_rules rules);
  /// Ends the thread, and the browser that it may be waiting for.
  ~serve_reports();
  serve_reports(serve_reports const&) = delete;
  auto operator=(serve_reports const&) -> serve_reports& = delete;

  /// {"schedule", "written", "failed", "latest", "failure"}: files since the start, the name of the
  /// newest period that was written, and what went wrong last.
  [[nodiscard]] auto look() const -> answer::json;

private:
  void work();
  void write_due(timestamp now);
  [[nodiscard]] auto due(timestamp now) -> result<std::vector<paper::report_period>>;
  [[nodiscard]] auto write(paper::report_period const& of, timestamp now) -> status;
  [[nodiscard]] auto question() -> result<answer::asked>;
  void say(log_level level, std::string_view what);

  parts of_;
  report_rules rules_;
  metric_counter& written_;
  metric_counter& failed_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable woken_;
  std::string latest_;
  std::string failure_;
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace kizashi::app
