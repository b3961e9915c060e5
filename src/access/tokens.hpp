// API tokens: for programs. A token can do less than its account, never more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/accounts.hpp"
#include "kizashi/access/principal.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::access {

class catalog;

struct new_token {
  std::string account;
  std::string label;  ///< what it is for: 1 to 100 bytes of UTF-8 without control characters
  scope_set scopes;
  reach within;    ///< not more than the account's
  timestamp ends;  ///< unknown: never
};

struct token_info {
  std::int64_t id = 0;
  std::string account;
  std::string label;
  std::string hint;  ///< its first characters: "kzs_Ab3d"
  scope_set scopes;
  reach within;  ///< as it was asked for; the account's may be smaller by now
  timestamp made;
  timestamp used;     ///< up to a minute early; unknown: never
  timestamp ends;     ///< unknown: never
  timestamp revoked;  ///< unknown: it is valid
};

/// Given out once. Only a hash of the secret is kept.
struct made_token {
  std::string secret;  ///< "kzs_" and 43 characters
  token_info info;
};

/// Safe to call from threads.
class tokens {
public:
  explicit tokens(std::shared_ptr<catalog> in) : in_{std::move(in)} {}

  /// Fails with `permission` when it would be wider than its account, by scope or reach; with
  /// `out_of_range` without a scope or when it has ended already.
  [[nodiscard]] auto add(new_token const& what, actor const& by, timestamp now) const
      -> result<made_token>;
  /// Whose token it is, with what both it and its account may now. `permission` when it is unknown,
  /// has ended, was revoked, or the account is disabled. The last use is written at most once a
  /// minute.
  [[nodiscard]] auto find(std::string_view secret, timestamp now) const -> result<principal>;
  /// The newest first, revoked ones too; of one account, or of all when `account` is empty.
  [[nodiscard]] auto list(std::string_view account) const -> result<std::vector<token_info>>;
  /// It stays in the list. `account`: whose it must be; empty: anybody's. Fails with `not_found`;
  /// one that is revoked already is no failure.
  [[nodiscard]] auto revoke(std::int64_t id, std::string_view account, actor const& by,
                            timestamp now) const -> status;

private:
  std::shared_ptr<catalog> in_;
};

}  // namespace kizashi::access
