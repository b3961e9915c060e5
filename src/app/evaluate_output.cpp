#include "kizashi/app/evaluate_output.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "kizashi/app/evaluate_plots.hpp"
#include "kizashi/app/json_document.hpp"

namespace kizashi::app {
namespace {

using engine::engine_score;
using engine::planted_outbreak;

/// When the fused findings told it first: minutes from when it could be seen.
auto told_after(engine::evaluation const& in, planted_outbreak const& outbreak)
    -> std::optional<double> {
  std::optional<double> out;
  for (auto const& each : in.fused) {
    if (!std::ranges::binary_search(each.services, outbreak.at) || each.last <= outbreak.start ||
        each.first >= outbreak.end)
      continue;
    auto const minutes = static_cast<double>((each.last - outbreak.seen).count()) / 6e10;
    out = std::min(out.value_or(minutes), minutes);
  }
  return out;
}

auto month_text(engine::evaluation const& of) -> std::string {
  return fmt::format(
      "{} days, seed {}, {} outbreaks among {} background ports, {} pairs of source and port in "
      "windows of 10 minutes",
      of.settings.days, of.settings.seed, of.outbreaks.size(), of.settings.quiet_ports + 11,
      of.rows);
}

/// State is of each engine; the process has all of them, and the windows.
auto memory_text(engine::evaluation const& of) -> std::string {
  return fmt::format("Memory of the run at its peak, all engines twice: {} MiB.",
                     of.peak_memory >> 20);
}

auto score_json(engine_score const& each) -> json {
  json out;
  out["name"] = each.name;
  out["findings"] = each.findings;
  out["incidents"] = each.incidents;
  out["right"] = each.right;
  out["planted"] = each.planted;
  out["found"] = each.found;
  out["recall"] = each.names_services ? json(each.recall()) : json(nullptr);
  out["precision"] = each.names_services ? json(each.precision()) : json(nullptr);
  out["median_delay_minutes"] = each.found == 0 ? json(nullptr) : json(each.median_delay);
  out["worst_delay_minutes"] = each.found == 0 ? json(nullptr) : json(each.worst_delay);
  out["false_per_week"] = each.false_per_week;
  out["cpu_seconds"] = each.cpu_seconds;
  out["state_bytes"] = each.state_bytes;
  out["missed"] = each.missed;
  return out;
}

auto outbreak_json(engine::evaluation const& in, planted_outbreak const& each) -> json {
  json out;
  out["service"] = each.at.to_string();
  out["start"] = time_json(each.start);
  out["seen"] = time_json(each.seen);
  out["end"] = time_json(each.end);
  out["sources"] = each.sources;
  out["doubling_hours"] = each.doubling;
  out["background"] = each.background;
  auto const told = told_after(in, each);
  out["told_after_minutes"] = told ? json(*told) : json(nullptr);
  return out;
}

/// "1.000", or "-" where it says nothing.
auto score_share_text(engine_score const& of, double share) -> std::string {
  return of.names_services ? fmt::format("{:.3f}", share) : "-";
}
auto score_delay_text(engine_score const& of, double minutes) -> std::string {
  return of.found == 0 ? "-" : fmt::format("{:.0f}", minutes);
}

}  // namespace

auto write_evaluation_text(engine::evaluation const& what, text_sink& out) -> status {
  KIZASHI_TRY(
      out.write(fmt::format("{}\n\n{:<12}{:>9}{:>10}{:>8}{:>10}{:>8}{:>8}{:>8}{:>9}{:>12}\n",
                            month_text(what), "engine", "findings", "incidents", "recall",
                            "precision", "delay", "worst", "false/w", "CPU s", "state KiB")));
  for (auto const& each : what.scores)
    KIZASHI_TRY(out.write(fmt::format(
        "{:<12}{:>9}{:>10}{:>8}{:>10}{:>8}{:>8}{:>8.2f}{:>9.2f}{:>12}\n", each.name, each.findings,
        each.incidents, score_share_text(each, each.recall()),
        score_share_text(each, each.precision()), score_delay_text(each, each.median_delay),
        score_delay_text(each, each.worst_delay), each.false_per_week, each.cpu_seconds,
        each.state_bytes / 1024)));
  KIZASHI_TRY(out.write(
      "\nDelay: minutes from when five sources an interval, or five times the background, are to "
      "be\n"
      "expected; negative: told before. Together: fused findings. - : names no ports.\n"));
  KIZASHI_TRY(out.write(memory_text(what) + "\n"));
  for (auto const& each : what.scores)
    if (each.name == "together" && !each.missed.empty())
      KIZASHI_TRY(out.write(fmt::format("Missed: {}\n", fmt::join(each.missed, ", "))));
  return {};
}

auto write_evaluation_json(engine::evaluation const& what, text_sink& out) -> status {
  json_document document{out};
  KIZASHI_TRY(document.member("format", "kizashi-evaluation"));
  KIZASHI_TRY(document.member("version", 1));
  KIZASHI_TRY(document.member("days", what.settings.days));
  KIZASHI_TRY(document.member("seed", what.settings.seed));
  KIZASHI_TRY(document.member("rows", what.rows));
  KIZASHI_TRY(document.member("peak_memory_bytes", what.peak_memory));
  KIZASHI_TRY(document.list("scores", what.scores, what.scores.size(), score_json));
  KIZASHI_TRY(
      document.list("outbreaks", what.outbreaks, what.outbreaks.size(),
                    [&](planted_outbreak const& each) { return outbreak_json(what, each); }));
  return document.close();
}

auto write_evaluation_html(engine::evaluation const& what, text_sink& out) -> status {
  KIZASHI_TRY(out.write(fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Kizashi: engines "
      "judged</title>\n<style>body{{font-family:sans-serif;margin:2em}}table{{border-collapse:"
      "collapse}}td,th{{border:1px solid #999;padding:.2em .6em;text-align:right}}td:first-child,"
      "th:first-child{{text-align:left}}</style></head><body>\n<h1>Engines judged by planted "
      "outbreaks</h1>\n<p>{}</p>\n<h2>Scores</h2>\n<table><tr><th>engine<th>findings<th>incidents"
      "<th>recall<th>precision<th>median delay, min<th>worst<th>false per week<th>CPU, s<th>state, "
      "KiB</tr>\n",
      month_text(what))));
  for (auto const& each : what.scores)
    KIZASHI_TRY(out.write(fmt::format(
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.2f}<td>{:.2f}<td>{}</tr>\n",
        each.name, each.findings, each.incidents, score_share_text(each, each.recall()),
        score_share_text(each, each.precision()), score_delay_text(each, each.median_delay),
        score_delay_text(each, each.worst_delay), each.false_per_week, each.cpu_seconds,
        each.state_bytes / 1024)));
  KIZASHI_TRY(out.write(fmt::format("</table>\n<p>{}</p>\n", memory_text(what))));
  KIZASHI_TRY(out.write(scores_plot(what)));
  KIZASHI_TRY(out.write("<h2>Outbreaks</h2>\n"));
  KIZASHI_TRY(
      out.write(outbreaks_plot(what, [&](auto const& each) { return told_after(what, each); })));
  KIZASHI_TRY(
      out.write("<table><tr><th>port<th>start<th>to be seen from<th>sources an "
                "interval<th>doubles in, h<th>background<th>told after, min</tr>\n"));
  for (auto const& each : what.outbreaks) {
    auto const told = told_after(what, each);
    KIZASHI_TRY(out.write(fmt::format(
        "<tr><td>{}<td>{:.16}<td>{:.16}<td>{:.0f}<td>{:.1f}<td>{:.1f}<td>{}</tr>\n",
        each.at.to_string(), each.start.to_string(), each.seen.to_string(), each.sources,
        each.doubling, each.background, told ? fmt::format("{:.0f}", *told) : "never")));
  }
  return out.write("</table>\n</body></html>\n");
}

}  // namespace kizashi::app
