// How good the engines are where the truth is known: the acceptance bench.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/evaluation/planted_month.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/engine/schedule.hpp"

namespace kizashi::engine {

/// One engine alone, or "together": all of them, of which the fused findings count.
struct engine_score {
  std::string name;
  bool names_services = true;  ///< else recall and precision say nothing
  std::size_t findings =
      0;  ///< about services; what an engine says of a sensor as a whole is not here
  std::size_t incidents = 0;  ///< different ones: later news of the same are none
  std::size_t right = 0;      ///< incidents at the port and in the time of an outbreak
  std::size_t found = 0;      ///< outbreaks
  std::size_t planted = 0;
  double median_delay = 0;  ///< minutes from when it could be seen; negative: before that
  double worst_delay = 0;
  double false_per_week = 0;
  double cpu_seconds = 0;
  std::uint64_t state_bytes = 0;    ///< what it keeps at the end, saved
  std::vector<std::string> missed;  ///< services of outbreaks not found

  [[nodiscard]] auto recall() const -> double {
    return planted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(planted);
  }
  [[nodiscard]] auto precision() const -> double {
    return incidents == 0 ? 1 : static_cast<double>(right) / static_cast<double>(incidents);
  }
};

struct evaluation {
  month_settings settings;
  std::uint64_t rows = 0;  ///< of the windows of ten minutes
  std::vector<planted_outbreak> outbreaks;
  std::vector<engine_score> scores;  ///< in the order of the engines, "together" last
  std::vector<finding> fused;
  std::uint64_t peak_memory = 0;  ///< bytes of the process; who ran it says so
};

/// Judges findings by the truth: a finding is right when it names the service of an outbreak
/// between that one's start and a day after its end.
[[nodiscard]] auto score_findings(std::vector<finding> const& all,
                                  std::vector<planted_outbreak> const& truth, double weeks)
    -> engine_score;

/// Plays the month once to every chosen engine alone and to all of them together.
[[nodiscard]] auto evaluate_engines(std::vector<chosen_engine> const& chosen,
                                    month_settings const& with,
                                    std::function<bool(std::uint32_t)> const& progress)
    -> result<evaluation>;

}  // namespace kizashi::engine
