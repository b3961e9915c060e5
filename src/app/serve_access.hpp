// Accounts, sessions and tokens (room `access`) as the API asks for them, and the operations by
// which people log in and out.
#pragma once

#include <memory>
#include <vector>

#include "kizashi/access/door.hpp"
#include "kizashi/api/access.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::app {

class serve_access final : public api::access {
public:
  /// `without_account`: what those may who have not logged in. `is_secure`: cookies for TLS alone.
  serve_access(kizashi::access::door& door, api::role without_account, bool is_secure)
      : door_{door}, without_account_{without_account}, is_secure_{is_secure} {}

  [[nodiscard]] auto authenticate(api::credentials const& with) -> result<api::principal> override;
  [[nodiscard]] auto may(api::principal const& who, std::string_view id, api::role needed)
      -> bool override;
  [[nodiscard]] auto wait_for_turn(api::principal const& who, std::string_view peer, unsigned cost)
      -> std::chrono::seconds override;
  [[nodiscard]] auto is_current(api::principal const& who) -> bool override;
  void audit(api::audit_record const& what) override;

  /// POST and DELETE /api/v1/session: in and out.
  [[nodiscard]] auto routes() -> std::vector<api::route>;

private:
  [[nodiscard]] auto log_in(api::call const& of) -> api::http::response;
  [[nodiscard]] auto log_out(api::call const& of) -> api::http::response;

  kizashi::access::door& door_;
  api::role without_account_;
  bool is_secure_;
};

}  // namespace kizashi::app
