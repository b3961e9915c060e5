#include "kizashi/store/house/archive.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/columns.hpp"
#include "kizashi/store/house/moves.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> tables_of_packets = {"packets", "packets6"};

auto number_of(std::string_view text) -> result<std::uint64_t> {
  return parse_unsigned(text, UINT64_MAX);
}

/// "default.packets where _partition_id = '20260601'".
auto day_in_table(stored_day const& day) -> std::string {
  std::string digits = day.day;
  std::erase(digits, '-');
  return fmt::format("default.{} where _partition_id = {}", day.table, sql_text(digits));
}

/// A name that no file of the record has: a day that gets packets after it was archived has more
/// than one file.
auto new_file_name(store_record const& record, stored_day const& day) -> std::string {
  for (auto number = 1;; ++number) {
    auto const name = number == 1 ? fmt::format("{}.parquet", day.day)
                                  : fmt::format("{}-{}.parquet", day.day, number);
    auto const is_taken = std::ranges::any_of(record.days, [&](recorded_day const& each) {
      return each.table == day.table && each.file == name;
    });
    if (!is_taken) return name;
  }
}

/// Writes the day beside the file's name and compares what can be read back.
auto write_file(engine& in, fs::path const& beside, stored_day const& day, recorded_day& out,
                question asked) -> status {
  KIZASHI_TRY(auto const columns, stored_columns(in, day.table));
  auto const source = day_in_table(day);
  KIZASHI_TRY(auto const expected, content_of(in, day.table, source, asked.limits));
  auto const sql = fmt::format("select {} from {} order by src, ts", columns.named(), source);
  asked.sql = sql;
  KIZASHI_TRY(in.ask_parquet(asked, beside));
  KIZASHI_TRY(auto const written, content_of_file(in, day.table, beside, asked.limits));
  if (written != expected)
    return fail(errc::io_error,
                fmt::format("{}: what was written differs from {} of {} ({} rows, expected {}); "
                            "nothing was dropped",
                            beside.string(), day.day, day.table, written.rows, expected.rows));
  std::error_code wrong;
  out.rows = expected.rows;
  out.digest = expected.digest;
  out.bytes = fs::file_size(beside, wrong);
  if (wrong) return system_failure(beside.string(), "read", wrong.value());
  KIZASHI_TRY(make_durable(beside));
  return make_durable(beside.parent_path());
}

auto last_block_of(engine& in, stored_day const& day) -> result<std::uint64_t> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select max(max_block_number) from system.parts where "
                                       "database = 'default' and table = {} and partition = {} "
                                       "and active",
                                       sql_text(day.table), sql_text(day.day))));
  return number_of(rows.at(0).at(0));
}

}  // namespace

auto days_before(engine& in, std::string_view before) -> result<std::vector<stored_day>> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select table, partition, sum(rows), sum(bytes_on_disk) "
                                       "from system.parts where database = 'default' and active "
                                       "and partition < {} and table in ({}, {}) "
                                       "group by table, partition order by partition, table",
                                       sql_text(before), sql_text(tables_of_packets[0]),
                                       sql_text(tables_of_packets[1]))));
  std::vector<stored_day> days;
  for (auto const& row : rows) {
    auto& day = days.emplace_back(stored_day{row[0], row[1]});
    KIZASHI_TRY(day.rows, number_of(row[2]));
    KIZASHI_TRY(day.bytes, number_of(row[3]));
  }
  return days;
}

auto content_of(engine& in, std::string_view table, std::string_view source,
                ask_limits const& limits) -> result<content> {
  KIZASHI_TRY(auto const columns, stored_columns(in, table));
  auto const sql =
      fmt::format("select count(), sum(cityHash64({})) from {}", columns.named(), source);
  KIZASHI_TRY(auto const text, ask_whole(in, {sql, answer_form::tab_separated, limits}));
  auto const fields = split(trim(text), '\t');
  content out;
  KIZASHI_TRY(out.rows, number_of(fields.at(0)));
  KIZASHI_TRY(out.digest, number_of(fields.at(1)));
  return out;
}

auto content_of_file(engine& in, std::string_view table, fs::path const& file,
                     ask_limits const& limits) -> result<content> {
  KIZASHI_TRY(auto const columns, stored_columns(in, table));
  constexpr std::string_view name = "whole.one_file";
  KIZASHI_TRY(in.run("create database if not exists whole engine=Memory"));
  KIZASHI_TRY(in.run(fmt::format("drop table if exists {}", name)));
  KIZASHI_TRY(in.run(fmt::format("create table {} ({}) engine=File(Parquet, {})", name,
                                 columns.typed(), sql_text(fs::absolute(file).string()))));
  auto found = content_of(in, table, name, limits);
  KIZASHI_TRY(in.run(fmt::format("drop table {}", name)));
  return found;
}

auto archive_day(engine& in, fs::path const& folder, stored_day const& day,
                 ask_limits const& limits, std::function<bool()> const& wants_stop)
    -> result<recorded_day> {
  KIZASHI_TRY(auto record, store_record::load(folder));
  recorded_day moved;
  moved.state = day_state::closing;
  moved.table = day.table;
  moved.day = day.day;
  moved.file = new_file_name(record, day);
  KIZASHI_TRY(moved.last_block, last_block_of(in, day));
  auto const file = archive_file(folder, moved);
  KIZASHI_TRY(make_folder(file.parent_path()));
  auto const beside = fs::path{file.string() + ".part"};
  if (auto const written =
          write_file(in, beside, day, moved, {{}, answer_form::native, limits, wants_stop});
      !written) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    return tl::unexpected{written.error()};
  }
  record.days.push_back(moved);
  KIZASHI_TRY(record.save(folder));
  KIZASHI_TRY(finish_moves(in, folder));
  KIZASHI_TRY(show_archive(in, folder));
  return moved;
}

auto balance_ledger(engine& in, fs::path const& folder) -> result<std::vector<ledger_balance>> {
  // Of a block that came in parts the row with most packets counts.
  KIZASHI_TRY(auto const ledger,
              ask_rows(in,
                       "select sum(p), sum(p6) from (select argMax(packets, packets + packets6) as "
                       "p, argMax(packets6, packets + packets6) as p6 from default.ledger group by "
                       "sensor, epoch, sequence)"));
  KIZASHI_TRY(auto const record, store_record::load(folder));
  std::vector<ledger_balance> out;
  for (std::size_t i = 0; i < tables_of_packets.size(); ++i) {
    auto& each = out.emplace_back();
    each.table = tables_of_packets[i];
    KIZASHI_TRY(each.in_ledger, number_of(ledger.at(0).at(i)));
    KIZASHI_TRY(auto const rows,
                ask_rows(in, fmt::format("select count() from default.{}", each.table)));
    KIZASHI_TRY(each.in_table, number_of(rows.at(0).at(0)));
    for (auto const& day : record.days)
      if (day.table == each.table)
        (day.state == day_state::dropped ? each.dropped : each.archived) += day.rows;
  }
  return out;
}

auto refuse_unfinished(engine& in, fs::path const& folder) -> status {
  KIZASHI_TRY(auto const balances, balance_ledger(in, folder));
  for (auto const& each : balances)
    if (each.accounted() > each.in_ledger)
      return fail(errc::unsupported,
                  fmt::format("{} has {} packets of a reading that was interrupted; read its "
                              "capture again with --store first, or they could be stored twice "
                              "later",
                              each.table, with_thousands(each.accounted() - each.in_ledger)));
  return {};
}

}  // namespace kizashi::store
