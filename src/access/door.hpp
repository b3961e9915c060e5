// The whole room in one object, and the way in: what a server needs for each request.
//
//   KIZASHI_TRY(auto here, door::open("/var/lib/kizashi", {}));
//   auto in = here->log_in({name, password, from, agent}, now);   // cookie: in->secret
//   auto who = here->session().find(cookie, now);                 // or token().find(bearer, now)
//   if (!who || !may(*who, permission::view)) ...
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "kizashi/access/accounts.hpp"
#include "kizashi/access/audit.hpp"
#include "kizashi/access/catalog.hpp"
#include "kizashi/access/rate_limit.hpp"
#include "kizashi/access/sessions.hpp"
#include "kizashi/access/tokens.hpp"
#include "kizashi/access/views.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::access {

struct door_options {
  password_cost cost;
  session_lifetimes lifetimes;
  rate log_ins_by_address{10, std::chrono::minutes{5}};
  rate log_ins_by_name{10, std::chrono::minutes{5}};
  rate requests_by_address{600, std::chrono::minutes{1}};
};

struct log_in_request {
  std::string name;
  std::string password;
  std::optional<net::address> from;  ///< absent: a local socket
  std::string agent;                 ///< what the browser says of itself
};

/// Why somebody did not come in.
struct log_in_failure {
  error what;
  std::optional<duration> wait;  ///< there were too many: not before this
};

/// Safe to call from threads.
class door {
public:
  [[nodiscard]] static auto open(std::filesystem::path const& folder, door_options const& options,
                                 catalog::when_missing then = catalog::when_missing::make)
      -> result<std::unique_ptr<door>>;

  /// Limits, password, session, log. Tries that fail are in the log; of those that the limits
  /// refuse, one in five minutes for each address and name. A name that can be nobody's is not
  /// written: people type passwords into the wrong field.
  [[nodiscard]] auto log_in(log_in_request const& request, timestamp now)
      -> tl::expected<open_session, log_in_failure>;
  /// A try of the old password counts as a log-in does.
  [[nodiscard]] auto change_own_password(principal const& who, std::string_view old_password,
                                         std::string_view new_password,
                                         std::optional<net::address> from, timestamp now)
      -> tl::expected<void, log_in_failure>;
  /// For each request: nothing, or how long to wait until it is admitted. `cost`: so many plain
  /// ones.
  [[nodiscard]] auto admit_request(net::address from, std::uint32_t cost, timestamp now)
      -> std::optional<duration>;

  /// From now on.
  void set(session_lifetimes lifetimes, rate log_ins, rate requests_by_address);

  [[nodiscard]] auto account() const noexcept -> accounts const& { return accounts_; }
  [[nodiscard]] auto session() const noexcept -> sessions const& { return sessions_; }
  [[nodiscard]] auto token() const noexcept -> tokens const& { return tokens_; }
  [[nodiscard]] auto view() const noexcept -> views const& { return views_; }
  [[nodiscard]] auto audit() const noexcept -> audit_log const& { return audit_; }
  [[nodiscard]] auto people() const noexcept -> catalog& { return *catalog_; }
  [[nodiscard]] auto hasher() const noexcept -> password_hasher const& { return *hasher_; }

private:
  door(std::shared_ptr<catalog> in, door_options const& options);
  [[nodiscard]] auto refuse(error what, std::optional<duration> wait,
                            audit_event const* event) const -> tl::unexpected<log_in_failure>;

  std::shared_ptr<catalog> catalog_;
  std::shared_ptr<password_hasher const> hasher_;
  accounts accounts_;
  sessions sessions_;
  tokens tokens_;
  views views_;
  audit_log audit_;
  login_limits limits_;
  rate_limiter requests_by_address_;
};

}  // namespace kizashi::access
