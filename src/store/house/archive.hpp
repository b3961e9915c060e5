// Closed days of packets in files that any tool reads: Parquet with zstd, one for each table and
// day, in DIR/archive/TABLE. They stay part of every question (`show_archive`).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/record.hpp"

namespace kizashi::store {

/// A day of a table, with what it takes there.
struct stored_day {
  std::string table;
  std::string day;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// The days of the tables of packets that are before `before` ("2026-01-15"), oldest first.
[[nodiscard]] auto days_before(engine& in, std::string_view before)
    -> result<std::vector<stored_day>>;

/// Moves one day into a file. What is written is read back and compared, row count and digest of
/// all values, before anything is dropped. May be interrupted at any point: the day is then in the
/// table or in the file, and opening the store finishes what was begun. Nobody may write to that
/// day meanwhile. Memory: as `limits` say.
[[nodiscard]] auto archive_day(engine& in, std::filesystem::path const& folder,
                               stored_day const& day, ask_limits const& limits,
                               std::function<bool()> const& wants_stop = nullptr)
    -> result<recorded_day>;

/// Row count and digest of all values, in any order, of `source` ("default.packets where ..."),
/// whose columns are those of `table`.
struct content {
  std::uint64_t rows = 0;
  std::uint64_t digest = 0;
  friend auto operator==(content, content) -> bool = default;
};
[[nodiscard]] auto content_of(engine& in, std::string_view table, std::string_view source,
                              ask_limits const& limits) -> result<content>;
/// The same of a file.
[[nodiscard]] auto content_of_file(engine& in, std::string_view table,
                                   std::filesystem::path const& file, ask_limits const& limits)
    -> result<content>;

/// What the ledger says should be there, and what the tables and the record have.
struct ledger_balance {
  std::string table;
  std::uint64_t in_ledger = 0;
  std::uint64_t in_table = 0;
  std::uint64_t archived = 0;
  std::uint64_t dropped = 0;
  [[nodiscard]] auto accounted() const -> std::uint64_t { return in_table + archived + dropped; }
};
[[nodiscard]] auto balance_ledger(engine& in, std::filesystem::path const& folder)
    -> result<std::vector<ledger_balance>>;

/// Fails while packets are in the tables (or were, before they were archived or dropped) that are
/// not yet in the ledger: a reading was interrupted. Until it is finished their day must stay as it
/// is, or reading the capture again would store them twice.
[[nodiscard]] auto refuse_unfinished(engine& in, std::filesystem::path const& folder) -> status;

}  // namespace kizashi::store
