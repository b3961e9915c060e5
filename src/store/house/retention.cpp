#include "kizashi/store/house/retention.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/store/house/moves.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::store {
namespace {

/// Packets whose time is not known stand there; they have no age.
constexpr std::string_view day_of_unknown_time = "1970-01-01";

/// Days since 1970.
auto number_of_day(std::string_view day) -> result<std::int64_t> {
  KIZASHI_TRY(check_day(day));
  KIZASHI_TRY(auto const at, timestamp::parse(fmt::format("{}T00:00:00Z", day)));
  return at.nanoseconds() / duration{std::chrono::days{1}}.count();
}

/// By day, the oldest first: what the table and its files hold.
using days_of_table = std::map<std::string, outdated_day>;

auto days_of(engine& in, store_record const& record, std::string const& table)
    -> result<days_of_table> {
  days_of_table days;
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select partition, sum(rows), sum(bytes_on_disk) from "
                                       "system.parts where database = 'default' and active and "
                                       "table = {} group by partition",
                                       sql_text(table))));
  for (auto const& row : rows) {
    if (!check_day(row[0]))
      return fail(errc::unsupported,
                  fmt::format("the table {} has no days; it cannot be kept for a time", table));
    auto& day = days[row[0]].what;
    KIZASHI_TRY(day.rows, parse_unsigned(row[1], UINT64_MAX));
    KIZASHI_TRY(day.bytes, parse_unsigned(row[2], UINT64_MAX));
  }
  for (auto const& each : record.days) {
    if (each.table != table || each.state != day_state::archived) continue;
    auto& day = days[each.day];
    day.is_archived = true;
    day.what.rows += each.rows;
    day.what.bytes += each.bytes;
  }
  for (auto& [name, day] : days) {
    day.what.table = table;
    day.what.day = name;
  }
  return days;
}

auto mark_old(days_of_table& days, std::uint64_t kept, std::int64_t today) -> status {
  for (auto& [name, day] : days) {
    KIZASHI_TRY(auto const number, number_of_day(name));
    if (name != day_of_unknown_time && today - number >= static_cast<std::int64_t>(kept))
      day.why = fmt::format("older than {} {}", with_thousands(kept), kept == 1 ? "day" : "days");
  }
  return {};
}

/// Marks the oldest until the rest is small enough; never the newest.
void mark_beyond(days_of_table& days, std::uint64_t kept) {
  std::uint64_t sum = 0;
  for (auto const& [name, day] : days)
    if (day.why.empty()) sum += day.what.bytes;
  for (auto& [name, day] : days) {
    if (sum <= kept || name == days.rbegin()->first) return;
    if (!day.why.empty()) continue;
    sum -= day.what.bytes;
    day.why = fmt::format("beyond {}", short_bytes(kept));
  }
}

}  // namespace

auto outdated_days(engine& in, std::filesystem::path const& folder,
                   std::vector<retention_rule> const& rules, std::string_view today)
    -> result<std::vector<outdated_day>> {
  KIZASHI_TRY(auto const record, store_record::load(folder));
  KIZASHI_TRY(auto const now, number_of_day(today));
  std::vector<outdated_day> out;
  for (auto const& rule : rules) {
    KIZASHI_TRY(auto const known,
                ask_rows(in, fmt::format("select name from system.tables where database = "
                                         "'default' and name = {} and engine like '%MergeTree'",
                                         sql_text(rule.table))));
    if (known.empty())
      return fail(errc::not_found,
                  fmt::format("the store has no table {} to keep; 'kizashi store info' names those "
                              "that it has",
                              rule.table));
    KIZASHI_TRY(auto days, days_of(in, record, rule.table));
    if (rule.days > 0) KIZASHI_TRY(mark_old(days, rule.days, now));
    if (rule.bytes > 0) mark_beyond(days, rule.bytes);
    for (auto& [name, day] : days)
      if (!day.why.empty()) out.push_back(std::move(day));
  }
  return out;
}

auto drop_day(engine& in, std::filesystem::path const& folder, outdated_day const& day) -> status {
  KIZASHI_TRY(auto record, store_record::load(folder));
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select sum(rows), max(max_block_number) from system.parts "
                                       "where database = 'default' and active and table = {} and "
                                       "partition = {}",
                                       sql_text(day.what.table), sql_text(day.what.day))));
  recorded_day going;
  going.state = day_state::dropping;
  going.table = day.what.table;
  going.day = day.what.day;
  KIZASHI_TRY(going.rows, parse_unsigned(rows.at(0).at(0), UINT64_MAX));
  KIZASHI_TRY(going.last_block, parse_unsigned(rows.at(0).at(1), UINT64_MAX));
  for (auto& each : record.days)
    if (each.table == going.table && each.day == going.day && each.state == day_state::archived) {
      each.state = day_state::dropping;
      each.last_block = 0;  // none of these rows is in the table
    }
  if (going.rows > 0) record.days.push_back(going);
  KIZASHI_TRY(record.save(folder));
  KIZASHI_TRY(finish_moves(in, folder));
  return show_archive(in, folder);
}

}  // namespace kizashi::store
