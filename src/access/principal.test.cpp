#include "kizashi/access/principal.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace kizashi;
using namespace kizashi::access;

constexpr permission all_permissions[] = {permission::view,
                                          permission::view_metrics,
                                          permission::query,
                                          permission::export_data,
                                          permission::edit,
                                          permission::manage_own,
                                          permission::manage_accounts,
                                          permission::manage_settings,
                                          permission::read_audit};

auto person(role as, reach within = {}) -> principal {
  return {1, "hana", as, scope_set::all(), std::move(within), entrance::session, 1};
}

auto program(role as, std::string_view scopes, reach within = {}) -> principal {
  return {1, "hana", as, parse_scopes(scopes).value(), std::move(within), entrance::token, 1};
}

/// What `who` may, in words.
auto granted(principal const& who) -> std::set<std::string_view> {
  std::set<std::string_view> names;
  for (auto const each : all_permissions)
    if (may(who, each)) names.insert(name_of(each));
  return names;
}

using names = std::set<std::string_view>;
names const everything{"view",       "view_metrics",    "query",           "export",    "edit",
                       "manage_own", "manage_accounts", "manage_settings", "read_audit"};

TEST(Principal, RolesMayWhatTheTableSays) {
  EXPECT_EQ(granted(person(role::viewer)), (names{"view", "manage_own"}));
  EXPECT_EQ(granted(person(role::analyst)),
            (names{"view", "view_metrics", "query", "export", "edit", "manage_own"}));
  EXPECT_EQ(granted(person(role::partner)), (names{"view", "export", "manage_own"}));
  EXPECT_EQ(granted(person(role::admin)), everything);
}

TEST(Principal, TokensMayNoMoreThanTheirScopesAndTheirRole) {
  EXPECT_EQ(granted(program(role::admin, "read")), (names{"view"}));
  EXPECT_EQ(granted(program(role::admin, "metrics")), (names{"view_metrics"}));
  EXPECT_EQ(granted(program(role::admin, "admin")),
            (names{"manage_accounts", "manage_settings", "read_audit"}));
  EXPECT_EQ(granted(program(role::viewer, "read,query,export,admin")), (names{"view"}));
  EXPECT_EQ(granted({1, "hana", role::admin, {}, {}, entrance::token, 1}), names{});
}

TEST(Principal, WhoIsCutCannotAskWhatCannotBeCut) {
  auto const south = parse_reach({}, std::vector<std::string>{"south"}).value();
  EXPECT_EQ(granted(program(role::admin, "read,metrics,query,export,edit,admin", south)),
            (names{"view", "export"}));
}

TEST(Principal, NobodyMayNothing) {
  EXPECT_EQ(granted({}), names{});
  EXPECT_EQ(granted({0, "hana", role::admin, scope_set::all(), {}, entrance::session, 1}), names{});
  EXPECT_FALSE(may(person(role::admin), static_cast<permission>(200)));
  EXPECT_FALSE(may(person(static_cast<role>(200)), permission::view));
  EXPECT_FALSE(may({1, "x", role::admin, scope_set::all(), {}, static_cast<entrance>(9), 1},
                   permission::view));
}

TEST(Principal, ThePermissionsAllHaveOneRow) {
  EXPECT_EQ(permission_table().size(), std::size(all_permissions));
  for (auto const each : all_permissions) EXPECT_NE(name_of(each), "unknown");
}

TEST(Principal, SaysWhatIsMissing) {
  auto const refusal = [](principal const& who, permission what) {
    auto const answer = check_may(who, what);
    return answer ? "" : answer.error().message;
  };
  EXPECT_EQ(refusal(person(role::viewer), permission::view), "");
  EXPECT_EQ(refusal(person(role::viewer), permission::query),
            "the account hana (viewer) may not: query");
  EXPECT_EQ(refusal(program(role::analyst, "read"), permission::query),
            "the token has no scope query; it has: read");
  EXPECT_EQ(refusal(program(role::analyst, "read"), permission::manage_own),
            "no token may manage_own; log in instead");
  EXPECT_EQ(refusal(program(role::analyst, "query",
                            parse_reach({}, std::vector<std::string>{"a"}).value()),
                    permission::query),
            "a token that is cut to prefixes or sensors may not: query");
}

TEST(Principal, ReadsNames) {
  EXPECT_EQ(parse_role("partner"), role::partner);
  EXPECT_EQ(parse_role("root").error().message,
            "there is no role \"root\"; expected one of viewer, analyst, admin, partner");
  EXPECT_EQ(to_string(parse_scopes("export, read,read").value()), "read,export");
  EXPECT_EQ(parse_scopes("read,").error().message,
            "there is no scope \"\"; expected one of read, metrics, query, export, edit, admin");
  EXPECT_EQ(to_string(scope_set::all()), "read,metrics,query,export,edit,admin");
}

TEST(Principal, TheDocumentHasTheTable) {
  std::ifstream in{KIZASHI_SOURCE_DIR "/docs/access.md"};
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_NE(text.find(document_permissions()), std::string::npos) << document_permissions();
}

}  // namespace
