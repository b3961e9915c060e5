#include "kizashi/access/accounts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/access/catalog.hpp"
#include "kizashi/access/internal/account_rows.hpp"
#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/access/internal/reach_text.hpp"
#include "kizashi/access/secret.hpp"

namespace kizashi::access {
namespace {

using internal::account_row;
using internal::database;
using json = nlohmann::ordered_json;

constexpr std::size_t least_name = 2;
constexpr std::size_t most_name = 64;

auto is_letter_or_digit(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

auto wrong_log_in() -> tl::unexpected<error> {
  return fail(errc::permission, "the name or the password is wrong");
}

auto check_bound(role as, reach const& within) -> status {
  if (as == role::partner && within.is_everything())
    return fail(errc::out_of_range,
                "a partner sees only its own part; expected prefixes, sensors or both");
  if (as != role::partner && !within.is_everything())
    return fail(errc::out_of_range,
                fmt::format("{} sees everything; prefixes and sensors are for partners",
                            as == role::viewer    ? "a viewer"
                            : as == role::analyst ? "an analyst"
                                                  : "an admin"));
  return {};
}

auto describe(account const& who) -> json {
  json text{{"role", name_of(who.as)}, {"enabled", who.is_enabled}};
  if (who.as == role::partner) {
    text["prefixes"] = describe_prefixes(who.within);
    text["sensors"] = describe_sensors(who.within);
  }
  return text;
}

/// Fails when nobody but `who` is an enabled admin.
auto keep_an_admin(database& in, account const& who, std::string_view verb) -> status {
  if (who.as != role::admin || !who.is_enabled) return {};
  KIZASHI_TRY(auto const others,
              in.ask_number(fmt::format("select count(*) from account where role = 'admin' and "
                                        "enabled = 1 and id <> {}",
                                        who.id)));
  if (others > 0) return {};
  return fail(errc::permission, fmt::format("{} is the last enabled admin and cannot be {}; make "
                                            "another one first",
                                            who.name, verb));
}

auto insert_account(database& in, new_account const& what, std::string_view hash, timestamp now)
    -> status {
  KIZASHI_TRY(auto added, in.prepare("insert into account (name, role, prefixes, sensors, enabled, "
                                     "password, made_at, changed_at, password_at) "
                                     "values (?, ?, ?, ?, 1, ?, ?, ?, ?)"));
  added.bind(what.name).bind(name_of(what.as)).bind_optional(internal::prefixes_text(what.within));
  added.bind_optional(internal::sensors_text(what.within)).bind(hash);
  return added.bind(now).bind(now).bind(now).run();
}

auto update_account(database& in, account const& who, timestamp now) -> status {
  KIZASHI_TRY(auto changed, in.prepare("update account set role = ?, prefixes = ?, sensors = ?, "
                                       "enabled = ?, changed_at = ? where id = ?"));
  changed.bind(name_of(who.as)).bind_optional(internal::prefixes_text(who.within));
  changed.bind_optional(internal::sensors_text(who.within)).bind(std::int64_t{who.is_enabled});
  return changed.bind(now).bind(who.id).run();
}

}  // namespace

auto check_account_name(std::string_view name) -> status {
  auto const is_fine = [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '@';
  };
  if (name.size() >= least_name && name.size() <= most_name && std::ranges::all_of(name, is_fine) &&
      is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()))
    return {};
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no name of an account; expected {} to {} of a-z 0-9 . _ - @ "
                          "with a letter or digit at both ends",
                          name, least_name, most_name));
}

auto accounts::list() const -> result<std::vector<account>> {
  std::vector<account> all;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto found, in.prepare(fmt::format("select {} from account order by name",
                                                   internal::account_columns)));
    for (;;) {
      KIZASHI_TRY(auto const has_row, found.step());
      if (!has_row) return {};
      KIZASHI_TRY(auto row, internal::read_account(found));
      all.push_back(std::move(row.who));
    }
  }));
  return all;
}

auto accounts::find(std::string_view name) const -> result<account> {
  account_row row;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(row, internal::find_account(in, name));
    return {};
  }));
  return row.who;
}

auto accounts::add(new_account const& what, actor const& by, timestamp now) const
    -> result<account> {
  KIZASHI_TRY(check_account_name(what.name));
  KIZASHI_TRY(check_bound(what.as, what.within));
  KIZASHI_TRY(check_password(what.password, what.name));
  KIZASHI_TRY(auto const hash, hasher_->hash(what.password));
  account_row row;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    if (internal::find_account(in, what.name))
      return fail(errc::out_of_range, fmt::format("the account {} is there already", what.name));
    KIZASHI_TRY(insert_account(in, what, hash, now));
    KIZASHI_TRY(row, internal::find_account(in, what.name));
    return internal::append_audit(in, {now, by, audit_action::account_added, what.name,
                                       audit_outcome::done, describe(row.who).dump()});
  }));
  return row.who;
}

auto accounts::change(std::string_view name, account_change const& what, actor const& by,
                      timestamp now) const -> result<account> {
  account_row row;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(row, internal::find_account(in, name));
    auto const before = row.who;
    auto& who = row.who;
    who.as = what.as.value_or(who.as);
    if (what.within) {
      if (!what.keeps_prefixes) who.within.prefixes = what.within->prefixes;
      if (!what.keeps_sensors) who.within.sensors = what.within->sensors;
    } else if (who.as != role::partner) {
      who.within = {};
    }
    who.is_enabled = what.is_enabled.value_or(who.is_enabled);
    KIZASHI_TRY(check_bound(who.as, who.within));
    if (!who.is_enabled) KIZASHI_TRY(keep_an_admin(in, before, "disabled"));
    if (who.as != role::admin) KIZASHI_TRY(keep_an_admin(in, before, "given another role"));
    who.changed = now;
    KIZASHI_TRY(update_account(in, who, now));
    if (!who.is_enabled) KIZASHI_TRY(internal::end_sessions(in, who.id, 0));
    json const details{{"before", describe(before)}, {"after", describe(who)}};
    return internal::append_audit(in, {now, by, audit_action::account_changed, who.name,
                                       audit_outcome::done, details.dump()});
  }));
  return row.who;
}

auto accounts::store_password(std::string_view name, std::string_view password,
                              std::string_view expected_hash, std::int64_t keep_session,
                              audit_event const& event) const -> status {
  KIZASHI_TRY(auto const hash, hasher_->hash(password));
  return in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const row, internal::find_account(in, name));
    // Between the trial of the old password and here somebody else may have set a new one.
    if (!expected_hash.empty() && row.hash != expected_hash) return wrong_log_in();
    KIZASHI_TRY(auto changed, in.prepare("update account set password = ?, password_at = ?, "
                                         "changed_at = ? where id = ?"));
    KIZASHI_TRY(changed.bind(hash).bind(event.at).bind(event.at).bind(row.who.id).run());
    KIZASHI_TRY(auto const ended, internal::end_sessions(in, row.who.id, keep_session));
    auto told = event;
    told.details = json{{"sessions_ended", ended}}.dump();
    return internal::append_audit(in, told);
  });
}

auto accounts::set_password(std::string_view name, std::string_view password, actor const& by,
                            timestamp now) const -> status {
  KIZASHI_TRY(find(name));
  KIZASHI_TRY(check_password(password, name));
  return store_password(
      name, password, {}, 0,
      {now, by, audit_action::password_set, std::string{name}, audit_outcome::done, {}});
}

auto accounts::change_own_password(std::string_view name, std::string_view old_password,
                                   std::string_view new_password, std::int64_t keep_session,
                                   actor const& by, timestamp now) const -> status {
  auto const person = recognise(name, old_password);
  if (!person) {
    KIZASHI_TRY(in_->write([&](database& in) {
      return internal::append_audit(in, {now, by, audit_action::password_changed, std::string{name},
                                         audit_outcome::refused, R"({"reason":"old password"})"});
    }));
    return fail(errc::permission, "the old password is wrong");
  }
  KIZASHI_TRY(check_password(new_password, name));
  if (new_password == old_password)
    return fail(errc::out_of_range, "the new password is the old one; expected another");
  return store_password(
      name, new_password, person->hash, keep_session,
      {now, by, audit_action::password_changed, std::string{name}, audit_outcome::done, {}});
}

auto accounts::remove(std::string_view name, actor const& by, timestamp now) const -> status {
  return in_->write([&](database& in) -> status {
    KIZASHI_TRY(auto const row, internal::find_account(in, name));
    KIZASHI_TRY(keep_an_admin(in, row.who, "removed"));
    KIZASHI_TRY(auto gone, in.prepare("delete from account where id = ?"));
    KIZASHI_TRY(gone.bind(row.who.id).run());
    return internal::append_audit(in, {now, by, audit_action::account_removed, row.who.name,
                                       audit_outcome::done, describe(row.who).dump()});
  });
}

auto accounts::ensure_admin(actor const& by, timestamp now) const
    -> result<std::optional<std::string>> {
  constexpr auto count = "select count(*) from account";
  std::int64_t there = 0;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(there, in.ask_number(count));
    return {};
  }));
  if (there > 0) return std::nullopt;
  new_account const first{"admin", role::admin, {}, random_password()};
  KIZASHI_TRY(auto const hash, hasher_->hash(first.password));
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    KIZASHI_TRY(there, in.ask_number(count));  // another process may have been first
    if (there > 0) return {};
    KIZASHI_TRY(insert_account(in, first, hash, now));
    return internal::append_audit(in, {now, by, audit_action::account_added, first.name,
                                       audit_outcome::done, R"({"role":"admin","enabled":true})"});
  }));
  if (there > 0) return std::nullopt;
  return first.password;
}

auto accounts::recognise(std::string_view name, std::string_view password) const
    -> result<known_person> {
  account_row row;
  auto const found = in_->read([&](database& in) -> status {
    KIZASHI_TRY(row, internal::find_account(in, name));
    return {};
  });
  if (!found && found.error().code != errc::not_found) return tl::unexpected<error>{found.error()};
  if (!found || password.size() > most_password) {
    hasher_->waste(password.substr(0, most_password));
    return wrong_log_in();
  }
  if (!hasher_->matches(row.hash, password)) return wrong_log_in();
  if (!row.who.is_enabled)
    return fail(errc::permission, fmt::format("the account {} is disabled; ask whoever runs this "
                                              "Kizashi",
                                              name));
  known_person person{std::move(row.who), std::move(row.hash), {}};
  if (hasher_->is_outdated(person.hash)) {
    KIZASHI_TRY(person.new_hash, hasher_->hash(password));
  }
  return person;
}

}  // namespace kizashi::access
