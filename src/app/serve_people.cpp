#include "kizashi/app/serve_people.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/access/password.hpp"
#include "kizashi/api/people.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/request_body.hpp"
#include "kizashi/app/serve_access.hpp"

namespace kizashi::app {
namespace {

using api::http::response;

auto answer_with(json const& what) -> response {
  return {200, "application/json", answer::text_of(what) + "\n", {}};
}

auto answer_nothing() -> response {
  response out;
  out.status = 204;
  return out;
}

auto actor_in(api::call const& of) -> access::actor {
  return actor_of(of.who.name, of.request.peer);
}

auto refusal_of(access::log_in_failure const& why) -> response {
  auto refused = why.wait ? api::problem(429, why.what.message) : api::problem_of(why.what);
  if (!why.wait && why.what.code == errc::permission) refused = api::problem(401, why.what.message);
  if (why.wait)
    refused.fields.add("retry-after", fmt::format("{}", retry_seconds(*why.wait).count()));
  return refused;
}

/// Mistakes in a body that only its owner sees: 400, as other mistakes are.
auto problem_in_body(error const& what) -> response {
  bool const is_mistake = what.code == errc::parse_error || what.code == errc::out_of_range;
  return is_mistake ? api::problem(400, what.message) : api::problem_of(what);
}

auto reach_json(access::reach const& of) -> json {
  json out{{"prefixes", nullptr}, {"sensors", nullptr}};
  if (of.prefixes) {
    out["prefixes"] = json::array();
    for (auto const& each : *of.prefixes) out["prefixes"].push_back(each.to_string());
  }
  if (of.sensors) out["sensors"] = *of.sensors;
  return out;
}

auto person_json(access::account const& of) -> json {
  auto const reach = reach_json(of.within);
  return {{"name", of.name},
          {"role", access::name_of(of.as)},
          {"enabled", of.is_enabled},
          {"prefixes", reach["prefixes"]},
          {"sensors", reach["sensors"]},
          {"made", time_json(of.made)},
          {"changed", time_json(of.changed)},
          {"password_set", time_json(of.password_set)},
          {"logged_in", time_json(of.logged_in)}};
}

auto own_token_json(access::token_info const& of) -> json {
  auto const reach = reach_json(of.within);
  auto scopes = json::array();
  for (auto const each : {access::scope::read, access::scope::metrics, access::scope::query,
                          access::scope::export_data, access::scope::edit, access::scope::admin})
    if (of.scopes.has(each)) scopes.push_back(access::name_of(each));
  return {{"id", of.id},
          {"account", of.account},
          {"label", of.label},
          {"hint", of.hint},
          {"scopes", std::move(scopes)},
          {"prefixes", reach["prefixes"]},
          {"sensors", reach["sensors"]},
          {"made", time_json(of.made)},
          {"used", time_json(of.used)},
          {"ends", time_json(of.ends)},
          {"revoked", time_json(of.revoked)}};
}

/// Members "prefixes" and "sensors".
auto reach_in(request_body& body) -> std::optional<access::reach> {
  auto const prefixes = body.texts("prefixes"), sensors = body.texts("sensors");
  if (!prefixes && !sensors) return std::nullopt;
  auto const read = access::parse_reach(prefixes.value_or(std::vector<std::string>{}),
                                        sensors.value_or(std::vector<std::string>{}));
  if (read) return *read;
  body.complain("prefixes", read.error().message);
  return std::nullopt;
}

auto role_in(request_body& body, bool is_needed) -> std::optional<access::role> {
  auto const text = body.text("role", is_needed);
  if (!text) return std::nullopt;
  auto const read = access::parse_role(*text);
  if (read) return *read;
  body.complain("role", read.error().message);
  return std::nullopt;
}

/// Member "scopes".
auto scopes_in(request_body& body) -> access::scope_set {
  access::scope_set out;
  auto const texts = body.texts("scopes");
  if (!texts) body.complain("scopes", "a list of scopes");
  for (auto const& each : texts.value_or(std::vector<std::string>{})) {
    auto const read = access::parse_scope(each);
    if (read)
      out = out.with(*read);
    else
      body.complain("scopes", read.error().message);
  }
  return out;
}

/// Member "expires", a length of time from now on.
auto end_in(request_body& body, timestamp now) -> timestamp {
  auto const text = body.text("expires", false);
  if (!text) return timestamp::unknown();
  auto const after = parse_duration(*text);
  if (after && *after <= timestamp::latest() - now) return now + *after;
  body.complain("expires", "a length of time such as 90d, before the year 2261");
  return timestamp::unknown();
}

}  // namespace

auto serve_people::log_in(api::call const& of) -> response {
  request_body body{of.request.body};
  auto const name = body.text("name", true), password = body.text("password", true);
  if (auto refused = body.refusal()) return std::move(*refused);
  auto const opened = door_.log_in({*name, *password, address_of(of.request.peer),
                                    std::string{of.request.fields.get("user-agent")}},
                                   time_now());
  if (!opened) return refusal_of(opened.error());
  auto out = answer_with({{"schema", "kizashi-session/1"},
                          {"account", opened->who.name},
                          {"role", name_of(opened->who.as)},
                          {"csrf_token", opened->csrf}});
  auto const life = std::chrono::duration_cast<std::chrono::seconds>(opened->ends - time_now());
  out.fields.add("set-cookie", api::session_cookie(opened->secret, is_secure_, life));
  return out;
}

auto serve_people::log_out(api::call const& of) -> response {
  auto const with = api::credentials_of(of.request);
  if (with && !with->session.empty())
    if (auto const closed = door_.session().close(
            with->session, actor_of(of.who.name, of.request.peer), time_now());
        !closed)
      return api::problem_of(closed.error());
  response out;
  out.status = 204;
  out.fields.add("set-cookie", api::session_cookie({}, is_secure_, {}));
  return out;
}

auto serve_people::list_accounts(api::call const&) -> response {
  auto const all = door_.account().list();
  if (!all) return api::problem_of(all.error());
  json out{{"schema", "kizashi-accounts/1"}, {"accounts", json::array()}};
  for (auto const& each : *all) out["accounts"].push_back(person_json(each));
  return answer_with(out);
}

auto serve_people::add_account(api::call const& of) -> response {
  request_body body{of.request.body};
  access::new_account made;
  made.name = body.text("name", true).value_or("");
  made.as = role_in(body, true).value_or(access::role::viewer);
  made.within = reach_in(body).value_or(access::reach{});
  auto const password = body.text("password", false);
  if (auto refused = body.refusal()) return std::move(*refused);
  made.password = password ? *password : access::random_password();
  auto const added = door_.account().add(made, actor_in(of), time_now());
  if (!added) return problem_in_body(added.error());
  return answer_with({{"account", person_json(*added)},
                      {"password", password ? json(nullptr) : json(made.password)}});
}

auto serve_people::change_account(api::call const& of) -> response {
  request_body body{of.request.body};
  access::account_change change;
  change.as = role_in(body, false);
  change.within = reach_in(body);
  change.keeps_prefixes = !body.has("prefixes");
  change.keeps_sensors = !body.has("sensors");
  change.is_enabled = body.flag("enabled");
  if (auto refused = body.refusal()) return std::move(*refused);
  auto const changed =
      door_.account().change(of.with.get<std::string>("account"), change, actor_in(of), time_now());
  return changed ? answer_with(person_json(*changed)) : problem_in_body(changed.error());
}

auto serve_people::remove_account(api::call const& of) -> response {
  auto const removed =
      door_.account().remove(of.with.get<std::string>("account"), actor_in(of), time_now());
  return removed ? answer_nothing() : problem_in_body(removed.error());
}

auto serve_people::reset_password(api::call const& of) -> response {
  request_body body{of.request.body};
  auto const given = body.text("password", false);
  if (auto refused = body.refusal()) return std::move(*refused);
  auto const password = given ? *given : access::random_password();
  auto const set = door_.account().set_password(of.with.get<std::string>("account"), password,
                                                actor_in(of), time_now());
  if (!set) return problem_in_body(set.error());
  return answer_with({{"password", given ? json(nullptr) : json(password)}});
}

auto serve_people::list_account_sessions(api::call const& of) -> response {
  auto const& name = of.with.get<std::string>("account");
  if (auto const known = door_.account().find(name); !known) return api::problem_of(known.error());
  auto const all = door_.session().list(name, time_now());
  if (!all) return api::problem_of(all.error());
  json out{{"schema", "kizashi-sessions/1"}, {"sessions", json::array()}};
  for (auto const& each : *all)
    out["sessions"].push_back({{"id", each.id},
                               {"account", each.account},
                               {"address", each.address},
                               {"agent", answer::name_json(each.agent)},
                               {"made", time_json(each.made)},
                               {"used", time_json(each.used)},
                               {"ends", time_json(each.ends)}});
  return answer_with(out);
}

auto serve_people::end_account_sessions(api::call const& of) -> response {
  auto const& name = of.with.get<std::string>("account");
  if (auto const known = door_.account().find(name); !known) return api::problem_of(known.error());
  auto const ended = door_.session().revoke_all(name, actor_in(of), time_now());
  return ended ? answer_nothing() : api::problem_of(ended.error());
}

auto serve_people::list_account_tokens(api::call const& of) -> response {
  auto const& name = of.with.get<std::string>("account");
  if (auto const known = door_.account().find(name); !known) return api::problem_of(known.error());
  return tokens_of(name);
}

auto serve_people::revoke_account_token(api::call const& of) -> response {
  return revoke(of.with.get<std::string>("account"), of);
}

auto serve_people::list_tokens(api::call const& of) -> response {
  return tokens_of(of.who.name);
}

auto serve_people::tokens_of(std::string const& account) -> response {
  auto const all = door_.token().list(account);
  if (!all) return api::problem_of(all.error());
  json out{{"schema", "kizashi-tokens/1"}, {"tokens", json::array()}};
  for (auto const& each : *all) out["tokens"].push_back(own_token_json(each));
  return answer_with(out);
}

auto serve_people::add_token(api::call const& of) -> response {
  auto const now = time_now();
  request_body body{of.request.body};
  access::new_token wanted;
  wanted.account = of.who.name;
  wanted.label = body.text("label", true).value_or("");
  wanted.scopes = scopes_in(body);
  wanted.ends = end_in(body, now);
  auto const within = reach_in(body);
  if (auto refused = body.refusal()) return std::move(*refused);
  auto const owner = door_.account().find(of.who.name);
  if (!owner) return api::problem_of(owner.error());
  // Whoever leaves the bounds out means those of the account.
  wanted.within = within.value_or(owner->within);
  if (!wanted.within.prefixes) wanted.within.prefixes = owner->within.prefixes;
  if (!wanted.within.sensors) wanted.within.sensors = owner->within.sensors;
  auto const made = door_.token().add(wanted, actor_in(of), now);
  if (!made) return problem_in_body(made.error());
  return answer_with({{"token", own_token_json(made->info)}, {"secret", made->secret}});
}

auto serve_people::revoke_token(api::call const& of) -> response {
  return revoke(of.who.name, of);
}

auto serve_people::revoke(std::string const& account, api::call const& of) -> response {
  auto const revoked =
      door_.token().revoke(static_cast<std::int64_t>(of.with.get<std::uint64_t>("token")), account,
                           actor_in(of), time_now());
  return revoked ? answer_nothing() : api::problem_of(revoked.error());
}

auto serve_people::change_password(api::call const& of) -> response {
  request_body body{of.request.body};
  auto const old_one = body.text("old", true), new_one = body.text("new", true);
  if (auto refused = body.refusal()) return std::move(*refused);
  access::principal who;
  who.name = of.who.name;
  who.scopes = access::scope_set::all();
  who.via_id = session_of(of.who);
  auto const owner = door_.account().find(who.name);
  if (!owner) return api::problem_of(owner.error());
  who.account = owner->id;
  who.as = owner->as;
  auto const changed =
      door_.change_own_password(who, *old_one, *new_one, address_of(of.request.peer), time_now());
  if (changed) return answer_nothing();
  // The session is good; it is the old password that is not.
  if (!changed.error().wait && changed.error().what.code == errc::permission)
    return api::problem(403, changed.error().what.message);
  return changed.error().wait ? refusal_of(changed.error()) : problem_in_body(changed.error().what);
}

auto serve_people::routes() -> std::vector<api::route> {
  using answer_to = response (serve_people::*)(api::call const&);
  static constexpr std::pair<std::string_view, answer_to> answers[] = {
      {"logIn", &serve_people::log_in},
      {"logOut", &serve_people::log_out},
      {"listAccounts", &serve_people::list_accounts},
      {"addAccount", &serve_people::add_account},
      {"changeAccount", &serve_people::change_account},
      {"removeAccount", &serve_people::remove_account},
      {"resetPassword", &serve_people::reset_password},
      {"listAccountSessions", &serve_people::list_account_sessions},
      {"endAccountSessions", &serve_people::end_account_sessions},
      {"listAccountTokens", &serve_people::list_account_tokens},
      {"revokeAccountToken", &serve_people::revoke_account_token},
      {"listTokens", &serve_people::list_tokens},
      {"addToken", &serve_people::add_token},
      {"revokeToken", &serve_people::revoke_token},
      {"changePassword", &serve_people::change_password},
  };
  auto out = api::people_routes();
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
