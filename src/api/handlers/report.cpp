// A report on a day, week, month, quarter or year.
#include <chrono>
#include <iterator>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/api/report_files.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/paper/document.hpp"
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

auto answer_report(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  KIZASHI_TRY(auto const period, period_in(in, of, question));
  KIZASHI_TRY(auto const made, paper::make_document(*in.engine, question, period, wall_time()));
  if (of.with.get<std::string>("format") != "html") return json_response(made);
  KIZASHI_TRY(auto const language, paper::parse_language(of.with.get<std::string>("language")));
  http::response out{200, "text/html; charset=utf-8", paper::html_of(made, language), {}};
  out.fields.add("Content-Security-Policy", policy_of_report_files);
  out.fields.add("Content-Disposition", fmt::format("inline; filename=\"kizashi-{}.{}.html\"",
                                                    period.name, paper::code_of(language)));
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
      sensor_parameter(),
      filter_parameter()};
  out.answer = [&in](call const& of) { return answered(answer_report(in, of)); };
  return {out};
}

}  // namespace kizashi::api
