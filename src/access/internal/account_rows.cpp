#include "kizashi/access/internal/account_rows.hpp"

#include <fmt/format.h>

#include "kizashi/access/internal/reach_text.hpp"

namespace kizashi::access::internal {

auto read_account(statement const& from) -> result<account_row> {
  account_row row;
  auto& who = row.who;
  who.id = from.number(0);
  who.name = from.text(1);
  auto const as = parse_role(from.text(2));
  if (!as) return from.strange_row("accounts", who.id, as.error());
  who.as = *as;
  auto within = reach_from(from.optional_text(3), from.optional_text(4));
  if (!within) return from.strange_row("accounts", who.id, within.error());
  who.within = std::move(*within);
  who.is_enabled = from.number(5) != 0;
  who.made = from.time(6);
  who.changed = from.time(7);
  who.password_set = from.time(8);
  who.logged_in = from.time(9);
  row.hash = from.text(10);
  return row;
}

auto find_account(database& in, std::string_view name) -> result<account_row> {
  KIZASHI_TRY(auto found,
              in.prepare(fmt::format("select {} from account where name = ?", account_columns)));
  KIZASHI_TRY(auto const has_row, found.bind(name).step());
  if (!has_row)
    return fail(errc::not_found, fmt::format("there is no account \"{}\"; 'kizashi account list' "
                                             "names those that are there",
                                             name));
  return read_account(found);
}

auto end_sessions(database& in, std::int64_t account, std::int64_t keep) -> result<std::int64_t> {
  KIZASHI_TRY(auto ended, in.prepare("delete from session where account = ? and id <> ?"));
  KIZASHI_TRY(ended.bind(account).bind(keep).run());
  return in.changed();
}

}  // namespace kizashi::access::internal
