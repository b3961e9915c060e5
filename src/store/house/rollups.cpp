#include "kizashi/store/house/rollups.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::store {
namespace {

/// Packets by day: of IPv4, of IPv6.
using day_counts = std::map<std::string, std::array<std::uint64_t, 2>>;

auto count_packets(engine& in, store_record const& record) -> result<day_counts> {
  day_counts counts;
  KIZASHI_TRY(auto const rows,
              ask_rows(in,
                       "select partition, sumIf(rows, table = 'packets'), sumIf(rows, table = "
                       "'packets6') from system.parts where database = 'default' and active and "
                       "table in ('packets', 'packets6') group by partition"));
  for (auto const& row : rows) {
    KIZASHI_TRY(counts[row[0]][0], parse_unsigned(row[1], UINT64_MAX));
    KIZASHI_TRY(counts[row[0]][1], parse_unsigned(row[2], UINT64_MAX));
  }
  for (auto const& day : record.days)
    if (day.state == day_state::archived)
      counts[day.day][day.table == "packets6" ? 1 : 0] += day.rows;
  return counts;
}

/// Days whose packets are not all there.
auto incomplete_days(engine& in, store_record const& record) -> result<std::set<std::string>> {
  std::set<std::string> days;
  for (auto const& day : record.days)
    if (day.state == day_state::dropped) days.insert(day.day);
  KIZASHI_TRY(
      auto const rows,
      ask_rows(in, "select partition_id from system.detached_parts where database = 'default'"));
  for (auto const& row : rows)
    if (auto day = row[0]; day.size() == 8) days.insert(day.insert(6, "-").insert(4, "-"));
  return days;
}

/// What a rollup can have of a day: both, IPv4, IPv6.
auto choices(std::array<std::uint64_t, 2> const& of) -> std::array<std::uint64_t, 3> {
  return {of[0] + of[1], of[0], of[1]};
}

auto compare_rollup(engine& in, std::string const& table, std::string_view sum, day_counts packets,
                    std::set<std::string> const& left_out)
    -> result<std::vector<rollup_difference>> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select toString(tupleElement(_partition_value, 1)) as day, "
                                       "{}(packets) from default.{} group by day order by day",
                                       sum, table)));
  std::map<std::string, std::uint64_t> has;
  for (auto const& row : rows) {
    if (!check_day(row[0])) return std::vector<rollup_difference>{};
    KIZASHI_TRY(has[row[0]], parse_unsigned(row[1], UINT64_MAX));
    packets.try_emplace(row[0]);
  }
  // What the table is of follows from what fits on most days.
  std::array<std::vector<rollup_difference>, 3> found;
  for (auto const& [day, counts] : packets) {
    if (left_out.contains(day)) continue;
    for (std::size_t i = 0; i < found.size(); ++i)
      if (auto const expected = choices(counts)[i]; has[day] != expected)
        found[i].push_back({table, day,
                            fmt::format("{} packets; {} are in the tables of packets",
                                        with_thousands(has[day]), with_thousands(expected))});
  }
  return *std::ranges::min_element(found, {}, [](auto const& each) { return each.size(); });
}

}  // namespace

auto compare_rollups(engine& in, store_record const& record)
    -> result<std::vector<rollup_difference>> {
  KIZASHI_TRY(auto const packets, count_packets(in, record));
  KIZASHI_TRY(auto const left_out, incomplete_days(in, record));
  KIZASHI_TRY(auto const tables,
              ask_rows(in,
                       "select table, type from system.columns where database = 'default' and name "
                       "= 'packets' and table in (select table from system.columns where database "
                       "= 'default' and name in ('minute', 'hour', 'day')) and table in (select "
                       "name from system.tables where database = 'default' and engine like "
                       "'%MergeTree' and partition_key not in ('', 'tuple()'))"));
  std::vector<rollup_difference> out;
  for (auto const& row : tables) {
    auto const sum = row[1].starts_with("AggregateFunction(sum,") ? "sumMerge" : "sum";
    KIZASHI_TRY(auto const found, compare_rollup(in, row[0], sum, packets, left_out));
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

}  // namespace kizashi::store
