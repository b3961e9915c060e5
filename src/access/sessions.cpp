#include "kizashi/access/sessions.hpp"

#include <chrono>

#include <fmt/format.h>

#include "kizashi/access/catalog.hpp"
#include "kizashi/access/internal/account_rows.hpp"
#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/access/secret.hpp"

namespace kizashi::access {
namespace {

using internal::account_columns;
using internal::database;
using internal::statement;

constexpr duration use_interval = std::chrono::minutes{1};
constexpr std::size_t most_agent = 256;

auto no_session() -> tl::unexpected<error> {
  return fail(errc::permission, "the session has ended; log in again");
}

auto drop_ended(database& in, duration idle, timestamp now) -> status {
  KIZASHI_TRY(auto gone, in.prepare("delete from session where ends_at <= ? or used_at <= ?"));
  return gone.bind(now).bind(now - idle).run();
}

/// Notes the log-in; fails when the account is no longer what it was when the password was tried.
auto note_log_in(database& in, known_person const& person, timestamp now) -> status {
  auto const& hash = person.new_hash.empty() ? person.hash : person.new_hash;
  KIZASHI_TRY(auto noted, in.prepare("update account set logged_in_at = ?, password = ? "
                                     "where id = ? and password = ? and enabled = 1"));
  KIZASHI_TRY(noted.bind(now).bind(hash).bind(person.who.id).bind(person.hash).run());
  if (in.changed() == 1) return {};
  return fail(errc::permission,
              fmt::format("the account {} was changed meanwhile; log in again", person.who.name));
}

struct found_session {
  principal who;
  timestamp used;
};

auto read_found(statement const& row, duration idle, timestamp now) -> result<found_session> {
  KIZASHI_TRY(auto owner, internal::read_account(row));
  constexpr auto next = internal::account_column_count;
  auto const used = row.time(next + 1);
  auto const ends = row.time(next + 2);
  if (now >= ends || now - used >= idle) return no_session();
  if (!owner.who.is_enabled)
    return fail(errc::permission, fmt::format("the account {} is disabled", owner.who.name));
  return found_session{{owner.who.id, owner.who.name, owner.who.as, scope_set::all(),
                        std::move(owner.who.within), entrance::session, row.number(next)},
                       used};
}

}  // namespace

auto sessions::csrf_of(std::string_view secret) -> std::string {
  return derived_secret(secret, "kizashi csrf");
}

auto sessions::open(known_person const& person, actor const& by, std::string_view agent,
                    timestamp now) const -> result<open_session> {
  auto const& who = person.who;
  open_session made{random_secret(), {}, {}, now + absolute_.load()};
  made.csrf = csrf_of(made.secret);
  made.who = {who.id, who.name, who.as, scope_set::all(), who.within, entrance::session, 0};
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(drop_ended(in, idle_, now));
    KIZASHI_TRY(note_log_in(in, person, now));
    KIZASHI_TRY(auto added,
                in.prepare("insert into session (account, hash, address, agent, made_at, "
                           "used_at, ends_at) values (?, ?, ?, ?, ?, ?, ?)"));
    added.bind(who.id).bind(digest_of(made.secret));
    added.bind(internal::clean_text(by.address, most_agent));
    added.bind(internal::clean_text(agent, most_agent));
    KIZASHI_TRY(added.bind(now).bind(now).bind(made.ends).run());
    made.who.via_id = in.last_id();
    return internal::append_audit(in,
                                  {now, by, audit_action::logged_in, who.name, audit_outcome::done,
                                   fmt::format(R"({{"session":{}}})", made.who.via_id)});
  }));
  return made;
}

auto sessions::find(std::string_view secret, timestamp now) const -> result<principal> {
  found_session found;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto asked, in.prepare(fmt::format(
                                "select {}, session.id, session.used_at, session.ends_at from "
                                "session join account on account.id = session.account "
                                "where session.hash = ?",
                                account_columns)));
    KIZASHI_TRY(auto const has_row, asked.bind(digest_of(secret)).step());
    if (!has_row) return no_session();
    KIZASHI_TRY(found, read_found(asked, idle_, now));
    return {};
  }));
  if (now - found.used < use_interval) return found.who;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto used,
                in.prepare("update session set used_at = ? where id = ? and used_at < ?"));
    return used.bind(now).bind(found.who.via_id).bind(now).run();
  }));
  return found.who;
}

auto sessions::list(std::string_view account, timestamp now) const
    -> result<std::vector<session_info>> {
  std::vector<session_info> all;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto found,
                in.prepare("select session.id, name, address, agent, session.made_at, "
                           "used_at, ends_at from session join account on account.id = "
                           "session.account where (?1 = '' or name = ?1) and ends_at > ?2 "
                           "and used_at > ?3 order by session.id desc"));
    found.bind(account).bind(now).bind(now - idle_.load());
    for (;;) {
      KIZASHI_TRY(auto const has_row, found.step());
      if (!has_row) return {};
      all.push_back({found.number(0), found.text(1), found.text(2), found.text(3), found.time(4),
                     found.time(5), found.time(6)});
    }
  }));
  return all;
}

auto sessions::close(std::string_view secret, actor const& by, timestamp now) const -> status {
  return in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto gone, in.prepare("delete from session where hash = ?"));
    KIZASHI_TRY(gone.bind(digest_of(secret)).run());
    if (in.changed() == 0) return {};
    return internal::append_audit(
        in, {now, by, audit_action::logged_out, by.name, audit_outcome::done, "{}"});
  });
}

auto sessions::revoke(std::string_view account, std::int64_t id, actor const& by,
                      timestamp now) const -> status {
  return in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const owner, internal::find_account(in, account));
    KIZASHI_TRY(auto gone, in.prepare("delete from session where id = ? and account = ?"));
    KIZASHI_TRY(gone.bind(id).bind(owner.who.id).run());
    if (in.changed() == 0)
      return fail(errc::not_found, fmt::format("{} has no session {}", account, id));
    return internal::append_audit(
        in, {now, by, audit_action::sessions_revoked, owner.who.name, audit_outcome::done,
             fmt::format(R"({{"session":{}}})", id)});
  });
}

auto sessions::revoke_all(std::string_view account, actor const& by, timestamp now) const
    -> result<std::int64_t> {
  std::int64_t ended = 0;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const owner, internal::find_account(in, account));
    KIZASHI_TRY(ended, internal::end_sessions(in, owner.who.id, 0));
    return internal::append_audit(
        in, {now, by, audit_action::sessions_revoked, owner.who.name, audit_outcome::done,
             fmt::format(R"({{"sessions_ended":{}}})", ended)});
  }));
  return ended;
}

}  // namespace kizashi::access
