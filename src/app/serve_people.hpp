// Log-in, accounts and tokens over HTTP: what `kizashi account` and `kizashi token` do on the
// machine itself. Everything that changes something stands in the audit log (room `access`).
#pragma once

#include <vector>

#include "kizashi/access/door.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::app {

class serve_people {
public:
  /// `door` outlives it and its routes. `is_secure`: cookies for TLS alone.
  serve_people(access::door& door, bool is_secure) : door_{door}, is_secure_{is_secure} {}

  /// `api::people_routes` with answers. They live as long as this.
  [[nodiscard]] auto routes() -> std::vector<api::route>;

private:
  using response = api::http::response;
  [[nodiscard]] auto log_in(api::call const& of) -> response;
  [[nodiscard]] auto log_out(api::call const& of) -> response;
  [[nodiscard]] auto list_accounts(api::call const& of) -> response;
  [[nodiscard]] auto add_account(api::call const& of) -> response;
  [[nodiscard]] auto change_account(api::call const& of) -> response;
  [[nodiscard]] auto remove_account(api::call const& of) -> response;
  [[nodiscard]] auto reset_password(api::call const& of) -> response;
  [[nodiscard]] auto list_account_sessions(api::call const& of) -> response;
  [[nodiscard]] auto end_account_sessions(api::call const& of) -> response;
  [[nodiscard]] auto list_account_tokens(api::call const& of) -> response;
  [[nodiscard]] auto revoke_account_token(api::call const& of) -> response;
  [[nodiscard]] auto list_tokens(api::call const& of) -> response;
  [[nodiscard]] auto add_token(api::call const& of) -> response;
  [[nodiscard]] auto revoke_token(api::call const& of) -> response;
  [[nodiscard]] auto change_password(api::call const& of) -> response;
  [[nodiscard]] auto tokens_of(std::string const& account) -> response;
  [[nodiscard]] auto revoke(std::string const& account, api::call const& of) -> response;

  access::door& door_;
  bool is_secure_;
};

}  // namespace kizashi::app
