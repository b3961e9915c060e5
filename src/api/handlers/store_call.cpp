#include "kizashi/api/handlers/store_call.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kizashi::api {
namespace {

using answer::json;

auto scope_json(scope const& of) -> json {
  if (of.is_everything) return {{"everything", true}};
  auto prefixes = json::array();
  for (auto const& each : of.prefixes) prefixes.push_back(each.to_string());
  json out{{"everything", false}};
  out["sensors"] = of.sensors.empty() ? json(nullptr) : json(of.sensors);
  out["prefixes"] = of.prefixes.empty() ? json(nullptr) : std::move(prefixes);
  return out;
}

auto may_see(scope const& of, std::string const& sensor) -> bool {
  if (of.is_nothing()) return false;
  return of.is_everything || of.sensors.empty() ||
         std::ranges::find(of.sensors, sensor) != of.sensors.end();
}

auto number_of(answer::stored_names const& names, std::string const& name)
    -> std::optional<std::uint16_t> {
  for (auto const& [number, each] : names)
    if (each == name) return number;
  return std::nullopt;
}

/// The sensors that are asked for, or else those that may be seen.
auto choose_sensors(answer::asked& question, scope const& of) -> status {
  auto const& names = question.sensor_names;
  auto& chosen = question.filter.sensors;
  for (auto const& wanted : question.sensors) {
    auto const number = number_of(names, wanted);
    if (!number || !may_see(of, wanted))
      return fail(errc::not_found, fmt::format("there is no sensor \"{}\"", wanted));
    chosen.push_back(*number);
  }
  if (!chosen.empty() || of.is_everything || of.sensors.empty()) return {};
  for (auto const& each : of.sensors)
    if (auto const number = number_of(names, each)) chosen.push_back(*number);
  // No sensor has the number 0: of sensors that have sent nothing yet there is nothing.
  if (chosen.empty()) chosen.push_back(0);
  return {};
}

/// As tables of packets have them: 4 or 16 bytes.
auto address_sql(net::address a) -> std::string {
  if (!a.is_ipv6()) return fmt::format("{}", a.as_ipv4().value());
  return fmt::format("toFixedString(unhex('{:016x}{:016x}'), 16)", a.as_ipv6().high(),
                     a.as_ipv6().low());
}

}  // namespace

auto parse_body(std::string const& text) -> result<json> {
  constexpr int most_depth = 16;
  bool is_too_deep = false;
  auto made = json::parse(
      text,
      [&](int depth, json::parse_event_t, json&) {
        is_too_deep = is_too_deep || depth > most_depth;
        return !is_too_deep;
      },
      false);
  if (made.is_discarded() || is_too_deep || !made.is_object())
    return fail(errc::parse_error,
                "the body is no JSON object; expected such as {\"sql\": \"select 1\"}");
  return made;
}

auto answered(result<http::response> outcome) -> http::response {
  return outcome ? std::move(*outcome) : problem_of(outcome.error());
}

auto json_response(std::string body) -> http::response {
  return {200, "application/json", std::move(body), {}};
}
auto json_response(json const& what) -> http::response {
  return json_response(answer::text_of(what) + "\n");
}

auto sensor_parameter() -> parameter {
  return {.name = "sensor",
          .help = "Only what this sensor saw; may be repeated. Without: all sensors.",
          .is_repeated = true,
          .least = 1,
          .most = 100,
          .example = "north"};
}
auto from_parameter(parameter_kind kind) -> parameter {
  return {.name = "from",
          .kind = kind,
          .help = "Only what was seen since then. UTC unless a zone is given.",
          .example = "2026-07-01"};
}
auto to_parameter(parameter_kind kind) -> parameter {
  return {.name = "to",
          .kind = kind,
          .help = "Only what was seen before then; the time itself is not included.",
          .example = "2026-07-02T12:00Z"};
}
auto format_parameter() -> parameter {
  return {.name = "format",
          .kind = parameter_kind::choice,
          .help = "The form of the answer. Without: as the field Accept says, else JSON.",
          .choices = {"json", "csv"}};
}
auto filter_parameter() -> parameter {
  return {.name = "filter",
          .help = "Only rows that this expression of the filter language lets through.",
          .least = 1,
          .most = 4000,
          .example = "port = 23 and country = JP"};
}

auto question_of(observatory const& in, call const& of) -> result<answer::asked> {
  if (!in.engine) return fail(errc::io_error, "there is no store to ask");
  answer::asked out;
  out.store = in.name;
  out.places = in.places;
  out.scope = scope_json(of.who.scope);
  out.sensors = of.with.get<std::vector<std::string>>("sensor");
  if (of.with.knows("from")) out.filter.from = of.with.time("from");
  if (of.with.knows("to")) out.filter.to = of.with.time("to");
  if (out.filter.from.is_known() && out.filter.to.is_known() && out.filter.to <= out.filter.from)
    return fail(errc::out_of_range, "query.to is not after query.from; expected a later time");
  out.options.ask.limits = in.limits;
  out.options.ask.wants_stop = [request = of.request.is_abandoned] {
    return request && request->load();
  };
  KIZASHI_TRY(out.sensor_names, store::stored_names(*in.engine, "sensor", out.options.ask));
  KIZASHI_TRY(choose_sensors(out, of.who.scope));
  if (of.who.scope.is_nothing()) out.filter.sensors = {0};
  if (!of.who.scope.is_everything) out.filter.sources = of.who.scope.prefixes;
  return out;
}

auto filter_packets(observatory const& in, call const& of, answer::asked& question) -> status {
  if (!of.with.has("filter")) return {};
  if (!in.packet_filter) return fail(errc::unsupported, "this server has no filter language");
  auto made = in.packet_filter(of.with.get<std::string>("filter"), of.who.has_destinations);
  if (!made) return fail(made.error().code, fmt::format("query.filter: {}", made.error().message));
  question.filter.where = std::move(*made);
  return {};
}

auto is_within(net::prefix const& who, scope const& of) -> bool {
  return of.is_everything || of.prefixes.empty() ||
         std::ranges::any_of(of.prefixes, [&](net::prefix const& each) {
           return each.contains(who.first()) && each.contains(who.last());
         });
}

auto bound_span(observatory const& in, answer::asked& question) -> status {
  auto& from = question.filter.from;
  auto& to = question.filter.to;
  if (from.is_known() && to.is_known()) return {};
  KIZASHI_TRY(auto const all, store::count_all(*in.engine, question.filter, question.options));
  auto const one = timestamp{std::int64_t{3600} * 1'000'000'000};
  auto const end = all.last.is_known() ? all.last + std::chrono::minutes{1} : one;
  if (!from.is_known()) from = all.first.is_known() ? all.first : one;
  if (!to.is_known()) to = std::max(end, from + std::chrono::minutes{1});
  return {};
}

auto read_from_name(store::row_origin of) -> std::string_view {
  constexpr std::string_view names[] = {"rollups", "tuples", "packets"};
  return names[static_cast<std::size_t>(of)];
}

auto scope_condition(answer::asked const& of, bool is_ipv6) -> std::optional<std::string> {
  std::vector<std::string> all;
  if (!of.filter.sensors.empty())
    all.push_back(fmt::format("sensor in ({})", fmt::join(of.filter.sensors, ",")));
  if (!of.filter.sources.empty()) {
    std::vector<std::string> any;
    for (auto const& each : of.filter.sources)
      if (each.first().is_ipv6() == is_ipv6)
        any.push_back(fmt::format("(src >= {} and src <= {})", address_sql(each.first()),
                                  address_sql(each.last())));
    if (any.empty()) return std::nullopt;
    all.push_back(fmt::format("({})", fmt::join(any, " or ")));
  }
  return all.empty() ? std::string{"1"} : fmt::format("{}", fmt::join(all, " and "));
}

auto finding_scope_of(scope const& of) -> store::finding_scope {
  if (of.is_everything) return {};
  return {of.sensors, of.prefixes};
}

auto wants_csv(call const& of) -> bool {
  if (of.with.has("format")) return of.with.get<std::string>("format") == "csv";
  auto const accept = of.request.fields.get("accept");
  return !accept.empty() && !is_acceptable(accept, "application/json") &&
         is_acceptable(accept, "text/csv");
}

auto answer_head(answer::asked const& of, std::string_view schema) -> json {
  json out;
  out["schema"] = schema;
  out["kizashi"] = answer::version();
  out["store"] = of.store;
  out["scope"] = *of.scope;
  out["asked_sensors"] = of.sensors;
  out["from"] = answer::time_json(of.filter.from);
  out["to"] = answer::time_json(of.filter.to);
  return out;
}

}  // namespace kizashi::api
