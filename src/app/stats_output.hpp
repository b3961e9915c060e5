// The forms of what `kizashi stats` found; JSON and CSV are those of
// `kizashi/answer/statistics.hpp`.
#pragma once

#include <optional>

#include "kizashi/answer/statistics.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/store_question.hpp"

namespace kizashi::app {

struct stats_answer : answer::statistics_answer {
  store_question const& question;
  /// Where nothing was found: what the store has at all.
  std::optional<store::statistics_totals> whole;
};

[[nodiscard]] auto write_text(stats_answer const& what, text_style const& style, text_sink& out)
    -> status;

}  // namespace kizashi::app
