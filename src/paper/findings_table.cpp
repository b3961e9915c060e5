// What the detection engines found, as a table of a report.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"
#include "kizashi/paper/changes.hpp"
#include "kizashi/paper/internal/tables.hpp"

namespace kizashi::paper::internal {
namespace {

auto thousands(json const& of) -> std::string {
  return with_thousands(of.get<std::uint64_t>());
}

/// "critical 2, low 1".
auto levels_text(json const& levels, words const& in) -> std::string {
  std::vector<std::string> out;
  for (auto const& [name, count] : levels.items())
    if (count != 0) out.push_back(fmt::format("{} {}", in.say("level." + name), thousands(count)));
  return fmt::format("{}", fmt::join(out, ", "));
}

/// Numbers of evidence are of any size.
auto plain_number(double of) -> std::string {
  return of >= 1000 ? with_thousands(static_cast<std::uint64_t>(of)) : fmt::format("{:.3g}", of);
}

/// Why, from the numbers that the finding stands on: the sentences of engines are English.
auto numbers_text(json const& finding, words const& in) -> std::string {
  auto const& evidence = finding["evidence"];
  auto const number = [&](char const* name) { return plain_number(evidence[name].get<double>()); };
  auto const has = [&](char const* name) {
    return evidence.contains(name) && evidence[name].is_number();
  };
  if (has("counted") && has("minutes") && has("expected"))
    return in.say("finding.counted", {{"counted", number("counted")},
                                      {"minutes", number("minutes")},
                                      {"expected", number("expected")}});
  if (has("value") && has("expected"))
    return in.say("finding.value", {{"value", number("value")}, {"expected", number("expected")}});
  return in.say("finding.score", {{"score", plain_number(finding["score"].get<double>())},
                                  {"threshold", plain_number(finding["threshold"].get<double>())}});
}

auto kind_text(json const& finding, words const& in) -> std::string {
  auto const term = term_of_kind(finding);
  return in.has(term) ? in.say(term) : finding["kind"].get<std::string>();
}

/// "surge · 23/tcp (telnet)", and below it why.
auto what_text(json const& row, words const& in) -> std::string {
  auto const& finding = row["finding"];
  auto out = kind_text(finding, in);
  if (auto const services = services_text(finding["services"]); !services.empty())
    out += " · " + services;
  if (auto const& sensor = finding["sensor"]; !sensor.is_null())
    out += " · " + in.say("finding.at.sensor", {{"sensor", sensor.get<std::string>()}});
  else if (!finding["sensors"].empty())
    out +=
        fmt::format(" · {}", fmt::join(finding["sensors"].get<std::vector<std::string>>(), ", "));
  out += '\n';
  out += in.of() == language::english ? finding["reason"].get<std::string>()
                                      : numbers_text(finding, in);
  return out;
}

auto engines_text(json const& row, words const& in) -> std::string {
  auto out = fmt::format("{}", fmt::join(row["engines"].get<std::vector<std::string>>(), ", "));
  if (row["count"] != 1)
    out += "\n" + in.say("finding.count", {{"count", thousands(row["count"])}});
  return out;
}

}  // namespace

auto findings_table(json const& findings, words const& in) -> markup {
  auto out = element("h3", {}, text(in.say("engines")));
  if (findings["count"] == 0)
    return out +
           element("p", {},
                   text(in.say(findings["shortages"] == 0 ? "engines.none" : "engines.short")));
  auto const engines = findings["engines"].get<std::vector<std::string>>();
  out +=
      element("p", {},
              text(in.say("engines.told", {{"count", thousands(findings["count"])},
                                           {"engines", fmt::format("{}", fmt::join(engines, ", "))},
                                           {"levels", levels_text(findings["levels"], in)}})));
  paper_table table{{{in.say("level"), false},
                     {in.say("finding"), false},
                     {in.say("engine"), false},
                     {in.say("began"), false, true},
                     {in.say("length")},
                     {in.say("sources")},
                     {in.say("confidence")}}};
  for (auto const& row : findings["rows"])
    table.add({in.say("level." + row["finding"]["level"].get<std::string>()), what_text(row, in),
               engines_text(row, in), minute_in(row["first"]), length_text(row),
               thousands(row["source_count"]),
               fmt::format("{:.2f}", row["finding"]["confidence"].get<double>())});
  return out + table.done();
}

}  // namespace kizashi::paper::internal
