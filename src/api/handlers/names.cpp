// What numbers and names there are: sensors, and what rows call things.
#include <algorithm>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/recognise/fingerprint.hpp"

namespace kizashi::api {
namespace {

using answer::json;

auto answer_sensors(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto const question, question_of(in, of));
  KIZASHI_TRY(auto const counted, store::count_by(*in.engine, question.filter,
                                                  store::group_by::sensor, question.options));
  auto out = answer_head(question, "kizashi-sensors/1");
  out["counting"] = {{"packets", {{"is_exact", true}}}};
  out["rows"] = json::array();
  auto const& chosen = question.filter.sensors;
  for (auto const& [number, name] : question.sensor_names) {
    if (!chosen.empty() && std::ranges::find(chosen, number) == chosen.end()) continue;
    auto const found =
        std::ranges::find(counted.rows, number, [](auto const& each) { return each.key.sensor; });
    bool const is_there = found != counted.rows.end();
    out["rows"].push_back({{"sensor", name},
                           {"number", number},
                           {"packets", is_there ? found->packets : 0},
                           {"wire_bytes", is_there ? found->bytes : 0}});
  }
  return json_response(out);
}

/// "malware", "tool", ... of fingerprints that this program knows; null: of another's file.
auto meaning_of(std::string_view fingerprint) -> json {
  static auto const known = recognise::fingerprint_table::shipped();
  auto const found = std::ranges::find(known.entries(), fingerprint, &recognise::fingerprint::name);
  return found == known.entries().end() ? json{} : json(recognise::name_of(found->kind));
}

auto answer_names(observatory const& in, call const& of) -> result<http::response> {
  if (!in.engine) return fail(errc::io_error, "there is no store to ask");
  auto const& kind = of.with.get<std::string>("kind");
  KIZASHI_TRY(auto const names, store::stored_names(*in.engine, kind, {in.limits, nullptr}));
  json out{{"schema", "kizashi-names/1"}, {"kizashi", answer::version()}, {"kind", kind}};
  out["rows"] = json::array();
  for (auto const& [number, name] : names) {
    json row{{"number", number}, {"name", name}};
    if (kind == "fingerprint") row["means"] = meaning_of(name);
    out["rows"].push_back(std::move(row));
  }
  return json_response(out);
}

}  // namespace

auto name_routes(observatory const& in) -> std::vector<route> {
  return {{.path = "/api/v1/sensors",
           .id = "listSensors",
           .summary = "The sensors, and how many packets each saw.",
           .needs = role::viewer,
           .cost = 2,
           .parameters = {sensor_parameter(), from_parameter(parameter_kind::minute),
                          to_parameter(parameter_kind::minute)},
           .answer_schema = "sensors",
           .tag = "Questions",
           .answer = [&in](call const& of) { return answered(answer_sensors(in, of)); }},
          {.path = "/api/v1/names/{kind}",
           .id = "listNames",
           .summary = "What the numbers of a kind stand for in tables.",
           .needs = role::viewer,
           .parameters = {{.name = "kind",
                           .kind = parameter_kind::choice,
                           .help = "Of what.",
                           .place = parameter_place::path,
                           .is_required = true,
                           .choices = {"fingerprint", "scanner", "type", "class", "pattern",
                                       "scaling"}}},
           .answer_schema = "names",
           .tag = "Questions",
           .answer = [&in](call const& of) { return answered(answer_names(in, of)); }}};
}

}  // namespace kizashi::api
