// Rows of accounts, for the parts of this room that join with them.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/access/accounts.hpp"
#include "kizashi/access/internal/database.hpp"

namespace kizashi::access::internal {

/// Of a table `account`, in the order in which `read_account` takes them; eleven.
inline constexpr std::string_view account_columns =
    "account.id, account.name, account.role, account.prefixes, account.sensors, account.enabled, "
    "account.made_at, account.changed_at, account.password_at, account.logged_in_at, "
    "account.password";
inline constexpr int account_column_count = 11;

struct account_row {
  account who;
  std::string hash;
};

/// Fails with `io_error` when somebody else has written into the table.
[[nodiscard]] auto read_account(statement const& from) -> result<account_row>;
/// Fails with `not_found`.
[[nodiscard]] auto find_account(database& in, std::string_view name) -> result<account_row>;

/// How many sessions ended.
[[nodiscard]] auto end_sessions(database& in, std::int64_t account, std::int64_t keep)
    -> result<std::int64_t>;

}  // namespace kizashi::access::internal
