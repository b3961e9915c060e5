// The forms of what `kizashi stats` found.
#pragma once

#include <optional>
#include <string>

#include "kizashi/app/report.hpp"
#include "kizashi/app/store_question.hpp"

namespace kizashi::app {

struct stats_answer {
  store_question const& question;
  std::string by;  ///< as a person said it; empty: totals alone
  store::group_by kind = store::group_by::port;
  store::statistics_totals totals;
  store::statistics found;
  /// Where nothing was found: what the store has at all.
  std::optional<store::statistics_totals> whole;
};

[[nodiscard]] auto write_text(stats_answer const& what, text_style const& style, text_sink& out)
    -> status;
/// "kizashi-stats/1".
[[nodiscard]] auto write_json(stats_answer const& what, text_sink& out) -> status;
/// The rows under a line of names.
[[nodiscard]] auto write_csv(stats_answer const& what, text_sink& out) -> status;

}  // namespace kizashi::app
