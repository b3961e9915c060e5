// A report: what `kizashi read` found, and the three forms in which it is written.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/answer/words.hpp"
#include "kizashi/app/engine_run.hpp"
#include "kizashi/app/findings.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/capture/frame_source.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/telescope/summary.hpp"

namespace kizashi::app {

/// Everything that the writers need. No destination address is in it: those of a darknet never
/// leave.
struct report {
  telescope::summary summary;
  std::vector<std::string> inputs;  ///< as a person named them
  std::vector<capture::note> notes;
  /// Whether packets are missing that the inputs should have given: stopped, damaged or unreadable.
  bool is_partial = false;
  std::string stopped_by;  ///< why the end was not reached; empty when it was
  bool has_darknet = false;
  std::uint64_t darknet_ipv4_addresses = 0;
  std::string filter;          ///< the canonical text; empty: all packets counted
  std::uint64_t filtered = 0;  ///< packets to the darknet that it left out
  recognise::place_table places;
  /// Why there is no place table and what to do; empty when there is one.
  std::string place_hint;
  std::size_t top = 10;                   ///< rows of each list but the windows; 0: all
  std::optional<findings> found;          ///< none: packets were only counted
  std::optional<detect_report> detected;  ///< none: engines were not asked for
};

/// How a terminal shows text.
struct text_style {
  unsigned width = 80;  ///< columns; 40 or more
  bool has_colour = false;
  bool is_utf8 = true;
};

/// A report for people.
[[nodiscard]] auto write_text(report const& what, text_style const& style, text_sink& out)
    -> status;

/// One JSON document by schema/read.schema.json, a row at a time: memory does not grow with the
/// lists.
[[nodiscard]] auto write_json(report const& what, text_sink& out) -> status;

/// summary.csv, ports.csv, sources.csv, countries.csv, as.csv, icmp.csv and windows.csv in
/// `folder`, which is made when it is not there. Each file appears whole or not at all.
[[nodiscard]] auto write_csv(report const& what, std::filesystem::path const& folder) -> status;

using answer::printable;
using answer::protocol_name;
using answer::shown;
using answer::version;

}  // namespace kizashi::app
