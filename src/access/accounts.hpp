// Accounts: who may enter, with which role, and how far he sees. Every change writes its row into
// the audit log in the same transaction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/audit.hpp"
#include "kizashi/access/password.hpp"
#include "kizashi/access/principal.hpp"
#include "kizashi/access/reach.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::access {

class catalog;

/// Whether `name` may be an account's: 2 to 64 of a-z 0-9 . _ - @, a letter or digit at both ends.
/// Small letters alone, so that no two names look alike.
[[nodiscard]] auto check_account_name(std::string_view name) -> status;

struct account {
  std::int64_t id = 0;  ///< never given twice
  std::string name;
  role as = role::viewer;
  reach within;  ///< partners alone have a bound
  bool is_enabled = true;
  timestamp made;
  timestamp changed;
  timestamp password_set;
  timestamp logged_in;  ///< the last time; unknown: never
};

struct new_account {
  std::string name;
  role as = role::viewer;
  reach within;  ///< partners: prefixes, sensors or both; others: everything
  std::string password;
};

/// What is absent stays as it is.
struct account_change {
  std::optional<role> as = {};
  std::optional<reach> within = {};
  std::optional<bool> is_enabled = {};
  bool keeps_prefixes = false;  ///< those of `within` are not meant
  bool keeps_sensors = false;
};

/// Somebody whose password was right.
struct known_person {
  account who;
  std::string hash;      ///< of the password, as it stood when it was tried
  std::string new_hash;  ///< to be kept instead, when the cost has changed; else empty
};

/// Safe to call from threads. Failures: `not_found` for a name, `permission` for what would leave
/// no enabled admin, `out_of_range` and `parse_error` for what was given (a name that is taken,
/// too).
class accounts {
public:
  accounts(std::shared_ptr<catalog> in, std::shared_ptr<password_hasher const> hasher)
      : in_{std::move(in)}, hasher_{std::move(hasher)} {}

  /// By name.
  [[nodiscard]] auto list() const -> result<std::vector<account>>;
  [[nodiscard]] auto find(std::string_view name) const -> result<account>;

  [[nodiscard]] auto add(new_account const& what, actor const& by, timestamp now) const
      -> result<account>;
  /// A disabled account loses its sessions; its tokens sleep. A role other than partner sees
  /// everything: its bound goes.
  [[nodiscard]] auto change(std::string_view name, account_change const& what, actor const& by,
                            timestamp now) const -> result<account>;
  /// By somebody else. All sessions of the account end.
  [[nodiscard]] auto set_password(std::string_view name, std::string_view password, actor const& by,
                                  timestamp now) const -> status;
  /// By its owner, who must know the old one. All sessions but `keep_session` end. The api asks
  /// `login_limits` first: this is a place where passwords can be tried.
  [[nodiscard]] auto change_own_password(std::string_view name, std::string_view old_password,
                                         std::string_view new_password, std::int64_t keep_session,
                                         actor const& by, timestamp now) const -> status;
  /// With its sessions and tokens; what it did stays in the audit log.
  [[nodiscard]] auto remove(std::string_view name, actor const& by, timestamp now) const -> status;

  /// For the first start: when there is no account at all, makes `admin` and returns its random
  /// password, which is shown nowhere else; else nothing.
  [[nodiscard]] auto ensure_admin(actor const& by, timestamp now) const
      -> result<std::optional<std::string>>;

  /// Works equally long for a name that nobody has. Fails with `permission`: "the name or the
  /// password is wrong", or when the password is right and the account disabled. Writes nothing.
  [[nodiscard]] auto recognise(std::string_view name, std::string_view password) const
      -> result<known_person>;

private:
  [[nodiscard]] auto store_password(std::string_view name, std::string_view password,
                                    std::string_view expected_hash, std::int64_t keep_session,
                                    audit_event const& event) const -> status;

  std::shared_ptr<catalog> in_;
  std::shared_ptr<password_hasher const> hasher_;
};

}  // namespace kizashi::access
