#include "kizashi/access/views.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/access/catalog.hpp"
#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/access/internal/database.hpp"

namespace kizashi::access {
namespace {

using internal::database;

auto has_control(std::string_view text) -> bool {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

auto check_view(saved_view const& of) -> status {
  if (of.name.empty() || of.name.size() > 100 || has_control(of.name))
    return fail(errc::parse_error,
                fmt::format("the name has {} bytes; expected 1 to 100 without control characters",
                            of.name.size()));
  auto const is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (of.page.empty() || of.page.size() > 64 || !std::ranges::all_of(of.page, is_plain))
    return fail(errc::parse_error,
                "the page is none; expected 1 to 64 letters, digits, \"-\" and \"_\"");
  if (of.query.size() > 8000 || has_control(of.query))
    return fail(errc::parse_error,
                fmt::format("the query has {} bytes; expected at most 8000 without control "
                            "characters",
                            of.query.size()));
  return {};
}

auto view_details(saved_view const& of) -> std::string {
  nlohmann::ordered_json const text{{"view", of.id}, {"name", of.name}, {"page", of.page}};
  return text.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

auto account_number(database& in, std::string_view account) -> result<std::int64_t> {
  KIZASHI_TRY(auto found, in.prepare("select id from account where name = ?"));
  KIZASHI_TRY(auto const has_row, found.bind(account).step());
  if (!has_row)
    return fail(errc::not_found, "views belong to accounts; expected somebody who has logged in");
  return found.number(0);
}

}  // namespace

auto views::list(std::string_view account) const -> result<std::vector<saved_view>> {
  std::vector<saved_view> all;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto found,
                in.prepare("select view.id, view.name, page, query, view.made_at from view join "
                           "account on account.id = view.account where account.name = ? order by "
                           "view.id desc"));
    found.bind(account);
    for (;;) {
      KIZASHI_TRY(auto const has_row, found.step());
      if (!has_row) return {};
      all.push_back({found.number(0), found.text(1), found.text(2), found.text(3), found.time(4)});
    }
  }));
  return all;
}

auto views::add(std::string_view account, saved_view wanted, actor const& by, timestamp now) const
    -> result<saved_view> {
  KIZASHI_TRY(check_view(wanted));
  wanted.made = now;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const owner, account_number(in, account));
    KIZASHI_TRY(auto counted, in.prepare("select count(*) from view where account = ?"));
    KIZASHI_TRY(auto const has_row, counted.bind(owner).step());
    if (has_row && counted.number(0) >= static_cast<std::int64_t>(most_views))
      return fail(errc::limit_reached,
                  fmt::format("the account has {} views, the most; remove one first", most_views));
    KIZASHI_TRY(auto added, in.prepare("insert into view (account, name, page, query, made_at) "
                                       "values (?, ?, ?, ?, ?)"));
    KIZASHI_TRY(
        added.bind(owner).bind(wanted.name).bind(wanted.page).bind(wanted.query).bind(now).run());
    wanted.id = in.last_id();
    return internal::append_audit(in, {now, by, audit_action::view_added, std::string{account},
                                       audit_outcome::done, view_details(wanted)});
  }));
  return wanted;
}

auto views::remove(std::int64_t id, std::string_view account, actor const& by, timestamp now) const
    -> status {
  return in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto removed,
                in.prepare("delete from view where id = ? and account in (select id from account "
                           "where name = ?)"));
    KIZASHI_TRY(removed.bind(id).bind(account).run());
    if (in.changed() == 0) return fail(errc::not_found, "there is no such view");
    return internal::append_audit(in, {now, by, audit_action::view_removed, std::string{account},
                                       audit_outcome::done, fmt::format("{{\"view\":{}}}", id)});
  });
}

}  // namespace kizashi::access
