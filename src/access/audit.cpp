#include "kizashi/access/audit.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/access/catalog.hpp"
#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::access {
namespace {

using internal::database;
using internal::statement;

constexpr std::pair<audit_action, std::string_view> actions[] = {
    {audit_action::account_added, "account.added"},
    {audit_action::account_changed, "account.changed"},
    {audit_action::account_removed, "account.removed"},
    {audit_action::password_set, "password.set"},
    {audit_action::password_changed, "password.changed"},
    {audit_action::logged_in, "log-in"},
    {audit_action::logged_out, "log-out"},
    {audit_action::sessions_revoked, "sessions.revoked"},
    {audit_action::token_added, "token.added"},
    {audit_action::token_revoked, "token.revoked"},
    {audit_action::request_refused, "request.refused"},
    {audit_action::data_exported, "data.exported"},
    {audit_action::question_asked, "question.asked"},
    {audit_action::settings_changed, "settings.changed"},
    {audit_action::audit_trimmed, "audit.trimmed"},
    {audit_action::view_added, "view.added"},
    {audit_action::view_removed, "view.removed"},
};

constexpr std::size_t most_rows = 1000;
constexpr std::size_t most_defects = 20;
constexpr auto columns = "id, at, who, address, action, subject, outcome, details, hash";

auto parse_outcome(std::string_view text) -> std::optional<audit_outcome> {
  for (auto const which : {audit_outcome::done, audit_outcome::refused, audit_outcome::failed})
    if (name_of(which) == text) return which;
  return std::nullopt;
}

/// Fails on words that no Kizashi writes.
auto read_row(statement const& from) -> result<audit_row> {
  audit_row row;
  row.id = from.number(0);
  row.at = timestamp{from.number(1)};
  row.by = {from.text(2), from.text(3)};
  KIZASHI_TRY(row.action, parse_audit_action(from.text(4)));
  row.subject = from.text(5);
  auto const outcome = parse_outcome(from.text(6));
  if (!outcome) return fail(errc::parse_error, fmt::format("outcome \"{}\"", from.text(6)));
  row.outcome = *outcome;
  row.details = from.text(7);
  row.hash = internal::read_digest(from, 8);
  return row;
}

auto conditions_of(audit_filter const& filter) -> std::string {
  std::string text = "1";
  if (!filter.who.empty()) text += " and who = ?";
  if (filter.action) text += " and action = ?";
  if (filter.from.is_known()) text += " and at >= ?";
  if (filter.to.is_known()) text += " and at < ?";
  if (filter.before > 0) text += " and id < ?";
  return text;
}

void bind_conditions(statement& to, audit_filter const& filter) {
  if (!filter.who.empty()) to.bind(filter.who);
  if (filter.action) to.bind(name_of(*filter.action));
  if (filter.from.is_known()) to.bind(filter.from);
  if (filter.to.is_known()) to.bind(filter.to);
  if (filter.before > 0) to.bind(filter.before);
}

auto read_marks(database& in, audit_mark& first, audit_mark& last) -> status {
  KIZASHI_TRY(auto chain,
              in.prepare("select first_id, first_hash, last_id, last_hash from audit_chain"));
  KIZASHI_TRY(auto const has_row, chain.step());
  if (!has_row) return {};
  first = {chain.number(0), internal::read_digest(chain, 1)};
  last = {chain.number(2), internal::read_digest(chain, 3)};
  return {};
}

/// Walks along the chain, row by row.
class chain_walk {
public:
  chain_walk(audit_mark first, std::optional<audit_mark> const& noted) : at_{first}, noted_{noted} {
    verdict_.first = first;
    look_for_noted();
  }

  void take(statement const& from) {
    auto const id = from.number(0);
    if (id != at_.id + 1)
      complain(id == at_.id + 2 ? fmt::format("row {} is missing", id - 1)
                                : fmt::format("rows {} to {} are missing", at_.id + 1, id - 1));
    ++verdict_.rows;
    auto const row = read_row(from);
    if (!row) {
      complain(fmt::format("row {} was changed: {}", id, row.error().message));
      at_ = {id, internal::read_digest(from, 8)};
    } else {
      // After a gap nothing is known of the row before: only what follows can be checked.
      if (id == at_.id + 1 && internal::hash_row(at_.hash, *row) != row->hash)
        complain(fmt::format("row {} was changed, or the one before it", id));
      at_ = {id, row->hash};
    }
    look_for_noted();
  }

  /// Old rows may be dropped between two pieces of a walk.
  void begin_again_at(audit_mark const& first) {
    if (first.id <= at_.id) return;
    at_ = verdict_.first = first;
    look_for_noted();
  }

  [[nodiscard]] auto finish(audit_mark const& last) -> audit_verdict {
    if (at_.id < last.id)
      complain(at_.id + 1 == last.id
                   ? fmt::format("row {} is missing", last.id)
                   : fmt::format("rows {} to {} are missing", at_.id + 1, last.id));
    else if (at_ != last)
      complain(fmt::format("the chain ends at row {} with another hash than was noted", at_.id));
    if (noted_ && !was_met_)
      complain(noted_->id < verdict_.first.id
                   ? fmt::format("row {} has been dropped by age; note a newer one", noted_->id)
                   : fmt::format("row {} is not the one that was noted: the log was written anew",
                                 noted_->id));
    verdict_.last = at_;
    return std::move(verdict_);
  }
  [[nodiscard]] auto position() const noexcept -> std::int64_t { return at_.id; }

private:
  void look_for_noted() { was_met_ = was_met_ || (noted_ && *noted_ == at_); }
  void complain(std::string words) {
    if (verdict_.defects.size() < most_defects) verdict_.defects.push_back(std::move(words));
  }

  audit_mark at_;
  std::optional<audit_mark> noted_;
  bool was_met_ = false;
  audit_verdict verdict_;
};

}  // namespace

auto name_of(audit_action which) -> std::string_view {
  for (auto const& [value, name] : actions)
    if (value == which) return name;
  return "unknown";
}

auto name_of(audit_outcome which) -> std::string_view {
  switch (which) {
    case audit_outcome::done:
      return "done";
    case audit_outcome::refused:
      return "refused";
    case audit_outcome::failed:
      break;
  }
  return "failed";
}

auto audit_action_names() -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  for (auto const& [value, name] : actions) names.push_back(name);
  return names;
}

auto parse_audit_action(std::string_view text) -> result<audit_action> {
  for (auto const& [value, name] : actions)
    if (name == text) return value;
  return fail(errc::parse_error, fmt::format("there is no action \"{}\"; expected one of {}", text,
                                             fmt::join(audit_action_names(), ", ")));
}

auto to_string(audit_mark const& mark) -> std::string {
  return fmt::format("{}:{}", mark.id, hex_of(mark.hash));
}

auto parse_audit_mark(std::string_view text) -> result<audit_mark> {
  auto const wrong = [&] {
    return fail(errc::parse_error,
                fmt::format("\"{}\" is no place in the audit log; expected what 'kizashi audit "
                            "verify' prints, such as 17:<64 hexadecimal digits>",
                            text));
  };
  audit_mark mark;
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return wrong();
  auto const id = parse_unsigned(text.substr(0, colon), INT64_MAX);
  auto const hex = text.substr(colon + 1);
  if (!id || hex.size() != mark.hash.size() * 2) return wrong();
  mark.id = static_cast<std::int64_t>(*id);
  for (std::size_t i = 0; i < mark.hash.size(); ++i) {
    auto const* const from = hex.data() + 2 * i;
    auto const [end, code] = std::from_chars(from, from + 2, mark.hash[i], 16);
    if (code != std::errc{} || end != from + 2) return wrong();
  }
  return mark;
}

auto audit_log::record(audit_event const& event) const -> status {
  return in_->write([&](database& in) { return internal::append_audit(in, event); });
}

auto audit_log::list(audit_filter const& filter) const -> result<audit_page> {
  if (filter.limit < 1 || filter.limit > most_rows)
    return fail(errc::out_of_range, fmt::format("{} rows are asked for; expected 1 to {}",
                                                filter.limit, with_thousands(most_rows)));
  audit_page page;
  KIZASHI_TRY(in_->read([&](database& in) -> status {
    KIZASHI_TRY(auto found, in.prepare(fmt::format("select {} from audit where {} order by id desc "
                                                   "limit ?",
                                                   columns, conditions_of(filter))));
    bind_conditions(found, filter);
    found.bind(static_cast<std::int64_t>(filter.limit + 1));  // whether there is one more
    for (;;) {
      KIZASHI_TRY(auto const has_row, found.step());
      if (!has_row) return {};
      if (page.rows.size() == filter.limit) {
        page.next = page.rows.back().id;
        return {};
      }
      auto row = read_row(found);
      if (!row)
        return fail(errc::io_error,
                    fmt::format("{}: row {} of the audit log was changed ({}); 'kizashi audit "
                                "verify' tells more",
                                in.file(), found.number(0), row.error().message));
      page.rows.push_back(std::move(*row));
    }
  }));
  return page;
}

auto audit_log::verify(std::optional<audit_mark> const& noted) const -> result<audit_verdict> {
  std::optional<chain_walk> walk;
  audit_mark first;
  audit_mark last;
  for (bool is_at_end = false; !is_at_end;) {
    KIZASHI_TRY(in_->write([&](database& in) -> status {  // alone: the end must not move
      KIZASHI_TRY(read_marks(in, first, last));
      if (!walk) walk.emplace(first, noted);
      walk->begin_again_at(first);
      KIZASHI_TRY(auto rows, in.prepare(fmt::format("select {} from audit where id > ? order by id "
                                                    "limit {}",
                                                    columns, most_rows)));
      rows.bind(walk->position());
      std::size_t count = 0;
      for (; count < most_rows; ++count) {
        KIZASHI_TRY(auto const has_row, rows.step());
        if (!has_row) break;
        walk->take(rows);
      }
      is_at_end = count < most_rows;
      return {};
    }));
  }
  return walk->finish(last);
}

auto audit_log::trim(timestamp limit, actor const& by, timestamp now) const
    -> result<std::int64_t> {
  std::int64_t dropped = 0;
  KIZASHI_TRY(in_->write([&](database& in) -> status {
    audit_mark cut;
    {
      // The last of the rows that are older than all that stay.
      KIZASHI_TRY(auto asked, in.prepare("select id, hash from audit where id < "
                                         "coalesce((select min(id) from audit where at >= ?), "
                                         "9223372036854775807) order by id desc limit 1"));
      KIZASHI_TRY(auto const has_row, asked.bind(limit).step());
      if (!has_row) return {};
      cut = {asked.number(0), internal::read_digest(asked, 1)};
    }
    KIZASHI_TRY(auto moved, in.prepare("update audit_chain set first_id = ?, first_hash = ?"));
    KIZASHI_TRY(moved.bind(cut.id).bind(std::span<std::uint8_t const>{cut.hash}).run());
    KIZASHI_TRY(auto gone, in.prepare("delete from audit where id <= ?"));
    KIZASHI_TRY(gone.bind(cut.id).run());
    dropped = in.changed();
    return internal::append_audit(in, {now, by, audit_action::audit_trimmed,
                                       fmt::format("rows to {}", cut.id), audit_outcome::done,
                                       fmt::format(R"({{"rows":{},"before":"{}","last":"{}"}})",
                                                   dropped, limit.to_string(), to_string(cut))});
  }));
  return dropped;
}

}  // namespace kizashi::access
