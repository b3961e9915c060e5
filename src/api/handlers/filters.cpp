// What a filter can ask about, and whether one is right: for who types one.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/filter/completion.hpp"
#include "kizashi/filter/expression.hpp"

namespace kizashi::api {
namespace {

using answer::json;

constexpr std::string_view target_names[] = {"packets", "events", "attacks"};

/// Names that stand for numbers of the store: what may be typed behind a field of names.
auto names_of_kind(observatory const& in, call const& of, std::string_view kind) -> result<json> {
  auto out = json::array();
  if (!in.engine) return out;
  KIZASHI_TRY(auto const names, store::stored_names(*in.engine, kind, {in.limits, nullptr}));
  auto const& scope = of.who.scope;
  for (auto const& [number, name] : names) {
    bool const is_hidden =
        kind == "sensor" && !scope.is_everything &&
        (scope.is_nothing() ||
         (!scope.sensors.empty() && std::ranges::find(scope.sensors, name) == scope.sensors.end()));
    if (!is_hidden) out.push_back(name);
  }
  return out;
}

auto answer_fields(observatory const& in, call const& of) -> result<http::response> {
  auto const table = json::parse(filter::completion_json());
  json out{{"schema", "kizashi-fields/1"}, {"kizashi", answer::version()}};
  out["words"] = table["words"];
  out["operators"] = table["operators"];
  out["fields"] = json::array();
  KIZASHI_TRY(auto const tools, names_of_kind(in, of, "fingerprint"));
  KIZASHI_TRY(auto const scanners, names_of_kind(in, of, "scanner"));
  KIZASHI_TRY(auto const sensors, names_of_kind(in, of, "sensor"));
  for (auto const& each : table["fields"]) {
    json field{{"name", each["name"]}, {"aliases", each["aliases"]}, {"kind", each["kind"]}};
    field["where"] = each["applies_to"];
    field["help"] = each["help"];
    if (each.contains("largest")) field["largest"] = each["largest"];
    if (each.contains("values")) field["values"] = each["values"];
    auto const name = each["name"].get<std::string>();
    if (name == "tool" || name == "fingerprint") field["values"] = tools;
    if (name == "scanner") field["values"] = scanners;
    if (name == "sensor") field["values"] = sensors;
    out["fields"].push_back(std::move(field));
  }
  return json_response(out);
}

/// "filter:2:7: there is no field ..." in its parts.
auto problem_json(std::string_view message) -> json {
  json out{{"line", nullptr}, {"column", nullptr}};
  constexpr std::string_view begin = "filter:";
  if (message.starts_with(begin)) {
    auto const rest = message.substr(begin.size());
    auto const line_end = rest.find(':'), column_end = rest.find(": ", line_end + 1);
    if (line_end != std::string_view::npos && column_end != std::string_view::npos) {
      auto const line = parse_unsigned(rest.substr(0, line_end), UINT32_MAX);
      auto const column =
          parse_unsigned(rest.substr(line_end + 1, column_end - line_end - 1), UINT32_MAX);
      if (line && column) {
        out["line"] = *line;
        out["column"] = *column;
        message = rest.substr(column_end + 2);
      }
    }
  }
  out["message"] = message;
  constexpr std::string_view expected = "expected ";
  auto const at = message.find(expected);
  out["expected"] = at == std::string_view::npos
                        ? json(nullptr)
                        : json(std::string{message.substr(at + expected.size())});
  return out;
}

/// Whether the filter can be applied by this store, for who asks.
auto try_filter(observatory const& in, call const& of, std::string const& text, std::size_t target)
    -> result<filter::expression> {
  KIZASHI_TRY(auto read, filter::parse(text));
  KIZASHI_TRY(filter::check(read, static_cast<filter::target>(target)));
  if (in.filter) KIZASHI_TRY(in.filter(text, {target_names[target], of.who.has_destinations}));
  return read;
}

auto check_filter(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto const body, parse_body(of.request.body));
  std::string text, target{"packets"};
  std::vector<mistake> mistakes;
  for (auto const& [name, value] : body.items()) {
    if (name == "expression" && value.is_string())
      text = value.get<std::string>();
    else if (name == "of" && value.is_string() &&
             std::ranges::find(target_names, value.get<std::string>()) != std::end(target_names))
      target = value.get<std::string>();
    else
      mistakes.push_back({"body." + name, answer::text_of(value),
                          name == "expression" ? "a text"
                          : name == "of"       ? "one of packets, events, attacks"
                                               : "one of expression, of"});
  }
  if (!body.contains("expression")) mistakes.push_back({"body.expression", {}, "a filter"});
  if (!mistakes.empty()) return problem(400, "the body is not as expected", mistakes);
  auto const at = std::ranges::find(target_names, target) - std::begin(target_names);
  auto const read = try_filter(in, of, text, static_cast<std::size_t>(at));
  json out{{"schema", "kizashi-filter-check/1"}, {"ok", read.has_value()}, {"of", target}};
  out["canonical"] = read ? json(filter::to_text(*read)) : json(nullptr);
  out["problem"] = read ? json(nullptr) : problem_json(read.error().message);
  return json_response(out);
}

}  // namespace

auto filter_routes(observatory const& in) -> std::vector<route> {
  route fields{.path = "/api/v1/fields",
               .id = "listFields",
               .summary =
                   "The fields, operators and words of the filter language, with the names "
                   "that this store has: for completion.",
               .needs = role::viewer,
               .answer_schema = "fields",
               .tag = "Questions"};
  fields.answer = [&in](call const& of) { return answered(answer_fields(in, of)); };
  route check{.method = http::method::post,
              .path = "/api/v1/filter/check",
              .id = "checkFilter",
              .summary = "Whether a filter is right, and if not, what is wrong with it where.",
              .needs = role::viewer,
              .body_limit = std::size_t{64} << 10,
              .body_schema = "filter_check_request",
              .answer_schema = "filter_check",
              .tag = "Questions"};
  check.answer = [&in](call const& of) { return answered(check_filter(in, of)); };
  return {fields, check};
}

}  // namespace kizashi::api
