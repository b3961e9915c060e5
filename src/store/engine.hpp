// What the store wants of an engine, and no more: statements, blocks in, answers out. Behind it
// stand ClickHouse inside the process (`embedded_engine.hpp`), ClickHouse inside another process
// that owns the store (`owner/owner_engine.hpp`) and, to come, ClickHouse over HTTP.
//
//   KIZASHI_TRY(auto const engine, open_embedded_engine("/var/lib/kizashi/store"));
//   KIZASHI_TRY(engine->run("create table t (a UInt32) engine=MergeTree order by a"));
//   KIZASHI_TRY(engine->insert("t", block, "sensor 1, batch 17"));
//   KIZASHI_TRY(engine->ask("select sum(a) from t", {}, [](auto bytes) { ... }));
//
// SQL is the subset that answers equally on ClickHouse 18.16 and 26.7; clauses of table
// definitions beyond it are added by `engine_capabilities`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/native_block.hpp"

namespace kizashi::store {

/// What an engine can do beyond the common subset. All of it follows from the version.
struct engine_capabilities {
  std::string version;  ///< as the engine says it: "26.7.2.1"
  unsigned major = 0;
  unsigned minor = 0;
  bool has_codecs = false;           ///< CODEC(Delta, ZSTD(1)), T64
  bool has_ttl = false;              ///< TTL; without it days are dropped as partitions
  bool has_skip_indexes = false;     ///< INDEX ... TYPE minmax, bloom_filter
  bool has_low_cardinality = false;  ///< LowCardinality(String) without a setting
  bool has_ip_types = false;         ///< IPv4, IPv6; else UInt32, FixedString(16)
  bool has_datetime64 = false;       ///< DateTime64; else UInt64 or Int64
  bool has_parquet = false;          ///< reads and writes Parquet
  /// INSERT ... SETTINGS insert_deduplication_token, for tables without replication too.
  bool has_insert_tokens = false;
  bool has_fsync = false;          ///< fsync_after_insert
  bool has_mutation_wait = false;  ///< mutations_sync: ALTER ... DELETE returns when it is done

  /// Reads "26.7.2.1". Fails when it does not begin with two numbers.
  [[nodiscard]] static auto of_version(std::string_view version) -> result<engine_capabilities>;
};

/// The form in which an answer comes. Pieces of each can be put one behind the other, which is not
/// so for forms with a head or a foot (JSON, CSV with names); Parquet is `engine::ask_parquet`.
enum class answer_form : std::uint8_t {
  native,           ///< ClickHouse's Native blocks; `native_reader.hpp`
  tab_separated,    ///< one line per row, escaped as ClickHouse's TabSeparated
  comma_separated,  ///< RFC 4180, strings in quotes, no line of names
  json_lines,       ///< one object per line, always UTF-8; times as RFC 3339 in UTC
  /// tab_separated behind two lines with the columns' names and types; times as RFC 3339 in UTC.
  /// Read by `line_reader.hpp`.
  named_lines,
};

/// What one question may cost.
struct ask_limits {
  std::uint64_t memory = std::uint64_t{2}
                         << 30;  ///< bytes; beyond a quarter of it groupings and sorts spill
  std::chrono::seconds time{0};  ///< 0: as long as it takes
  unsigned threads = 0;          ///< 0: as many as the machine has
};

struct question {
  std::string_view sql;  ///< one statement that reads; no FORMAT clause
  answer_form form = answer_form::native;
  ask_limits limits;
  /// Asked ten times a second, from another thread, while the engine works; when it says yes the
  /// question fails with `errc::interrupted`. None: it goes on to its end.
  std::function<bool()> wants_stop = nullptr;
};

/// Takes the next piece of an answer; what it returns ends the question when it is a failure.
using answer_sink = std::function<status(std::span<std::uint8_t const>)>;

/// One engine with one database. All calls may come from any thread; questions and inserts wait
/// neither for each other nor among themselves.
///
/// Failures carry the engine's own words without its stack traces, version and settings; see
/// `engine_error.hpp`.
class engine {
public:
  virtual ~engine() = default;
  [[nodiscard]] virtual auto capabilities() const noexcept -> engine_capabilities const& = 0;
  /// False: the store belongs to another process, which answers questions (`owner/`); `run` and
  /// `insert` fail.
  [[nodiscard]] virtual auto is_owner() const noexcept -> bool { return true; }

  /// Runs a statement that has no answer. Never with text from outside.
  [[nodiscard]] virtual auto run(std::string_view statement) -> status = 0;

  /// Appends one block to `table` and returns when it is durable. The block's columns are named in
  /// it and may be fewer than the table's, in any order; a column that the table does not have is a
  /// failure.
  ///
  /// With a `token` a block is stored once: a second block with the same token is acknowledged and
  /// dropped whatever it holds, as far as the table's deduplication window reaches back, in the
  /// table and in its materialised views. Without one every block is stored. An engine without
  /// `has_insert_tokens` refuses a token.
  [[nodiscard]] virtual auto insert(std::string_view table, native_block const& block,
                                    std::string_view token) -> status = 0;

  /// Answers a question that reads, in pieces. Anything that writes, reads files or opens
  /// connections is refused before it runs, so that the text may come from a person.
  [[nodiscard]] virtual auto ask(question const& asked, answer_sink const& sink) -> status = 0;

  /// The same, as one Parquet file instead of `asked.form`. `file` is made or written over; after a
  /// failure what is there is of no use, and for the caller to take away. Memory: some groups of
  /// rows, not the answer.
  [[nodiscard]] virtual auto ask_parquet(question const& asked, std::filesystem::path const& file)
      -> status = 0;

  /// The folder of the store that the engine has open; empty where it has none of its own.
  [[nodiscard]] virtual auto folder() const -> std::filesystem::path { return {}; }

  /// Calls `work` while nothing is inserted, nothing runs and no parts are merged: what is on the
  /// disk is what a process leaves that is killed at this moment. Questions go on; `work` may ask
  /// them. Inserts wait meanwhile, so it should be short. An engine whose files are elsewhere
  /// cannot.
  [[nodiscard]] virtual auto at_rest(std::function<status()> const& work) -> status;

  /// From now on a name without a database is looked for in this one by questions. `run` and
  /// `insert` stay in the database `default`. Not while questions are asked.
  virtual void ask_in(std::string_view database) = 0;
};

/// The whole answer at once, up to `most` bytes.
[[nodiscard]] auto ask_whole(engine& of, question const& asked,
                             std::size_t most = std::size_t{64} << 20) -> result<std::string>;

/// `text` as a literal of SQL: in quotes, with quotes and backslashes escaped.
[[nodiscard]] auto sql_text(std::string_view text) -> std::string;
/// Whether `text` can stand in SQL as a name without quotes: letters, digits and underscores, not a
/// digit first, one dot between a database and a table.
[[nodiscard]] auto is_plain_name(std::string_view text) noexcept -> bool;

}  // namespace kizashi::store
