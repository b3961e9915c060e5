#include "kizashi/store/house/moves.hpp"

#include <chrono>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/columns.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

struct moved_part {
  std::string name;
  std::uint64_t first_block = 0;
  std::uint64_t last_block = 0;
  fs::path path;
};

auto parts_of(engine& in, recorded_day const& day) -> result<std::vector<moved_part>> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select name, min_block_number, max_block_number, path from "
                                       "system.parts where database = 'default' and table = {} and "
                                       "partition = {} and active",
                                       sql_text(day.table), sql_text(day.day))));
  std::vector<moved_part> parts;
  for (auto const& row : rows) {
    auto& each = parts.emplace_back();
    each.name = row[0];
    KIZASHI_TRY(each.first_block, parse_unsigned(row[1], UINT64_MAX));
    KIZASHI_TRY(each.last_block, parse_unsigned(row[2], UINT64_MAX));
    each.path = row[3];
  }
  return parts;
}

/// The engine takes a part's files away a little after it is dropped; a process that dies before
/// that could find it again.
auto wait_until_gone(std::vector<moved_part> const& parts) -> status {
  using namespace std::chrono_literals;
  for (auto const& each : parts) {
    auto const path = each.path.has_filename() ? each.path : each.path.parent_path();
    std::error_code ignored;
    for (auto tries = 0; fs::exists(path, ignored); ++tries) {
      if (tries == 3000)
        return fail(errc::io_error,
                    fmt::format("{}: the engine does not let go of a part that it has dropped; run "
                                "the command again",
                                path.string()));
      std::this_thread::sleep_for(10ms);
    }
    KIZASHI_TRY(make_durable(path.parent_path()));
  }
  return {};
}

/// Takes the rows up to the day's last block out of its table.
auto drop_rows(engine& in, recorded_day const& day) -> status {
  KIZASHI_TRY(auto const parts, parts_of(in, day));
  std::vector<moved_part> going;
  for (auto const& each : parts) {
    if (each.first_block <= day.last_block && each.last_block > day.last_block)
      return fail(errc::unsupported,
                  fmt::format("{} of {}: rows came in while the day was moved, and stand in one "
                              "part with those that were moved ({}); nothing was dropped",
                              day.table, day.day, each.name));
    if (each.last_block <= day.last_block) going.push_back(each);
  }
  if (going.empty()) return {};
  if (going.size() == parts.size()) {
    KIZASHI_TRY(in.run(
        fmt::format("alter table default.{} drop partition {}", day.table, sql_text(day.day))));
  } else {
    for (auto const& each : going)
      KIZASHI_TRY(in.run(
          fmt::format("alter table default.{} drop part {}", day.table, sql_text(each.name))));
  }
  return wait_until_gone(going);
}

auto finish_closing(engine& in, fs::path const& folder, recorded_day& day) -> status {
  KIZASHI_TRY(drop_rows(in, day));
  auto const file = archive_file(folder, day);
  auto const beside = fs::path{file.string() + ".part"};
  std::error_code ignored;
  if (fs::exists(beside, ignored)) KIZASHI_TRY(rename_durably(beside, file));
  day.state = day_state::archived;
  return {};
}

auto finish_dropping(engine& in, fs::path const& folder, recorded_day& day) -> status {
  KIZASHI_TRY(drop_rows(in, day));
  if (!day.file.empty()) {
    auto const file = archive_file(folder, day);
    std::error_code wrong;
    if (fs::remove(file, wrong)) KIZASHI_TRY(make_durable(file.parent_path()));
    if (wrong) return system_failure(file.string(), "remove", wrong.value());
  }
  day.state = day_state::dropped;
  day.file.clear();
  return {};
}

/// The tables that have files which can be read.
auto archived_tables(fs::path const& folder, store_record const& record) -> std::set<std::string> {
  std::set<std::string> tables;
  std::error_code ignored;
  for (auto const& day : record.days)
    if (day.state == day_state::archived && fs::exists(archive_file(folder, day), ignored))
      tables.insert(day.table);
  return tables;
}

auto show_table(engine& in, fs::path const& folder, std::string const& table, bool has_files)
    -> status {
  if (!has_files)
    return in.run(
        fmt::format("create table whole.{} engine=Merge('default', '^{}$')", table, table));
  KIZASHI_TRY(auto const columns, stored_columns(in, table));
  KIZASHI_TRY(in.run(fmt::format("create table whole.{}_archived ({}) engine=File(Parquet, {})",
                                 table, columns.typed(),
                                 sql_text((folder / "archive" / table / "*.parquet").string()))));
  return in.run(fmt::format(
      "create table whole.{0} engine=Merge(REGEXP('^(default|whole)$'), '^{0}(_archived)?$')",
      table));
}

}  // namespace

auto finish_moves(engine& in, fs::path const& folder) -> status {
  KIZASHI_TRY(auto record, store_record::load(folder));
  for (auto& day : record.days) {
    if (day.state == day_state::archived || day.state == day_state::dropped) continue;
    KIZASHI_TRY(day.state == day_state::closing ? finish_closing(in, folder, day)
                                                : finish_dropping(in, folder, day));
    KIZASHI_TRY(record.save(folder));
  }
  return {};
}

auto show_archive(engine& in, fs::path const& folder) -> status {
  KIZASHI_TRY(auto const record, store_record::load(folder));
  auto const with_files = archived_tables(folder, record);
  in.ask_in("default");
  if (with_files.empty()) return {};
  // Nothing of it is kept on the disk but its name: the folder may have moved since.
  KIZASHI_TRY(in.run("drop database if exists whole"));
  KIZASHI_TRY(in.run("create database whole engine=Memory"));
  KIZASHI_TRY(auto const tables, ask_rows(in,
                                          "select name from system.tables where database = "
                                          "'default' and engine like '%MergeTree'"));
  for (auto const& row : tables)
    KIZASHI_TRY(show_table(in, folder, row[0], with_files.contains(row[0])));
  in.ask_in("whole");
  return {};
}

}  // namespace kizashi::store
