// The description of the API, from the table of its routes and schemas.json.
#include <set>

#include <fmt/format.h>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/answer/words.hpp"
#include "kizashi/api/desk.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/internal/embedded_schemas.hpp"
#include "kizashi/api/memory_access.hpp"
#include "kizashi/api/people.hpp"
#include "kizashi/api/report_files.hpp"
#include "kizashi/api/server.hpp"

namespace kizashi::api {
namespace {

using answer::json;

auto reference(std::string_view schema) -> json {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

auto value_schema(parameter const& of) -> json {
  json out;
  switch (of.kind) {
    case parameter_kind::text:
      out = {{"type", "string"}};
      if (of.least > 0) out["minLength"] = of.least;
      if (of.most != UINT64_MAX) out["maxLength"] = of.most;
      break;
    case parameter_kind::number:
      out = {{"type", "integer"}, {"minimum", of.least}};
      if (of.most != UINT64_MAX) out["maximum"] = of.most;
      break;
    case parameter_kind::choice:
      out = {{"type", "string"}, {"enum", of.choices}};
      break;
    case parameter_kind::flag:
      out = {{"type", "boolean"}};
      break;
    case parameter_kind::minute:
    case parameter_kind::instant:
    case parameter_kind::network:
      out = {{"type", "string"}};
      break;
  }
  if (of.standard.empty()) return out;
  if (of.kind == parameter_kind::number || of.kind == parameter_kind::flag)
    out["default"] = json::parse(of.standard);
  else
    out["default"] = of.standard;
  return out;
}

auto parameter_json(parameter const& of) -> json {
  bool const is_path = of.place == parameter_place::path;
  json out{{"name", of.name}, {"in", is_path ? "path" : "query"}};
  out["required"] = is_path || of.is_required;
  auto const form = of.kind == parameter_kind::choice
                        ? std::string{}
                        : fmt::format(" Expected: {}.", expectation_of(of));
  out["description"] = fmt::format("{}{}", of.help, form);
  auto const value = value_schema(of);
  out["schema"] = value;
  if (of.is_repeated) {
    out["schema"] = {{"type", "array"}, {"items", value}, {"maxItems", 64}};
    out["style"] = "form";
    out["explode"] = true;
  }
  if (!of.example.empty()) out["example"] = of.example;
  return out;
}

auto content_of(route const& of) -> json {
  json out;
  for (auto const type : of.media_types) {
    json schema{{"type", "string"}};
    if (type == "application/json" && !of.answer_schema.empty())
      schema = reference(of.answer_schema);
    out[std::string{type}] = {{"schema", std::move(schema)}};
  }
  return out;
}

auto problem_json(std::string_view when) -> json {
  return {{"description", when},
          {"content", {{"application/problem+json", {{"schema", reference("problem")}}}}}};
}

auto responses_of(route const& of) -> json {
  json out;
  auto const success = fmt::format("{}", of.success);
  out[success] = {{"description", "The answer."}};
  if (of.success != 204) out[success]["content"] = content_of(of);
  out["400"] = problem_json("Parameters or the body are not as expected; all mistakes are told.");
  if (of.needs != role::anyone) {
    out["401"] = problem_json("Nobody is logged in, or no longer.");
    out["403"] = problem_json("The role does not permit it, or the CSRF token is missing.");
  }
  out["404"] = problem_json("It is not there, or not for who asks.");
  if (of.body_limit > 0) {
    out["413"] = problem_json("The body is too long.");
    out["415"] = problem_json("The body is of another kind.");
  }
  out["429"] = problem_json("Too many requests; Retry-After says how long to wait.");
  out["503"] = problem_json("Not at the moment; Retry-After may say how long to wait.");
  return out;
}

auto operation_json(route const& of) -> json {
  json out{{"operationId", of.id}, {"summary", of.summary}};
  if (!of.tag.empty()) out["tags"] = {of.tag};
  out["x-role"] = name_of(of.needs);
  if (of.needs == role::anyone)
    out["security"] = json::array({json::object(), {{"token", json::array()}}});
  if (!of.parameters.empty()) {
    out["parameters"] = json::array();
    for (auto const& each : of.parameters) out["parameters"].push_back(parameter_json(each));
  }
  if (of.body_limit > 0)
    out["requestBody"] = {
        {"required", true},
        {"description", fmt::format("{} bytes at most.", of.body_limit)},
        {"content", {{"application/json", {{"schema", reference(of.body_schema)}}}}}};
  out["responses"] = responses_of(of);
  return out;
}

auto method_key(http::method of) -> std::string {
  std::string out{http::name_of(of)};
  for (auto& letter : out) letter = static_cast<char>(letter - 'A' + 'a');
  return out;
}

/// The same routes as a server has, of an observatory that has nothing.
struct bare_observatory {
  live::event_log events;
  live::frame_log frames;
  kizashi::metrics counters;
  memory_access accounts;
  job_list jobs{{.threads = 0}};
  observatory of{.events = events, .frames = frames, .counters = counters, .access = accounts};
};

}  // namespace

auto document_routes(std::vector<route> const& routes) -> std::string {
  json out{{"openapi", "3.1.0"}};
  out["info"] = {
      {"title", "Kizashi"},
      {"version", answer::version()},
      {"summary", "What a darknet saw: statistics, packets, events, and what happens now."},
      {"license", {{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}};
  out["security"] = json::array({{{"token", json::array()}}, {{"session", json::array()}}});
  for (auto const& each : routes)
    out["paths"][std::string{each.path}][method_key(each.method)] = operation_json(each);
  out["components"]["securitySchemes"] = {
      {"token", {{"type", "http"}, {"scheme", "bearer"}}},
      {"session",
       {{"type", "apiKey"},
        {"in", "cookie"},
        {"name", session_cookie_name(true)},
        {"description",
         "Without TLS its name is kizashi. Requests that change something need the "
         "field X-CSRF-Token with what /api/v1/me says."}}}};
  out["components"]["schemas"] = json::parse(internal::embedded_schemas()[0].text);
  return out.dump(1) + "\n";
}

auto document_api() -> std::string {
  bare_observatory bare;
  auto routes = all_routes(bare.of, bare.jobs);
  for (auto& each : people_routes()) routes.push_back(std::move(each));
  for (auto& each : desk_routes()) routes.push_back(std::move(each));
  routes.push_back(export_route());
  for (auto& each : report_file_routes({})) routes.push_back(std::move(each));
  return document_routes(routes);
}

}  // namespace kizashi::api
