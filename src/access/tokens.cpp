#include "kizashi/access/tokens.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/access/catalog.hpp"
#include "kizashi/access/internal/account_rows.hpp"
#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/access/internal/reach_text.hpp"
#include "kizashi/access/secret.hpp"

namespace kizashi::access {
namespace {

using internal::database;
using internal::statement;

constexpr duration write_interval = std::chrono::minutes{1};
constexpr std::string_view mark = "kzs_";
constexpr std::size_t hint_size = 8;
constexpr std::size_t most_label = 100;

constexpr auto token_columns =
    "token.id, token.label, token.hint, token.scopes, token.prefixes, token.sensors, "
    "token.made_at, token.used_at, token.ends_at, token.revoked_at";
constexpr int column_count = 10;

struct token_bound {
  scope_set scopes;
  reach within;
};

/// Three columns from `first` on: scopes, prefixes, sensors.
auto read_bound(statement const& row, std::int64_t id, int first) -> result<token_bound> {
  auto const scopes = parse_scopes(row.text(first));
  if (!scopes) return row.strange_row("tokens", id, scopes.error());
  auto within = internal::reach_from(row.optional_text(first + 1), row.optional_text(first + 2));
  if (!within) return row.strange_row("tokens", id, within.error());
  return token_bound{*scopes, std::move(*within)};
}

auto read_token(statement const& row) -> result<token_info> {
  token_info token;
  token.id = row.number(0);
  token.label = row.text(1);
  token.hint = row.text(2);
  KIZASHI_TRY(auto bound, read_bound(row, token.id, 3));
  token.scopes = bound.scopes;
  token.within = std::move(bound.within);
  token.made = row.time(6);
  token.used = row.time(7);
  token.ends = row.time(8);
  token.revoked = row.time(9);
  return token;
}

auto check_label(std::string_view label) -> status {
  auto const is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (label.empty() || label.size() > most_label || std::ranges::any_of(label, is_control))
    return fail(errc::parse_error,
                fmt::format("the label has {} bytes; expected 1 to {} without control characters, "
                            "such as \"backup script\"",
                            label.size(), most_label));
  return {};
}

/// A scope is good for something when the role is granted one permission that needs it.
auto check_scopes(scope_set scopes, reach const& within, account const& owner) -> status {
  for (auto const one :
       {scope::read, scope::metrics, scope::query, scope::export_data, scope::edit, scope::admin}) {
    if (!scopes.has(one)) continue;
    principal who{owner.id,     owner.name,      owner.as, scope_set{}.with(one),
                  owner.within, entrance::token, 0};
    auto const is_useful = [&](permission_row const& row) {
      return row.needs == one && may(who, row.what);
    };
    if (std::ranges::none_of(permission_table(), is_useful))
      return fail(errc::permission, fmt::format("the scope {} is more than {} ({}) may",
                                                name_of(one), owner.name, name_of(owner.as)));
    who.within = within;
    if (std::ranges::none_of(permission_table(), is_useful))
      return fail(errc::out_of_range,
                  fmt::format("the scope {} cannot be cut to prefixes or sensors; leave it out, or "
                              "them",
                              name_of(one)));
  }
  return {};
}

auto check_token(new_token const& what, timestamp now) -> status {
  KIZASHI_TRY(check_label(what.label));
  if (what.scopes.is_empty())
    return fail(errc::out_of_range, "the token has no scope; expected one or more, such as read");
  if (what.ends.is_known() && what.ends <= now)
    return fail(errc::out_of_range,
                fmt::format("the token would have ended at {}; expected a later "
                            "time",
                            what.ends.to_string()));
  return {};
}

auto insert_token(database& in, new_token const& what, std::int64_t account,
                  std::string_view secret, timestamp now) -> status {
  KIZASHI_TRY(
      auto added,
      in.prepare("insert into token (account, hash, hint, label, scopes, prefixes, sensors, "
                 "made_at, ends_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  added.bind(account).bind(digest_of(secret)).bind(secret.substr(0, hint_size));
  added.bind(what.label)
      .bind(to_string(what.scopes))
      .bind_optional(internal::prefixes_text(what.within));
  return added.bind_optional(internal::sensors_text(what.within)).bind(now).bind(what.ends).run();
}

auto describe(token_info const& token) -> std::string {
  nlohmann::ordered_json const text{{"token", token.id},
                                    {"hint", token.hint},
                                    {"label", token.label},
                                    {"scopes", to_string(token.scopes)},
                                    {"prefixes", describe_prefixes(token.within)},
                                    {"sensors", describe_sensors(token.within)}};
  return text.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

auto no_token(std::string_view why) -> tl::unexpected<error> {
  return fail(errc::permission, fmt::format("the token {}", why));
}

struct found_token {
  principal who;
  timestamp used;
};

auto read_found(statement const& row, timestamp now) -> result<found_token> {
  KIZASHI_TRY(auto owner, internal::read_account(row));
  constexpr auto next = internal::account_column_count;
  KIZASHI_TRY(auto const bound, read_bound(row, row.number(next), next + 1));
  auto const ends = row.time(next + 5);
  if (row.time(next + 6).is_known()) return no_token("was revoked");
  if (ends.is_known() && now >= ends) return no_token(fmt::format("ended at {}", ends.to_string()));
  if (!owner.who.is_enabled)
    return no_token(fmt::format("belongs to {}, whose account is disabled", owner.who.name));
  return found_token{{owner.who.id, owner.who.name, owner.who.as, bound.scopes,
                      intersect(owner.who.within, bound.within), entrance::token, row.number(next)},
                     row.time(next + 4)};
}

}  // namespace

auto tokens::add(new_token const& what, actor const& by, timestamp now) const
    -> result<made_token> {
  KIZASHI_TRY(check_token(what, now));
  made_token made;
  made.secret = std::string{mark} + random_secret();
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const owner, internal::find_account(in, what.account));
    KIZASHI_TRY(check_within(what.within, owner.who.within));
    KIZASHI_TRY(check_scopes(what.scopes, what.within, owner.who));
    KIZASHI_TRY(insert_token(in, what, owner.who.id, made.secret, now));
    made.info = {in.last_id(), what.account,
                 what.label,   made.secret.substr(0, hint_size),
                 what.scopes,  what.within,
                 now,          {},
                 what.ends,    {}};
    return internal::append_audit(in, {now, by, audit_action::token_added, what.account,
                                       audit_outcome::done, describe(made.info)});
  }));
  return made;
}

auto tokens::find(std::string_view secret, timestamp now) const -> result<principal> {
  if (!secret.starts_with(mark)) return no_token("is none: it does not begin with kzs_");
  found_token found;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto asked,
                in.prepare(fmt::format(
                    "select {}, token.id, token.scopes, token.prefixes, token.sensors, "
                    "token.used_at, token.ends_at, token.revoked_at from token join account on "
                    "account.id = token.account where token.hash = ?",
                    internal::account_columns)));
    KIZASHI_TRY(auto const has_row, asked.bind(digest_of(secret)).step());
    if (!has_row) return no_token("is unknown");
    KIZASHI_TRY(found, read_found(asked, now));
    return {};
  }));
  if (found.used.is_known() && now - found.used < write_interval) return found.who;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto used, in.prepare("update token set used_at = ?1 where id = ?2 and "
                                      "(used_at is null or used_at < ?1)"));
    return used.bind(now).bind(found.who.via_id).run();
  }));
  return found.who;
}

auto tokens::list(std::string_view account) const -> result<std::vector<token_info>> {
  std::vector<token_info> all;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto found,
                in.prepare(fmt::format("select {}, account.name from token join account "
                                       "on account.id = token.account where (?1 = '' or "
                                       "account.name = ?1) order by token.id desc",
                                       token_columns)));
    found.bind(account);
    for (;;) {
      KIZASHI_TRY(auto const has_row, found.step());
      if (!has_row) return {};
      KIZASHI_TRY(auto token, read_token(found));
      token.account = found.text(column_count);
      all.push_back(std::move(token));
    }
  }));
  return all;
}

auto tokens::revoke(std::int64_t id, std::string_view account, actor const& by, timestamp now) const
    -> status {
  return in_->write([&](database& in) -> status {
    token_info token;
    {
      KIZASHI_TRY(auto found,
                  in.prepare(fmt::format("select {}, account.name from token join account on "
                                         "account.id = token.account where token.id = ?1 and "
                                         "(?2 = '' or account.name = ?2)",
                                         token_columns)));
      KIZASHI_TRY(auto const has_row, found.bind(id).bind(account).step());
      if (!has_row)
        return fail(errc::not_found, fmt::format("there is no token {}; 'kizashi token list' names "
                                                 "those that are there",
                                                 id));
      KIZASHI_TRY(token, read_token(found));
      token.account = found.text(column_count);
    }
    if (token.revoked.is_known()) return {};
    KIZASHI_TRY(auto revoked, in.prepare("update token set revoked_at = ? where id = ?"));
    KIZASHI_TRY(revoked.bind(now).bind(id).run());
    return internal::append_audit(in, {now, by, audit_action::token_revoked, token.account,
                                       audit_outcome::done, describe(token)});
  });
}

}  // namespace kizashi::access
