#include "kizashi/app/serve_access.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

using answer::json;

auto role_of(kizashi::access::role each) -> api::role {
  switch (each) {
    case kizashi::access::role::viewer:
      return api::role::viewer;
    case kizashi::access::role::partner:
      return api::role::partner;
    case kizashi::access::role::analyst:
      return api::role::analyst;
    case kizashi::access::role::admin:
      return api::role::administrator;
  }
  return api::role::anyone;
}

/// "token|17|read,query": by which what was shown is found again, without the secret.
struct shown {
  std::string_view kind;
  std::int64_t id = 0;
  kizashi::access::scope_set scopes;
};

auto credential_of(kizashi::access::principal const& who) -> std::string {
  return fmt::format("{}|{}|{}", who.via == kizashi::access::entrance::token ? "token" : "session",
                     who.via_id, to_string(who.scopes));
}

auto read_credential(std::string_view text) -> shown {
  auto const parts = split(text, '|');
  shown out;
  if (parts.size() != 3) return out;
  out.kind = parts[0];
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), out.id);
  if (auto const scopes = kizashi::access::parse_scopes(parts[2])) out.scopes = *scopes;
  return out;
}

auto scope_of(kizashi::access::reach const& within) -> api::scope {
  api::scope out;
  out.is_everything = within.is_everything();
  if (within.sensors) out.sensors = *within.sensors;
  if (within.prefixes) out.prefixes = *within.prefixes;
  // A list that is there and empty means nothing, which the API says by an unknown sensor.
  if (within.sensors && within.sensors->empty()) out.sensors = {""};
  if (within.prefixes && within.prefixes->empty()) out.sensors = {""};
  return out;
}

auto principal_of(kizashi::access::principal const& who) -> api::principal {
  api::principal out;
  out.name = who.name;
  out.role = role_of(who.as);
  out.scope = scope_of(who.within);
  out.login = who.via == kizashi::access::entrance::token ? api::login::token : api::login::session;
  out.credential = credential_of(who);
  out.has_destinations = may(who, kizashi::access::permission::export_data) &&
                         out.scope.is_everything && out.role >= api::role::analyst;
  return out;
}

/// What a token needs for an operation; nothing: no token may.
auto scope_for(std::string_view id) -> std::optional<kizashi::access::scope> {
  using kizashi::access::scope;
  constexpr std::string_view own[] = {"listTokens", "addToken", "revokeToken", "changePassword",
                                      "listViews",  "addView",  "removeView"};
  constexpr std::string_view administration[] = {
      "listAccounts",       "addAccount",          "changeAccount",     "removeAccount",
      "resetPassword",      "listSettings",        "listAudit",         "listAccountTokens",
      "revokeAccountToken", "listAccountSessions", "endAccountSessions"};
  if (std::ranges::find(own, id) != std::end(own)) return std::nullopt;
  if (std::ranges::find(administration, id) != std::end(administration)) return scope::admin;
  if (id == "getMetrics") return scope::metrics;
  if (id == "exportPackets") return scope::export_data;
  if (id.ends_with("Job") || id.ends_with("Jobs") || id == "getJobRows") return scope::query;
  return scope::read;
}

}  // namespace

auto address_of(std::string_view peer) -> std::optional<net::address> {
  auto const parsed = net::address::parse(peer);
  return parsed ? std::optional{*parsed} : std::nullopt;
}

auto retry_seconds(duration wait) -> std::chrono::seconds {
  return std::chrono::duration_cast<std::chrono::seconds>(wait) + std::chrono::seconds{1};
}

auto actor_of(std::string const& name, std::string const& peer) -> kizashi::access::actor {
  return {name.empty() ? "(nobody)" : name, peer.empty() ? "(this machine)" : peer};
}

auto session_of(api::principal const& who) -> std::int64_t {
  auto const with = read_credential(who.credential);
  return with.kind == "session" ? with.id : 0;
}

auto serve_access::authenticate(api::credentials const& with) -> result<api::principal> {
  if (with.token.empty() && with.session.empty()) {
    api::principal nobody;
    nobody.role = without_account_;
    nobody.scope.is_everything = without_account_ != api::role::anyone;
    nobody.has_destinations = without_account_ >= api::role::analyst;
    return nobody;
  }
  if (!with.token.empty()) {
    KIZASHI_TRY(auto const who, door_.token().find(with.token, time_now()));
    return principal_of(who);
  }
  KIZASHI_TRY(auto const who, door_.session().find(with.session, time_now()));
  auto out = principal_of(who);
  out.csrf_token = kizashi::access::sessions::csrf_of(with.session);
  return out;
}

auto serve_access::may(api::principal const& who, std::string_view id, api::role needed) -> bool {
  if (who.role < needed) return false;
  auto const scope = scope_for(id);
  // One's own things have an owner, who has shown a password.
  if (!scope) return who.login == api::login::session;
  if (who.login != api::login::token) return true;
  return read_credential(who.credential).scopes.has(*scope);
}

auto serve_access::wait_for_turn(api::principal const&, std::string_view peer, unsigned cost)
    -> std::chrono::seconds {
  auto const from = address_of(peer);
  if (!from) return {};  // a socket of this machine
  auto const wait = door_.admit_request(*from, std::min(cost, 10U), time_now());
  return wait ? retry_seconds(*wait) : std::chrono::seconds{};
}

auto serve_access::is_current(api::principal const& who) -> bool {
  auto const with = read_credential(who.credential);
  if (with.kind.empty()) return true;  // nobody
  auto const account = door_.account().find(who.name);
  if (!account || !account->is_enabled || role_of(account->as) != who.role) return false;
  if (with.kind == "session") {
    auto const all = door_.session().list(who.name, time_now());
    return all && scope_of(account->within) == who.scope &&
           std::ranges::any_of(*all, [&](auto const& each) { return each.id == with.id; });
  }
  auto const all = door_.token().list(who.name);
  return all && std::ranges::any_of(*all, [&](auto const& each) {
           return each.id == with.id && !each.revoked.is_known() &&
                  (!each.ends.is_known() || each.ends > time_now()) &&
                  scope_of(intersect(account->within, each.within)) == who.scope;
         });
}

void serve_access::audit(api::audit_record const& what) {
  using kizashi::access::audit_action;
  kizashi::access::audit_event event;
  event.at = time_now();
  event.by = actor_of(what.principal, what.peer);
  bool const is_refused = what.status == 401 || what.status == 403 || what.status == 429;
  event.action = is_refused                   ? audit_action::request_refused
                 : what.operation == "addJob" ? audit_action::question_asked
                                              : audit_action::data_exported;
  event.subject = what.target;
  event.outcome = is_refused           ? kizashi::access::audit_outcome::refused
                  : what.status >= 400 ? kizashi::access::audit_outcome::failed
                                       : kizashi::access::audit_outcome::done;
  event.details = json{{"operation", what.operation}, {"status", what.status}}.dump();
  // A full disk does not keep the answer back; the operation was permitted before.
  if (auto const written = door_.audit().record(event); !written)
    log_.write({log_level::error, "api", "the audit log: " + written.error().message, "audit"});
}

void serve_access::note_refusal(api::audit_record const& what) {
  auto const status = fmt::format("{}", what.status);
  counters_
      .counter("kizashi_api_refusals_total", "Requests that were refused, by status.",
               {{"status", status}})
      .add();
  if (what.status == 400) audit_bad_request(what);
  auto const from = what.peer.empty() ? std::string{"this machine"} : what.peer;
  // Those of one address count as alike, so that nobody can fill the log.
  log_.write(
      {log_level::warning, "api",
       what.target.empty()
           ? fmt::format("refused {}: {} sent what cannot be read", status, from)
           : fmt::format("refused {}: {} asked {} {}", status, from, what.operation, what.target),
       fmt::format("refused {} {}", status, from)});
}

void serve_access::audit_bad_request(api::audit_record const& what) {
  auto const from = address_of(what.peer);
  auto const now = time_now();
  if (wrong_here_.take(from ? kizashi::access::limit_key(*from) : std::string{}, now) ||
      wrong_.take({}, now))
    return;
  kizashi::access::audit_event event;
  event.at = now;
  event.by = actor_of(what.principal, what.peer);
  event.action = kizashi::access::audit_action::request_refused;
  event.subject = what.target;
  event.outcome = kizashi::access::audit_outcome::refused;
  event.details = json{{"method", what.operation}, {"status", what.status}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
  if (auto const written = door_.audit().record(event); !written)
    log_.write({log_level::error, "api", "the audit log: " + written.error().message, "audit"});
}

}  // namespace kizashi::app
