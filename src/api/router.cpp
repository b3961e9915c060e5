#include "kizashi/api/router.hpp"

#include <algorithm>
#include <cctype>
#include <exception>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/api/gzip.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

using http::method;

auto is_api(http::request const& of) -> bool {
  return !of.segments.empty() && of.segments[0] == "api";
}

/// HEAD asks what GET would answer.
auto asked_method(method of) -> method {
  return of == method::head ? method::get : of;
}

auto changes_something(method of) -> bool {
  return of != method::get && of != method::head && of != method::options;
}

/// "application/json" of "application/json; charset=utf-8".
auto media_type_of(std::string_view field) -> std::string_view {
  return trim(field.substr(0, field.find(';')));
}

auto has_body(http::request const& head) -> bool {
  auto const length = head.fields.get("content-length");
  return (!length.empty() && length != "0") || !head.fields.get("transfer-encoding").empty();
}

auto allowed_of(std::vector<method> const& methods) -> std::string {
  std::string out = "OPTIONS";
  for (auto const each : methods) {
    out += fmt::format(", {}", http::name_of(each));
    if (each == method::get) out += ", HEAD";
  }
  return out;
}

auto host_of(std::string_view field) -> std::string_view {
  if (field.starts_with('[')) return field.substr(0, field.find(']') + 1);
  return field.substr(0, field.find(':'));
}

/// Whether a path ends like a file, with a dot and letters: "/x.js"; "/address/192.0.2.7" does not.
auto is_file_name(std::string_view path) -> bool {
  auto const dot = path.rfind('.');
  return dot != std::string_view::npos && dot + 1 < path.size() &&
         std::isalpha(static_cast<unsigned char>(path[dot + 1])) != 0;
}

auto too_many(std::chrono::seconds wait) -> http::response {
  auto answer = problem(429, fmt::format("too many requests; ask again in {} s", wait.count()));
  answer.fields.add("Retry-After", fmt::format("{}", wait.count()));
  return answer;
}

}  // namespace

auto is_acceptable(std::string_view accept, std::string_view media_type) -> bool {
  if (accept.empty()) return true;
  auto const kind = fmt::format("{}/*", media_type.substr(0, media_type.find('/')));
  for (auto const part : split(accept, ',')) {
    auto const each = media_type_of(part);
    auto const weight = part.find("q=0");
    bool const is_refused =
        weight != std::string_view::npos &&
        part.substr(weight + 2).find_first_not_of("0. \t") == std::string_view::npos;
    if (!is_refused && (each == "*/*" || each == kind || each == media_type)) return true;
  }
  return false;
}

auto router::find(http::request const& head) const -> found {
  found out;
  std::vector<method> methods;
  for (auto const& each : options_.routes) {
    auto values = match_path(each.path, head.segments);
    if (!values) continue;
    if (each.method == asked_method(head.method)) return {&each, std::move(*values), {}};
    methods.push_back(each.method);
  }
  if (!methods.empty()) out.allowed = allowed_of(methods);
  return out;
}

auto router::refuse(unsigned status, std::string_view why, std::string const& peer)
    -> http::response {
  if (status < 500) options_.access.note_refusal({{}, peer, {}, {}, status});
  return problem(status, why);
}

/// Tells of what is refused: 4xx.
void router::note(http::request const& of, std::string const& asker, unsigned status) {
  if (status >= 400 && status < 500)
    options_.access.note_refusal(
        {asker, of.peer, std::string{http::name_of(of.method)}, of.target.substr(0, 2048), status});
}

auto router::admit(http::request const& head) -> http::admission {
  auto out = admit_route(head);
  if (out.refusal) note(head, {}, out.refusal->status);
  return out;
}

auto router::admit_route(http::request const& head) -> http::admission {
  auto const refused = [](http::response with) {
    return http::admission{0, true, std::move(with)};
  };
  if (!options_.hosts.empty() && !head.is_local &&
      std::ranges::find(options_.hosts, host_of(head.fields.get("host"))) == options_.hosts.end())
    return refused(problem(400, fmt::format("the Host field names no host of this server; expected "
                                            "one of {}",
                                            fmt::join(options_.hosts, ", "))));
  if (!is_api(head)) return {0, true, std::nullopt};
  auto const at = find(head);
  if (at.at == nullptr) {
    if (at.allowed.empty())
      return refused(problem(404,
                             "there is nothing at this address; /api/v1/openapi.json lists "
                             "what there is"));
    auto answer = head.method == method::options
                      ? http::response{204, {}, {}, {}}
                      : problem(405, fmt::format("{} is not possible here; expected {}",
                                                 http::name_of(head.method), at.allowed));
    answer.fields.add("Allow", at.allowed);
    return refused(std::move(answer));
  }
  if (at.at->body_limit > 0 && has_body(head) &&
      media_type_of(head.fields.get("content-type")) != "application/json")
    return refused(problem(415,
                           "the body is of a kind that is not expected here; expected "
                           "Content-Type: application/json"));
  if (at.at->body_limit > 0 && !head.fields.get("content-encoding").empty())
    return refused(problem(415, "the body is packed; expected none of Content-Encoding"));
  return {at.at->body_limit, at.at->is_quick, std::nullopt};
}

auto router::check_rights(http::request const& head, route const& at, principal const& who)
    -> std::optional<http::response> {
  if (!options_.access.may(who, at.id, at.needs)) {
    bool const is_known = who.role != role::anyone;
    if (is_known && who.role >= at.needs)
      return problem(403, fmt::format("the token may not ask for {}: it lacks the scope for it, or "
                                      "only somebody who has logged in may (docs/access.md)",
                                      at.id));
    auto answer = problem(
        is_known ? 403 : 401,
        fmt::format("{} needs the role {}{}", at.id, name_of(at.needs),
                    is_known ? fmt::format("; {} has the role {}", who.name, name_of(who.role))
                             : std::string{"; log in, or send a token"}));
    if (!is_known) answer.fields.add("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (changes_something(head.method) && who.login == login::session && !has_csrf_token(head, who))
    return problem(403, "the field X-CSRF-Token is missing or wrong; expected that of the session");
  auto const wait = options_.access.wait_for_turn(who, head.peer, at.cost);
  if (wait.count() == 0) return std::nullopt;
  return too_many(wait);
}

void router::audit(http::request const& of, route const& at, principal const& who,
                   unsigned status) {
  options_.access.audit({who.name, of.peer, std::string{at.id}, of.target.substr(0, 2048), status});
}

auto router::answer(http::request const& whole) -> http::response {
  std::string asker;
  auto out = answer_any(whole, asker);
  note(whole, asker, out.status);
  pack(whole, out);
  return out;
}

auto router::answer_any(http::request const& whole, std::string& asker) -> http::response {
  if (!is_api(whole)) return answer_asset(whole);
  auto const at = find(whole);
  if (at.at == nullptr) return problem(404, "there is nothing at this address");
  // A mistake in one handler ends one request and not the program.
  try {
    return answer_route(whole, at, asker);
  } catch (std::exception const& wrong) {
    return problem(500, fmt::format("{} failed, which is a mistake of the program: {}", at.at->id,
                                    wrong.what()));
  }
}

auto router::answer_route(http::request const& whole, found const& at, std::string& asker)
    -> http::response {
  auto const with = credentials_of(whole);
  auto const who =
      with ? options_.access.authenticate(*with) : result<principal>{tl::unexpected{with.error()}};
  if (!who) {
    // Trying out secrets has a rate, too: that of nobody at this address.
    auto const wait = options_.access.wait_for_turn({}, whole.peer, 1);
    auto refused = wait.count() > 0 ? too_many(wait) : problem(401, who.error().message);
    if (wait.count() == 0) refused.fields.add("WWW-Authenticate", "Bearer");
    audit(whole, *at.at, {}, refused.status);
    return refused;
  }
  asker = who->name;
  if (auto refused = check_rights(whole, *at.at, *who)) {
    audit(whole, *at.at, *who, refused->status);
    return std::move(*refused);
  }
  std::vector<mistake> mistakes;
  auto const with_what = read_arguments(at.at->parameters, at.values, whole.query, mistakes);
  if (!mistakes.empty())
    return problem(400,
                   mistakes.size() == 1
                       ? fmt::format("{} is not as expected", mistakes.front().where)
                       : fmt::format("{} parameters are not as expected", mistakes.size()),
                   mistakes);
  auto answer = at.at->answer({whole, with_what, *who});
  if (at.at->is_audited || answer.content_type.starts_with("text/csv"))
    audit(whole, *at.at, *who, answer.status);
  return answer;
}

auto router::answer_asset(http::request const& head) const -> http::response {
  if (asked_method(head.method) != method::get) {
    auto answer = head.method == method::options ? http::response{204, {}, {}, {}}
                                                 : problem(405, "only GET is possible here");
    answer.fields.add("Allow", "OPTIONS, GET, HEAD");
    return answer;
  }
  auto const path = head.segments.empty() ? std::string{"/index.html"}
                                          : fmt::format("/{}", fmt::join(head.segments, "/"));
  auto file = std::ranges::find(options_.assets, path, &asset::path);
  if (file == options_.assets.end() && !is_file_name(path))
    file = std::ranges::find(options_.assets, "/index.html", &asset::path);
  if (file == options_.assets.end()) return problem(404, "there is nothing at this address");
  bool const is_packed = !file->packed.empty() && accepts_gzip(head.fields.get("accept-encoding"));
  http::response answer{200,
                        std::string{file->content_type},
                        std::string{is_packed ? file->packed : file->bytes},
                        {}};
  if (is_packed) {
    answer.fields.add("Content-Encoding", "gzip");
    answer.fields.add("Vary", "Accept-Encoding");
  }
  answer.fields.add("Cache-Control",
                    file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  return answer;
}

}  // namespace kizashi::api
