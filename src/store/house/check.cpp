#include "kizashi/store/house/check.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/engine_error.hpp"
#include "kizashi/store/house/archive.hpp"
#include "kizashi/store/house/moves.hpp"
#include "kizashi/store/house/rollups.hpp"
#include "kizashi/store/inventory.hpp"
#include "kizashi/store/sketch/sketch_keeping.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

/// The engine's reason as it says it at other times.
auto reason_of(std::string const& message) -> std::string {
  return engine_failure(message, {}).message;
}

struct part {
  std::string table;
  std::string name;
  std::string day;
  std::uint64_t rows = 0;
};

auto all_parts(engine& in) -> result<std::vector<part>> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in,
                       "select table, name, if(partition = 'tuple()', '', partition), rows from "
                       "system.parts where database = 'default' and active order by table, name"));
  std::vector<part> parts;
  for (auto const& row : rows) {
    auto& each = parts.emplace_back(part{row[0], row[1], row[2]});
    KIZASHI_TRY(each.rows, parse_unsigned(row[3], UINT64_MAX));
  }
  return parts;
}

/// Reads a part's files against the sums that the engine keeps of them.
auto check_part(engine& in, part const& each, check_result& out) -> status {
  auto rows =
      ask_rows(in, fmt::format("check table default.{} part {}", each.table, sql_text(each.name)));
  auto const why = !rows                      ? rows.error().message
                   : rows->empty()            ? std::string{"the engine does not find it"}
                   : rows->at(0).at(1) == "1" ? std::string{}
                                              : reason_of(rows->at(0).at(2));
  ++out.parts;
  out.rows += each.rows;
  if (!why.empty())
    out.defects.push_back({defect::kind::part, each.table, each.day, each.name, why});
  return {};
}

auto file_defect(recorded_day const& day, std::string why) -> defect {
  return {defect::kind::file, day.table, day.day, day.file, std::move(why)};
}

/// What can be said of a file without reading it; empty: nothing is wrong.
auto look_at_file(fs::path const& file, recorded_day const& day) -> std::string {
  std::error_code wrong;
  auto const size = fs::file_size(file, wrong);
  if (wrong) return fmt::format("cannot be opened: {}", wrong.message());
  if (size != day.bytes)
    return fmt::format("has {} bytes; expected {}", with_thousands(size),
                       with_thousands(day.bytes));
  return {};
}

auto check_file(engine& in, fs::path const& file, recorded_day const& day, check_result& out)
    -> status {
  ++out.files;
  out.rows += day.rows;
  if (auto why = look_at_file(file, day); !why.empty()) {
    out.defects.push_back(file_defect(day, std::move(why)));
    return {};
  }
  auto const found = content_of_file(in, day.table, file, {});
  if (!found)
    out.defects.push_back(file_defect(day, found.error().message));
  else if (*found != content{day.rows, day.digest})
    out.defects.push_back(
        file_defect(day, fmt::format("has other rows than were written ({}; expected {})",
                                     with_thousands(found->rows), with_thousands(day.rows))));
  return {};
}

auto isolated_name(fs::path const& file) -> fs::path {
  return file.string() + ".damaged";
}

/// Files that are not there under their names.
auto missing_files(fs::path const& folder, store_record const& record) -> std::vector<defect> {
  std::vector<defect> out;
  for (auto const& day : record.days) {
    if (day.state != day_state::archived) continue;
    auto const file = archive_file(folder, day);
    std::error_code ignored;
    if (fs::exists(file, ignored)) continue;
    auto missing = file_defect(day, "is not there");
    if (fs::exists(isolated_name(file), ignored)) {
      missing.what = defect::kind::isolated;
      missing.why = "was isolated as damaged";
    }
    out.push_back(std::move(missing));
  }
  return out;
}

/// Parts that the engine put aside because it could not open them, or a person.
auto detached_parts(engine& in) -> result<std::vector<defect>> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in,
                       "select table, name, partition_id, reason from system.detached_parts where "
                       "database = 'default' and reason in ('', 'broken', 'broken-on-start', "
                       "'unexpected', 'noquorum') order by table, name"));
  std::vector<defect> out;
  for (auto const& row : rows) {
    auto day = row[2];
    if (day.size() == 8) day.insert(6, "-").insert(4, "-");
    if (!check_day(day)) day.clear();
    out.push_back({defect::kind::isolated, row[0], day, row[1],
                   row[3].starts_with("broken")
                       ? "was isolated as damaged when the store was opened"
                       : "was isolated as damaged"});
  }
  return out;
}

auto check_balance(engine& in, fs::path const& folder, check_result& out) -> status {
  KIZASHI_TRY(auto const balances, balance_ledger(in, folder));
  for (auto const& each : balances) {
    auto const has = each.accounted();
    if (has < each.in_ledger)
      out.defects.push_back(
          {defect::kind::balance,
           each.table,
           {},
           {},
           fmt::format("{} packets are missing: the ledger has {}, the table {}, the archive {}, "
                       "dropped were {}",
                       with_thousands(each.in_ledger - has), with_thousands(each.in_ledger),
                       with_thousands(each.in_table), with_thousands(each.archived),
                       with_thousands(each.dropped))});
    if (has > each.in_ledger)
      out.defects.push_back(
          {defect::kind::notice,
           each.table,
           {},
           {},
           fmt::format("{} packets are of a reading that was interrupted; read its capture again "
                       "to have the rest",
                       with_thousands(has - each.in_ledger))});
  }
  return {};
}

}  // namespace

auto check_store(engine& in, fs::path const& folder, step_listener const& at,
                 std::function<bool()> const& wants_stop) -> result<check_result> {
  check_result out;
  auto const is_stopped = [&] { return wants_stop && wants_stop(); };
  KIZASHI_TRY(auto const record, store_record::load(folder));
  KIZASHI_TRY(auto const parts, all_parts(in));
  for (std::size_t i = 0; i < parts.size() && !is_stopped(); ++i) {
    if (at) at(fmt::format("{}, part {} of {}", parts[i].table, i + 1, parts.size()));
    KIZASHI_TRY(check_part(in, parts[i], out));
  }
  for (auto const& day : record.days) {
    auto const file = archive_file(folder, day);
    std::error_code ignored;
    if (day.state != day_state::archived || !fs::exists(file, ignored) || is_stopped()) continue;
    if (at) at(fmt::format("archive of {}, {}", day.table, day.day));
    KIZASHI_TRY(check_file(in, file, day, out));
  }
  KIZASHI_TRY(auto missing, missing_data(in, folder));
  for (auto& each : missing) out.defects.push_back(std::move(each));
  KIZASHI_TRY(auto const sketches, check_sketches(in, folder, at, wants_stop));
  for (auto const& each : sketches)
    out.defects.push_back({defect::kind::sketch, "sketches", each.day, each.name, each.why});
  out.is_whole = !is_stopped();
  if (!out.is_whole) return out;
  if (at) at("ledger and rollups");
  KIZASHI_TRY(check_balance(in, folder, out));
  KIZASHI_TRY(auto const rollups, compare_rollups(in, record));
  for (auto const& each : rollups)
    out.defects.push_back({defect::kind::balance, each.table, each.day, {}, each.why});
  return out;
}

auto isolate(engine& in, fs::path const& folder, defect const& what) -> result<fs::path> {
  if (what.what == defect::kind::file) {
    auto const file = folder / "archive" / what.table / what.name;
    auto const aside = isolated_name(file);
    KIZASHI_TRY(rename_durably(file, aside));
    KIZASHI_TRY(show_archive(in, folder));
    return aside;
  }
  if (what.what == defect::kind::sketch)
    return isolate_sketch(folder, {what.day, what.name, what.why});
  KIZASHI_ASSERT(what.what == defect::kind::part);
  KIZASHI_TRY(in.run(
      fmt::format("alter table default.{} detach part {}", what.table, sql_text(what.name))));
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select path from system.detached_parts where database = "
                                       "'default' and table = {} and name = {}",
                                       sql_text(what.table), sql_text(what.name))));
  return fs::path{rows.empty() ? "" : rows[0][0]};
}

auto missing_data(engine& in, fs::path const& folder) -> result<std::vector<defect>> {
  KIZASHI_TRY(auto const record, store_record::load(folder));
  KIZASHI_TRY(auto out, detached_parts(in));
  for (auto& each : missing_files(folder, record)) out.push_back(std::move(each));
  return out;
}

}  // namespace kizashi::store
