// How findings of the engines are written.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/app/json_document.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/engine/schedule.hpp"

namespace kizashi::app {

/// What a run of `kizashi detect` amounted to.
struct detect_report {
  std::vector<engine::chosen_engine> engines;
  std::vector<engine::finding> found;  ///< in the order in which they were found
  std::uint64_t packets = 0;           ///< that ask, counted in windows
  std::uint64_t late = 0;              ///< that came behind their window
  bool is_partial = false;
};

/// One finding as `kizashi detect --json` and the API say it. Destinations are never in it.
[[nodiscard]] auto finding_json(engine::finding const& each) -> json;

[[nodiscard]] auto write_detect_json(detect_report const& what, text_sink& out) -> status;
/// At most `top` findings, 0: all.
[[nodiscard]] auto write_detect_text(detect_report const& what, std::size_t top, text_sink& out)
    -> status;

/// The engines with their options, for people and as JSON.
[[nodiscard]] auto write_engine_list(text_sink& out) -> status;
[[nodiscard]] auto write_engine_json(text_sink& out) -> status;

}  // namespace kizashi::app
