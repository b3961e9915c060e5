#include "kizashi/app/serve_desk.hpp"

#include <algorithm>

#include "kizashi/api/desk.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/request_body.hpp"
#include "kizashi/app/serve_access.hpp"

namespace kizashi::app {
namespace {

using desk_response = api::http::response;

auto desk_answer(json const& what) -> desk_response {
  return {200, "application/json", answer::text_of(what) + "\n", {}};
}

auto view_json(access::saved_view const& of) -> json {
  return {{"id", of.id},
          {"name", of.name},
          {"page", of.page},
          {"query", of.query},
          {"made", time_json(of.made)}};
}

auto setting_json(config const& values, config::entry const& of) -> json {
  constexpr std::string_view reloads[] = {"restart", "live", "unused"};
  auto const at = values.origin_of(of.name).to_string();
  return {{"key", of.name},
          {"value", of.value},
          {"origin", at.empty() ? json("default") : json(at)},
          {"help", of.key->help},
          {"reload", reloads[static_cast<std::size_t>(of.key->reload)]},
          {"reloadable", of.key->reload == on_reload::live}};
}

auto audit_filter_of(api::call const& of) -> result<access::audit_filter> {
  access::audit_filter out;
  out.who = of.with.get_or("who", std::string{});
  if (of.with.has("action")) {
    KIZASHI_TRY(out.action, access::parse_audit_action(of.with.get<std::string>("action")));
  }
  out.from = of.with.time("from");
  out.to = of.with.time("to");
  out.before = static_cast<std::int64_t>(of.with.get_or("before", std::uint64_t{0}));
  out.limit = of.with.get<std::uint64_t>("limit");
  return out;
}

}  // namespace

void serve_desk::set_config(config const& values) {
  auto made = json::array();
  for (auto const& each : values.entries()) made.push_back(setting_json(values, each));
  std::scoped_lock const only{lock_};
  settings_ = std::move(made);
}

auto serve_desk::list_views(api::call const& of) -> response {
  auto const all = door_.view().list(of.who.name);
  if (!all) return api::problem_of(all.error());
  json out{{"schema", "kizashi-views/1"}, {"views", json::array()}};
  for (auto const& each : *all) out["views"].push_back(view_json(each));
  return desk_answer(out);
}

auto serve_desk::add_view(api::call const& of) -> response {
  request_body body{of.request.body};
  access::saved_view wanted;
  wanted.name = body.text("name", true).value_or("");
  wanted.page = body.text("page", true).value_or("");
  wanted.query = body.text("query", false).value_or("");
  if (auto refused = body.refusal()) return std::move(*refused);
  auto const made = door_.view().add(of.who.name, std::move(wanted),
                                     actor_of(of.who.name, of.request.peer), time_now());
  if (made) return desk_answer(view_json(*made));
  return made.error().code == errc::parse_error ? api::problem(400, made.error().message)
                                                : api::problem_of(made.error());
}

auto serve_desk::remove_view(api::call const& of) -> response {
  auto const removed =
      door_.view().remove(static_cast<std::int64_t>(of.with.get<std::uint64_t>("view")),
                          of.who.name, actor_of(of.who.name, of.request.peer), time_now());
  if (!removed) return api::problem_of(removed.error());
  response out;
  out.status = 204;
  return out;
}

auto serve_desk::list_settings(api::call const&) -> response {
  std::scoped_lock const only{lock_};
  return desk_answer({{"schema", "kizashi-settings/1"}, {"settings", settings_}});
}

auto serve_desk::list_audit(api::call const& of) -> response {
  auto const filter = audit_filter_of(of);
  if (!filter)
    return api::problem(
        400, "query.action is not as expected",
        {{"query.action", of.with.get<std::string>("action"), filter.error().message}});
  auto const page = door_.audit().list(*filter);
  if (!page) return api::problem_of(page.error());
  json out{{"schema", "kizashi-audit/1"}, {"rows", json::array()}};
  for (auto const& each : page->rows) out["rows"].push_back(audit_row_json(each));
  out["next"] = page->next == 0 ? json(nullptr) : json(page->next);
  return desk_answer(out);
}

auto serve_desk::routes() -> std::vector<api::route> {
  using answer_to = response (serve_desk::*)(api::call const&);
  static constexpr std::pair<std::string_view, answer_to> answers[] = {
      {"listViews", &serve_desk::list_views},   {"addView", &serve_desk::add_view},
      {"removeView", &serve_desk::remove_view}, {"listSettings", &serve_desk::list_settings},
      {"listAudit", &serve_desk::list_audit},
  };
  auto out = api::desk_routes();
  for (auto& each : out) {
    auto const* const found = std::ranges::find(
        answers, each.id, [](auto const& row) -> std::string_view { return row.first; });
    KIZASHI_ASSERT(found != std::end(answers));
    each.answer = [this, answer = found->second](api::call const& of) {
      return (this->*answer)(of);
    };
  }
  return out;
}

}  // namespace kizashi::app
