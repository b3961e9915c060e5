#include <iterator>

#include "kizashi/api/handlers/handlers.hpp"

namespace kizashi::api {
namespace {

auto description_route() -> route {
  return {.path = "/api/v1/openapi.json",
          .id = "getDescription",
          .summary = "This description.",
          .needs = role::anyone,
          .is_quick = true,
          .answer_schema = "description",
          .tag = "The program"};
}

/// With the routes that who starts the server has added.
auto document_with(std::vector<route> routes, std::vector<route> const& more)
    -> std::shared_ptr<std::string const> {
  routes.insert(routes.end(), more.begin(), more.end());
  return std::make_shared<std::string const>(document_routes(routes));
}

}  // namespace

auto all_routes(observatory const& in, job_list& jobs) -> std::vector<route> {
  std::vector<route> out;
  auto const add = [&](std::vector<route> some) {
    std::move(some.begin(), some.end(), std::back_inserter(out));
  };
  for (auto const make :
       {statistics_routes, filter_routes, picture_routes, crossing_routes, campaign_routes,
        report_routes, list_routes, finding_routes, name_routes, live_routes, status_routes})
    add(make(in));
  add(job_routes(in, jobs));
  // The description is made when it is known what there is.
  out.push_back(description_route());
  out.back().answer = [text = document_with(out, in.more_routes)](call const&) {
    return http::response{200, "application/json", *text, {}};
  };
  return out;
}

}  // namespace kizashi::api
