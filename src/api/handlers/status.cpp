// What the program says of itself.
#include <algorithm>

#include "kizashi/answer/words.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"

namespace kizashi::api {
namespace {

using answer::json;

auto why_not_ready(observatory const& in) -> std::string {
  if (!in.engine) return "there is no store to ask";
  return in.not_ready ? in.not_ready() : std::string{};
}

auto answer_ready(observatory const& in) -> http::response {
  auto const why = why_not_ready(in);
  if (why.empty()) return json_response(json{{"ready", true}});
  auto answer = problem(503, why);
  answer.fields.add("Retry-After", "5");
  return answer;
}

auto answer_me(call const& of) -> http::response {
  auto const& who = of.who;
  constexpr std::string_view logins[] = {"none", "token", "session"};
  json out{{"schema", "kizashi-me/1"}, {"name", answer::name_json(who.name)}};
  out["role"] = name_of(who.role);
  out["login"] = logins[static_cast<std::size_t>(who.login)];
  out["csrf_token"] = who.login == login::session ? json(who.csrf_token) : json(nullptr);
  out["sees_destinations"] = who.has_destinations;
  auto prefixes = json::array();
  for (auto const& each : who.scope.prefixes) prefixes.push_back(each.to_string());
  out["scope"] = {{"everything", who.scope.is_everything},
                  {"sensors", who.scope.sensors},
                  {"prefixes", std::move(prefixes)}};
  return json_response(out);
}

/// Of sensors that somebody may not see nothing is told; nor what is said of the house as a whole,
/// which may name them.
void keep_to(scope const& within, json& pipeline) {
  if (within.is_everything || within.sensors.empty() || !pipeline.is_object()) return;
  auto seen = json::array();
  for (auto& each : pipeline["sensors"])
    if (std::ranges::find(within.sensors, each["name"].get<std::string>()) != within.sensors.end())
      seen.push_back(std::move(each));
  pipeline["sensors"] = std::move(seen);
  for (auto const* const each : {"degraded", "errors"}) pipeline[each] = json::array();
}

auto answer_status(observatory const& in, call const& of) -> http::response {
  auto out = status_document(in);
  keep_to(of.who.scope, out["pipeline"]);
  return json_response(out);
}

}  // namespace

auto status_document(observatory const& of) -> json {
  auto const why = why_not_ready(of);
  json out{{"schema", "kizashi-status/1"}, {"kizashi", answer::version()}, {"store", of.name}};
  out["ready"] = why.empty();
  out["not_ready"] = answer::name_json(why);
  out["events"] = {{"last", of.events.end().to_string()}};
  out["frames"] = {{"last", of.frames.end()}};
  out["place_origin"] = answer::name_json(of.places->origin());
  out["pipeline"] = of.status ? of.status() : json(nullptr);
  return out;
}

auto status_routes(observatory const& in) -> std::vector<route> {
  constexpr auto tag = "The program";
  return {{.path = "/api/v1/health",
           .id = "getHealth",
           .summary = "Whether the program runs: it answers.",
           .needs = role::anyone,
           .is_quick = true,
           .answer_schema = "health",
           .tag = tag,
           .answer =
               [](call const&) {
                 return json_response(json{{"healthy", true}});
               }},
          {.path = "/api/v1/ready",
           .id = "getReady",
           .summary = "Whether questions can be answered: 200, or 503 and why not.",
           .needs = role::anyone,
           .is_quick = true,
           .answer_schema = "ready",
           .tag = tag,
           .answer = [&in](call const&) { return answer_ready(in); }},
          {.path = "/api/v1/status",
           .id = "getStatus",
           .summary = "What the program does at the moment.",
           .needs = role::guest,
           .is_quick = true,
           .answer_schema = "status",
           .tag = tag,
           .answer = [&in](call const& of) { return answer_status(in, of); }},
          {.path = "/api/v1/metrics",
           .id = "getMetrics",
           .summary = "Counters of the program, as Prometheus reads them.",
           .needs = role::analyst,
           .is_quick = true,
           .media_types = {"text/plain; version=0.0.4"},
           .tag = tag,
           .answer =
               [&in](call const&) {
                 return http::response{200, "text/plain; version=0.0.4", in.counters.write(), {}};
               }},
          {.path = "/api/v1/me",
           .id = "getMe",
           .summary = "Who is asking, and what they may see; the CSRF token of a session.",
           .needs = role::anyone,
           .is_quick = true,
           .answer_schema = "me",
           .tag = tag,
           .answer = answer_me}};
}

}  // namespace kizashi::api
