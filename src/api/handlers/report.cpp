// A report on a day, week, month, quarter or year.
#include <chrono>
#include <iterator>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/api/report_files.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/paper/document.hpp"
#include "kizashi/paper/files.hpp"
#include "kizashi/paper/html.hpp"

namespace kizashi::api {
namespace {

auto wall_time() -> timestamp {
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  return timestamp{std::chrono::duration_cast<duration>(since).count()};
}

auto period_in(observatory const& in, call const& of, answer::asked const& question)
    -> result<paper::report_period> {
  auto const kind = of.with.get<std::string>("period");
  if (!of.with.has("at")) return paper::newest_period(*in.engine, question, kind, wall_time());
  auto found = paper::period_at(kind, of.with.get<std::string>("at"));
  if (!found) return fail(found.error().code, fmt::format("query.at: {}", found.error().message));
  return found;
}

/// The answer as a file, whether or not there is one.
auto file_of(call const& of, paper::report_period const& period) -> result<paper::report_file> {
  paper::report_file out{period, paper::file_form::json, std::nullopt};
  if (of.with.get<std::string>("format") != "html") return out;
  out.form = paper::file_form::html;
  KIZASHI_TRY(out.language, paper::parse_language(of.with.get<std::string>("language")));
  return out;
}

/// What was written on schedule, which is of the whole store. Nothing where that is not what is
/// asked for, or nothing was written.
auto written_text(observatory const& in, call const& of, paper::report_file const& what)
    -> std::optional<std::string> {
  bool const is_of_all = of.who.scope.is_everything && !of.with.has("filter") &&
                         of.with.get<std::vector<std::string>>("sensor").empty();
  if (!is_of_all || in.reports.empty() || of.with.get<std::string>("fresh") == "yes")
    return std::nullopt;
  auto found = paper::read_file(in.reports, what);
  return found ? std::optional{std::move(*found)} : std::nullopt;
}

auto answer_report(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  KIZASHI_TRY(auto const period, period_in(in, of, question));
  KIZASHI_TRY(auto const what, file_of(of, period));
  auto text = written_text(in, of, what);
  if (!text) {
    KIZASHI_TRY(auto const made, paper::make_document(*in.engine, question, period, wall_time()));
    KIZASHI_TRY(text, paper::content_of(what, made, {}));
  }
  http::response out{200, std::string{paper::media_type_of(what.form)}, std::move(*text), {}};
  if (what.form == paper::file_form::json) return out;
  out.fields.add("Content-Security-Policy", policy_of_report_files);
  out.fields.add("Content-Disposition", fmt::format("inline; filename=\"{}\"", what.name()));
  return out;
}

}  // namespace

auto report_routes(observatory const& in) -> std::vector<route> {
  route out{.path = "/api/v1/report",
            .id = "getReport",
            .summary =
                "A report on a day, week, month, quarter or year, and how it differs from "
                "the one before.",
            .needs = role::viewer,
            .cost = 10,
            .media_types = {"application/json", "text/html"},
            .answer_schema = "report",
            .tag = "Questions"};
  out.parameters = {
      {.name = "period",
       .kind = parameter_kind::choice,
       .help = "How long. Weeks begin on Mondays; times are UTC.",
       .standard = "month",
       .choices = {std::begin(paper::period_names), std::end(paper::period_names)}},
      {.name = "at",
       .help = "The period that has the begin of this year, quarter, month, week or day. Without: "
               "the one of the last packet.",
       .least = 4,
       .most = 10,
       .example = "2026-01"},
      {.name = "format",
       .kind = parameter_kind::choice,
       .help = "The form of the answer: JSON, or one HTML file to be read and printed.",
       .standard = "json",
       .choices = {"json", "html"}},
      {.name = "language",
       .kind = parameter_kind::choice,
       .help = "Of the HTML file: English or Japanese.",
       .standard = "en",
       .choices = {"en", "ja"}},
      {.name = "fresh",
       .kind = parameter_kind::choice,
       .help = "A report on the whole store that was written on schedule is answered as it was "
               "written. yes: it is made anew, with what came in since.",
       .standard = "no",
       .choices = {"no", "yes"}},
      sensor_parameter(),
      filter_parameter()};
  out.answer = [&in](call const& of) { return answered(answer_report(in, of)); };
  return {out};
}

}  // namespace kizashi::api
