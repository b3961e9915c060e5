#include "kizashi/api/problem.hpp"

#include "kizashi/answer/json_document.hpp"

namespace kizashi::api {
namespace {

auto status_of(errc code) noexcept -> unsigned {
  switch (code) {
    case errc::parse_error:
    case errc::out_of_range:
      return 400;
    case errc::not_found:
      return 404;
    case errc::permission:
      return 403;
    case errc::limit_reached:
      return 422;
    case errc::interrupted:
      return 503;
    case errc::unsupported:
      return 501;
    case errc::io_error:
      break;
  }
  return 500;
}

/// What a client sent is repeated up to here.
constexpr std::size_t most_repeated = 200;

}  // namespace

auto problem(unsigned status, std::string_view detail, std::vector<mistake> const& mistakes)
    -> http::response {
  answer::json out;
  out["type"] = "about:blank";
  out["title"] = http::reason_of(status);
  out["status"] = status;
  out["detail"] = detail;
  if (!mistakes.empty()) out["errors"] = answer::json::array();
  for (auto const& [where, came, expected] : mistakes)
    out["errors"].push_back({{"where", where},
                             {"came", answer::name_json(came.substr(0, most_repeated))},
                             {"expected", expected}});
  return {status, "application/problem+json", answer::text_of(out) + "\n", {}};
}

auto problem_of(error const& what) -> http::response {
  return problem(status_of(what.code), what.message);
}

}  // namespace kizashi::api
