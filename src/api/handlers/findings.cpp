// What the engines concluded, and which engines there are.
#include <algorithm>

#include <fmt/format.h>

#include "kizashi/answer/finding.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/paging.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/engine/registry.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::api {
namespace {

using answer::json;
using engine::finding_level;

constexpr std::uint64_t most_finding_rows = 1000;

/// The parameter's choices are the names.
auto level_named(std::string_view name) -> finding_level {
  auto out = finding_level::note;
  while (out != finding_level::critical && engine::name_of(out) != name)
    out = static_cast<finding_level>(static_cast<int>(out) + 1);
  return out;
}

auto request_of(call const& of, answer::asked const& question) -> result<store::finding_request> {
  store::finding_request out;
  out.from = question.filter.from;
  out.to = question.filter.to;
  out.engines = of.with.get<std::vector<std::string>>("engine");
  out.kinds = of.with.get<std::vector<std::string>>("kind");
  out.sensors = question.sensors;
  out.least = level_named(of.with.get<std::string>("level"));
  if (of.with.has("service")) {
    KIZASHI_TRY(out.at, answer::parse_service(of.with.get<std::string>("service")));
  }
  if (of.with.has("source")) out.source = of.with.get<net::prefix>("source");
  out.scope = finding_scope_of(of.who.scope);
  out.rows = of.with.get<std::uint64_t>("limit");
  out.is_newest_first = of.with.get<std::string>("order") == "newest";
  out.ask = question.options.ask;
  return out;
}

auto findings_page(call const& of, answer::asked const& question,
                   store::page<store::stored_finding> const& found, std::string const& next)
    -> http::response {
  if (wants_csv(of)) {
    auto text = answer::finding_csv_head() + "\n";
    for (auto const& each : found.rows) text += answer::finding_csv_line(each.found) + "\n";
    return csv_page(std::move(text), next);
  }
  auto out = answer_head(question, "kizashi-findings/1");
  out["counting"] = {{"source_count", {{"is_exact", true}}}};
  out["rows"] = json::array();
  for (auto const& each : found.rows) out["rows"].push_back(answer::finding_row_json(each.found));
  out["next"] = answer::name_json(next);
  return json_response(out);
}

auto answer_findings(observatory const& in, call const& of) -> result<http::response> {
  auto const service = of.with.get_or<std::string>("service", "tcp/1");
  if (!answer::parse_service(service))
    return problem(400, "query.service is not as expected",
                   {{"query.service", service, "a service such as tcp/23, udp/53413, icmp/8.0"}});
  KIZASHI_TRY(auto const question, question_of(in, of));
  KIZASHI_TRY(auto asked, request_of(of, question));
  auto const digest = question_digest(of, question, "listFindings");
  KIZASHI_TRY(asked.after, place_in_list(of, digest));
  store::page<store::stored_finding> found;
  if (!of.who.scope.is_nothing()) {
    KIZASHI_TRY(found, store::list_findings(*in.engine, asked));
  }
  return findings_page(of, question, found, cursor_behind(digest, found.next));
}

/// Of 16 hexadecimal digits. Nothing: it is no id.
auto parse_finding_id(std::string_view text) -> std::optional<std::uint64_t> {
  std::uint64_t out = 0;
  for (auto const letter : text) {
    auto const digit = std::string_view{"0123456789abcdef"}.find(letter);
    if (digit == std::string_view::npos) return std::nullopt;
    out = out << 4 | digit;
  }
  return out;
}

auto answer_finding(observatory const& in, call const& of) -> result<http::response> {
  if (!in.engine) return fail(errc::io_error, "there is no store to ask");
  auto const& text = of.with.get<std::string>("finding");
  auto const id = parse_finding_id(text);
  std::optional<store::stored_finding> found;
  if (id && !of.who.scope.is_nothing()) {
    store::ask_settings const ask{in.limits, nullptr};
    KIZASHI_TRY(found, store::find_finding(*in.engine, *id, finding_scope_of(of.who.scope), ask));
  }
  // What somebody may not see is not there, in the same words.
  if (!found) return fail(errc::not_found, fmt::format("there is no finding \"{}\"", text));
  json out{{"schema", "kizashi-finding/1"}, {"kizashi", answer::version()}, {"store", in.name}};
  out["finding"] = answer::finding_json(found->found);
  return json_response(out);
}

auto answer_engines() -> http::response {
  json out{{"schema", "kizashi-engines/1"}, {"kizashi", answer::version()}};
  out["engines"] = json::array();
  for (auto const* each : engine::all_engines())
    out["engines"].push_back(answer::engine_json(*each));
  return json_response(out);
}

auto finding_parameters() -> std::vector<parameter> {
  std::vector<std::string_view> engines, levels;
  for (auto const* each : engine::all_engines()) engines.push_back(each->name);
  for (auto level = 0; level <= static_cast<int>(finding_level::critical); ++level)
    levels.push_back(engine::name_of(static_cast<finding_level>(level)));
  std::vector<parameter> out{
      sensor_parameter(),
      from_parameter(parameter_kind::instant),
      to_parameter(parameter_kind::instant),
      {.name = "engine",
       .kind = parameter_kind::choice,
       .help = "Only what these engines concluded.",
       .is_repeated = true,
       .choices = std::move(engines)},
      {.name = "kind",
       .kind = parameter_kind::choice,
       .help = "Only findings of these kinds.",
       .is_repeated = true,
       .choices = {engine::kind::change, engine::kind::burst, engine::kind::surge,
                   engine::kind::group, engine::kind::graph, engine::kind::high_risk,
                   engine::kind::global, engine::kind::fused, engine::kind::shortage}},
      {.name = "level",
       .kind = parameter_kind::choice,
       .help = "Only findings of this level and above.",
       .standard = "note",
       .choices = std::move(levels)},
      {.name = "service",
       .help = "Only findings about this service, perhaps among others.",
       .least = 1,
       .most = 20,
       .example = "tcp/23"},
      {.name = "source",
       .kind = parameter_kind::network,
       .help = "Only findings with a listed source in it; a finding lists at most 1,000.",
       .example = "192.0.2.0/24"}};
  for (auto const& each : paging_parameters(most_finding_rows)) out.push_back(each);
  return out;
}

}  // namespace

auto finding_routes(observatory const& in) -> std::vector<route> {
  route list{.path = "/api/v1/findings",
             .id = "listFindings",
             .summary =
                 "What the engines concluded (docs/engines/README.md), by its begin: without "
                 "series, and with the first 20 sources.",
             .needs = role::viewer,
             .cost = 2,
             .parameters = finding_parameters(),
             .media_types = {"application/json", "text/csv"},
             .answer_schema = "findings",
             .tag = "Findings"};
  list.answer = [&in](call const& of) { return answered(answer_findings(in, of)); };
  route one{.path = "/api/v1/findings/{finding}",
            .id = "getFinding",
            .summary = "A finding with its series and all its listed sources.",
            .needs = role::viewer,
            .answer_schema = "finding",
            .tag = "Findings"};
  one.parameters = {{.name = "finding",
                     .help = "Its id.",
                     .place = parameter_place::path,
                     .least = 16,
                     .most = 16,
                     .example = "0123456789abcdef"}};
  one.answer = [&in](call const& of) { return answered(answer_finding(in, of)); };
  route engines{.path = "/api/v1/engines",
                .id = "listEngines",
                .summary = "The engines of this program with their options.",
                .needs = role::viewer,
                .is_quick = true,
                .answer_schema = "engines",
                .tag = "Findings"};
  engines.answer = [](call const&) { return answer_engines(); };
  return {list, one, engines};
}

}  // namespace kizashi::api
