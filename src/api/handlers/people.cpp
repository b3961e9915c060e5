// Log-in, accounts and tokens, as rows of the table alone: who has accounts answers them.
#include "kizashi/api/people.hpp"

#include "kizashi/api/handlers/handlers.hpp"

namespace kizashi::api {
namespace {

constexpr auto people_tag = "Accounts";
constexpr std::size_t people_body = 16384;

auto account_parameter() -> parameter {
  return {.name = "account",
          .help = "The account's name.",
          .place = parameter_place::path,
          .is_required = true,
          .least = 1,
          .most = 64,
          .example = "hana"};
}

auto people_route(http::method method, std::string_view path, std::string_view id,
                  std::string_view summary) -> route {
  route out{.method = method, .path = path, .id = id, .summary = summary};
  out.tag = people_tag;
  return out;
}

auto with_body(route of, std::string_view schema) -> route {
  of.body_limit = people_body;
  of.body_schema = schema;
  return of;
}

auto with_answer(route of, std::string_view schema) -> route {
  of.answer_schema = schema;
  return of;
}

auto without_answer(route of) -> route {
  of.success = 204;
  return of;
}

auto for_everybody(route of, role needs) -> route {
  of.needs = needs;
  return of;
}

auto with_account(route of) -> route {
  of.parameters = {account_parameter()};
  return of;
}

auto session_routes() -> std::vector<route> {
  using http::method;
  constexpr auto path = "/api/v1/session";
  return {
      with_answer(for_everybody(
                      with_body(people_route(method::post, path, "logIn",
                                             "Logs in with name and password; sets the cookie of a "
                                             "session."),
                                "log_in"),
                      role::anyone),
                  "session"),
      without_answer(for_everybody(
          people_route(method::remove, path, "logOut", "Ends the session."), role::anyone))};
}

auto token_parameter() -> parameter {
  return {.name = "token",
          .kind = parameter_kind::number,
          .help = "The token's number.",
          .place = parameter_place::path,
          .is_required = true,
          .least = 1,
          .most = INT64_MAX,
          .example = "17"};
}

/// What others are logged in with.
auto entrance_routes() -> std::vector<route> {
  using http::method;
  constexpr auto sessions = "/api/v1/accounts/{account}/sessions",
                 tokens = "/api/v1/accounts/{account}/tokens";
  auto revoke =
      without_answer(people_route(method::remove, "/api/v1/accounts/{account}/tokens/{token}",
                                  "revokeAccountToken", "Revokes an account's token."));
  revoke.parameters = {account_parameter(), token_parameter()};
  return {with_account(with_answer(people_route(method::get, sessions, "listAccountSessions",
                                                "An account's sessions, the newest first."),
                                   "sessions")),
          with_account(without_answer(people_route(method::remove, sessions, "endAccountSessions",
                                                   "Ends all sessions of an account."))),
          with_account(
              with_answer(people_route(method::get, tokens, "listAccountTokens",
                                       "An account's tokens, revoked ones too, the newest first."),
                          "tokens")),
          std::move(revoke)};
}

auto account_routes() -> std::vector<route> {
  using http::method;
  constexpr auto all = "/api/v1/accounts", one = "/api/v1/accounts/{account}";
  return {
      with_answer(people_route(method::get, all, "listAccounts", "All accounts, by name."),
                  "accounts"),
      with_answer(with_body(people_route(method::post, all, "addAccount",
                                         "Adds an account; without a password a random one is "
                                         "made and told this once."),
                            "account_request"),
                  "made_account"),
      with_account(with_answer(
          with_body(people_route(method::patch, one, "changeAccount",
                                 "Changes role, reach, or whether it is enabled; what is left out "
                                 "stays. A disabled account loses its sessions."),
                    "account_change"),
          "account")),
      with_account(without_answer(people_route(method::remove, one, "removeAccount",
                                               "Removes an account, its sessions and tokens."))),
      with_account(with_answer(
          with_body(
              people_route(method::post, "/api/v1/accounts/{account}/password", "resetPassword",
                           "Sets a new password, a random one unless one is given, which is "
                           "told this once; the account's sessions end."),
              "password_request"),
          "made_password"))};
}

auto own_routes() -> std::vector<route> {
  using http::method;
  constexpr auto all = "/api/v1/tokens";
  auto revoke = without_answer(people_route(method::remove, "/api/v1/tokens/{token}", "revokeToken",
                                            "Revokes one of one's own tokens."));
  revoke.parameters = {token_parameter()};
  std::vector<route> out{
      with_answer(people_route(method::get, all, "listTokens",
                               "One's own tokens, revoked ones too, the newest first."),
                  "tokens"),
      with_answer(with_body(people_route(method::post, all, "addToken",
                                         "Makes a token of one's own account, told this once."),
                            "token_request"),
                  "made_token"),
      std::move(revoke),
      without_answer(with_body(people_route(method::post, "/api/v1/me/password", "changePassword",
                                            "Changes one's own password; all other sessions end."),
                               "password_change"))};
  for (auto& each : out) each.needs = role::guest;
  return out;
}

}  // namespace

auto people_routes() -> std::vector<route> {
  auto out = session_routes();
  for (auto& each : account_routes()) out.push_back(std::move(each));
  for (auto& each : entrance_routes()) out.push_back(std::move(each));
  for (auto& each : own_routes()) out.push_back(std::move(each));
  return out;
}

}  // namespace kizashi::api
