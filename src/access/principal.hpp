// Who asks, and whether he may. Everything that is not permitted by the one table is refused.
//
//   if (!may(who, permission::export_data)) return refuse(...);
//   if (!who.within.has_sensor(sensor)) return refuse(...);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/access/reach.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::access {

enum class role : std::uint8_t { viewer, analyst, admin, partner };

/// What can be asked for. A new one needs a row in the table, else nobody may.
enum class permission : std::uint8_t {
  view,             ///< statistics, events, findings, alerts
  view_metrics,     ///< how the observatory itself is: Prometheus
  query,            ///< any question in SQL
  export_data,      ///< packets and tables as files
  edit,             ///< what analysts write: cases, watch lists, states of alerts
  manage_own,       ///< one's own password, sessions and tokens
  manage_accounts,  ///< everybody's
  manage_settings,  ///< configuration and sensors
  read_audit,       ///< the audit log
};

/// What a token can be made for. A session has all of them.
enum class scope : std::uint8_t { read, metrics, query, export_data, edit, admin };

class scope_set {
public:
  constexpr scope_set() noexcept = default;
  [[nodiscard]] static constexpr auto all() noexcept -> scope_set { return scope_set{0x3f}; }
  [[nodiscard]] constexpr auto with(scope one) const noexcept -> scope_set {
    return scope_set{static_cast<std::uint8_t>(bits_ | bit(one))};
  }
  [[nodiscard]] constexpr auto has(scope one) const noexcept -> bool {
    return (bits_ & bit(one)) != 0;
  }
  [[nodiscard]] constexpr auto is_empty() const noexcept -> bool { return bits_ == 0; }
  friend constexpr auto operator==(scope_set, scope_set) noexcept -> bool = default;

private:
  constexpr explicit scope_set(std::uint8_t bits) noexcept : bits_{bits} {}
  [[nodiscard]] static constexpr auto bit(scope one) noexcept -> std::uint8_t {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(one));
  }
  std::uint8_t bits_ = 0;
};

/// By which door somebody came in.
enum class entrance : std::uint8_t { session, token };

/// Whoever asks, once it is known who that is.
struct principal {
  std::int64_t account = 0;
  std::string name;
  role as = role::viewer;
  scope_set scopes;
  reach within;  ///< of a token: what both it and its account may see
  entrance via = entrance::session;
  std::int64_t via_id = 0;  ///< of the session or token
};

/// One row of the table of permissions.
struct permission_row {
  permission what;
  std::string_view name;
  /// What a token needs for it; absent: no token may.
  std::optional<scope> needs;
  bool viewer, analyst, partner, admin;
  /// Whether an answer can be cut to a reach. If not, only those may who see everything.
  bool can_be_cut;
  std::string_view help;
};

[[nodiscard]] auto permission_table() -> std::span<permission_row const>;

/// By role, scopes, entrance and reach. No row: no.
[[nodiscard]] auto may(principal const& who, permission what) -> bool;
/// The same as a failure with words: "the account hana (viewer) may not: query".
[[nodiscard]] auto check_may(principal const& who, permission what) -> status;

/// The table in Markdown, as docs/access.md has it.
[[nodiscard]] auto document_permissions() -> std::string;

[[nodiscard]] auto name_of(role which) -> std::string_view;
[[nodiscard]] auto name_of(scope which) -> std::string_view;
[[nodiscard]] auto name_of(permission which) -> std::string_view;
/// Reads one of the names; fails with all of them.
[[nodiscard]] auto parse_role(std::string_view text) -> result<role>;
[[nodiscard]] auto parse_scope(std::string_view text) -> result<scope>;
/// Reads "read,query".
[[nodiscard]] auto parse_scopes(std::string_view text) -> result<scope_set>;
[[nodiscard]] auto to_string(scope_set scopes) -> std::string;

}  // namespace kizashi::access
