#include "kizashi/access/principal.hpp"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"

namespace kizashi::access {
namespace {

// Tokens cannot manage their own account: a stolen one could make itself a successor that outlives
// it. A question in SQL and the observatory's metrics are about everything; they cannot be cut to a
// partner's prefixes.
constexpr auto y = true;
constexpr auto n = false;
using p = permission;
constexpr permission_row table[] = {
    //                                          viewer analyst partner admin cut
    {p::view, "view", scope::read, y, y, y, y, y,
     "statistics, events, findings, alerts; packets page by page, without destinations, and no "
     "export of them"},
    {p::view_metrics, "view_metrics", scope::metrics, n, y, n, y, n,
     "how the observatory itself is (Prometheus)"},
    {p::query, "query", scope::query, n, y, n, y, n, "any question in SQL"},
    {p::export_data, "export", scope::export_data, n, y, y, y, y, "packets and tables as files"},
    {p::edit, "edit", scope::edit, n, y, n, y, n, "cases, watch lists, states of alerts"},
    {p::manage_own, "manage_own", std::nullopt, y, y, y, y, y,
     "one's own password, sessions and tokens"},
    {p::manage_accounts, "manage_accounts", scope::admin, n, n, n, y, n,
     "everybody's accounts, sessions and tokens"},
    {p::manage_settings, "manage_settings", scope::admin, n, n, n, y, n,
     "configuration and sensors"},
    {p::read_audit, "read_audit", scope::admin, n, n, n, y, n, "the audit log"},
};

constexpr std::pair<role, std::string_view> roles[] = {{role::viewer, "viewer"},
                                                       {role::analyst, "analyst"},
                                                       {role::admin, "admin"},
                                                       {role::partner, "partner"}};
constexpr std::pair<scope, std::string_view> scopes[] = {
    {scope::read, "read"},          {scope::metrics, "metrics"}, {scope::query, "query"},
    {scope::export_data, "export"}, {scope::edit, "edit"},       {scope::admin, "admin"}};

template <class T, std::size_t N>
auto name_in(std::pair<T, std::string_view> const (&names)[N], T which) -> std::string_view {
  for (auto const& [value, name] : names)
    if (value == which) return name;
  return "unknown";
}

template <class T, std::size_t N>
auto parse_in(std::pair<T, std::string_view> const (&names)[N], std::string_view text,
              std::string_view noun) -> result<T> {
  std::vector<std::string_view> all;
  for (auto const& [value, name] : names) {
    if (name == text) return value;
    all.push_back(name);
  }
  return fail(errc::parse_error, fmt::format("there is no {} \"{}\"; expected one of {}", noun,
                                             text, fmt::join(all, ", ")));
}

auto row_of(permission what) -> permission_row const* {
  for (auto const& row : table)
    if (row.what == what) return &row;
  return nullptr;
}

auto is_granted(permission_row const& row, role to) -> bool {
  switch (to) {
    case role::viewer:
      return row.viewer;
    case role::analyst:
      return row.analyst;
    case role::partner:
      return row.partner;
    case role::admin:
      return row.admin;
  }
  return false;
}

}  // namespace

auto permission_table() -> std::span<permission_row const> {
  return table;
}

auto may(principal const& who, permission what) -> bool {
  auto const* const row = row_of(what);
  if (row == nullptr || who.account <= 0) return false;
  if (!is_granted(*row, who.as)) return false;
  if (!row->can_be_cut && !who.within.is_everything()) return false;
  if (who.via == entrance::session) return true;
  return who.via == entrance::token && row->needs && who.scopes.has(*row->needs);
}

auto check_may(principal const& who, permission what) -> status {
  if (may(who, what)) return {};
  auto const* const row = row_of(what);
  if (row != nullptr && who.via == entrance::token && is_granted(*row, who.as)) {
    if (!row->needs)
      return fail(errc::permission, fmt::format("no token may {}; log in instead", row->name));
    if (!who.scopes.has(*row->needs))
      return fail(errc::permission, fmt::format("the token has no scope {}; it has: {}",
                                                name_of(*row->needs), to_string(who.scopes)));
    return fail(errc::permission,
                fmt::format("a token that is cut to prefixes or sensors may not: {}", row->name));
  }
  return fail(errc::permission, fmt::format("the account {} ({}) may not: {}", who.name,
                                            name_of(who.as), name_of(what)));
}

auto document_permissions() -> std::string {
  std::string text =
      "| permission | viewer | analyst | partner | admin | scope of a token | what it is |\n"
      "|---|---|---|---|---|---|---|\n";
  auto const mark = [](bool is_on) { return is_on ? "yes" : "-"; };
  for (auto const& row : table)
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", row.name, mark(row.viewer),
                    mark(row.analyst), mark(row.partner), mark(row.admin),
                    row.needs ? fmt::format("`{}`", name_of(*row.needs)) : "none may", row.help);
  return text;
}

auto name_of(role which) -> std::string_view {
  return name_in(roles, which);
}

auto name_of(scope which) -> std::string_view {
  return name_in(scopes, which);
}

auto name_of(permission which) -> std::string_view {
  auto const* const row = row_of(which);
  return row == nullptr ? "unknown" : row->name;
}

auto parse_role(std::string_view text) -> result<role> {
  return parse_in(roles, text, "role");
}

auto parse_scope(std::string_view text) -> result<scope> {
  return parse_in(scopes, text, "scope");
}

auto parse_scopes(std::string_view text) -> result<scope_set> {
  scope_set all;
  for (auto const part : split(text, ',')) {
    KIZASHI_TRY(auto const one, parse_scope(trim(part)));
    all = all.with(one);
  }
  return all;
}

auto to_string(scope_set which) -> std::string {
  std::vector<std::string_view> names;
  for (auto const& [value, name] : scopes)
    if (which.has(value)) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace kizashi::access
