#include "kizashi/store/inventory.hpp"

#include <algorithm>
#include <utility>

#include "kizashi/base/text.hpp"
#include "kizashi/store/house/record.hpp"
#include "kizashi/store/line_reader.hpp"

namespace kizashi::store {
namespace {

auto number_of(std::string_view text) -> result<std::uint64_t> {
  return parse_unsigned(text, UINT64_MAX);
}

auto read_tables(engine& of) -> result<std::vector<table_inventory>> {
  // A table without parts has no row in system.parts.
  KIZASHI_TRY(auto const names,
              ask_rows(of,
                       "select name from system.tables where database = 'default' and "
                       "engine like '%MergeTree' order by name"));
  KIZASHI_TRY(auto const sizes,
              ask_rows(of,
                       "select table, sum(rows), sum(bytes_on_disk), count(), "
                       "uniqExactIf(partition, partition != 'tuple()'), "
                       "minIf(partition, partition != 'tuple()'), "
                       "maxIf(partition, partition != 'tuple()') from system.parts "
                       "where database = 'default' and active group by table"));
  std::vector<table_inventory> tables;
  for (auto const& name : names) {
    auto& table = tables.emplace_back();
    table.name = name[0];
    auto const found = std::ranges::find(sizes, table.name, [](auto const& row) { return row[0]; });
    if (found == sizes.end()) continue;
    auto const& row = *found;
    KIZASHI_TRY(table.rows, number_of(row[1]));
    KIZASHI_TRY(table.bytes, number_of(row[2]));
    KIZASHI_TRY(table.parts, number_of(row[3]));
    KIZASHI_TRY(table.days, number_of(row[4]));
    table.first_day = row[5];
    table.last_day = row[6];
  }
  return tables;
}

}  // namespace

auto ask_rows(engine& of, std::string_view sql) -> result<std::vector<std::vector<std::string>>> {
  std::vector<std::vector<std::string>> rows;
  line_reader reader{[](auto) -> status { return {}; },
                     [&](std::span<line_cell const> cells) -> status {
                       auto& row = rows.emplace_back();
                       for (auto const& cell : cells) row.emplace_back(cell.text);
                       return {};
                     }};
  KIZASHI_TRY(auto const text, ask_whole(of, {sql, answer_form::named_lines, {}}));
  KIZASHI_TRY(reader.feed({reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}));
  KIZASHI_TRY(reader.finish());
  return rows;
}

auto take_inventory(engine& of, std::filesystem::path const& folder) -> result<inventory> {
  inventory out;
  KIZASHI_TRY(out.tables, read_tables(of));
  KIZASHI_TRY(auto const record, store_record::load(folder));
  for (auto const& day : record.days) {
    auto const table = std::ranges::find(out.tables, day.table, &table_inventory::name);
    if (day.state != day_state::archived || table == out.tables.end()) continue;
    table->archived_rows += day.rows;
    table->archived_bytes += day.bytes;
    ++table->archived_files;
  }
  if (std::ranges::find(out.tables, "names", &table_inventory::name) == out.tables.end())
    return out;
  KIZASHI_TRY(auto const versions,
              ask_rows(of, "select max(number) from default.names where kind = 'schema'"));
  KIZASHI_TRY(out.version, number_of(versions.at(0).at(0)));
  KIZASHI_TRY(
      auto const sensors,
      ask_rows(of, "select distinct name from default.names where kind = 'sensor' order by name"));
  for (auto const& row : sensors) out.sensors.push_back(row[0]);
  return out;
}

}  // namespace kizashi::store
