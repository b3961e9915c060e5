// A report as one JSON document, "kizashi-report/1": what the API answers, what is written into
// files, and what the HTML is made of.
//
//   KIZASHI_TRY(auto const period, period_at("month", "2026-09"));
//   KIZASHI_TRY(auto const report, make_document(engine, question, period, time_now()));
//   write(html_of(report, language::japanese));
#pragma once

#include "kizashi/answer/json_document.hpp"
#include "kizashi/paper/report.hpp"

namespace kizashi::paper {

using answer::json;

/// `question`: sensors and filter. `now` says whether the period has ended. No destination is in
/// the document. Cost: that of some forty questions about rollups, twenty of them about as many
/// rows of one kind, and of one about the tuples of the sources of the period's scan events.
[[nodiscard]] auto make_document(store::engine& in, answer::asked question,
                                 report_period const& period, timestamp now) -> result<json>;

/// {"kind", "name", "from", "to", "days"}.
[[nodiscard]] auto period_json(report_period const& of) -> json;

/// The period that has the last packet; of a store without packets the one that has `now`.
[[nodiscard]] auto newest_period(store::engine& in, answer::asked const& question,
                                 std::string_view kind, timestamp now) -> result<report_period>;

}  // namespace kizashi::paper
