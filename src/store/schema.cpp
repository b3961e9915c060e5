#include "kizashi/store/schema.hpp"

#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/store/internal/embedded_schema.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::store {
namespace {

constexpr std::string_view version_kind = "schema";
constexpr auto finding_levels =
    static_cast<std::size_t>(kizashi::engine::finding_level::critical) + 1;

/// Without comments, each line's blanks kept: "a  -- why\n" is "a  \n".
auto without_comments(std::string_view text) -> std::string {
  std::string out;
  for (auto const line : split(text, '\n')) {
    out += line.substr(0, line.find("--"));
    out += '\n';
  }
  return out;
}

/// Merging is what storing costs most, and each merge writes all its rows again. So as many parts
/// at a time: a row is written log_20 of its day's blocks times again, where the engine's own
/// choice is about log_5. Measured in README.md.
constexpr std::string_view merge_setting = "min_parts_to_merge_at_once";
constexpr unsigned merge_parts = 20;

/// The oldest version with which it was tried.
auto has_merge_setting(engine_capabilities const& has) -> bool {
  return has.major > 26 || (has.major == 26 && has.minor >= 7);
}

/// What stands in brackets, for this engine: "codec T64, ZSTD(1)" or "kept".
auto clause_of(std::string_view words, engine_capabilities const& has) -> std::string {
  constexpr std::string_view codec = "codec ";
  if (words.starts_with(codec))
    return has.has_codecs ? fmt::format("codec({})", words.substr(codec.size())) : "";
  KIZASHI_ASSERT(words == "kept");
  std::string settings = "settings index_granularity=8192";
  if (has.has_insert_tokens) settings += ", non_replicated_deduplication_window=10000";
  if (has.has_fsync)
    settings += ", fsync_after_insert=1, fsync_part_directory=1, min_rows_to_fsync_after_merge=1";
  if (has_merge_setting(has)) settings += fmt::format(", {}={}", merge_setting, merge_parts);
  return settings;
}

/// Gives the tables of a store that has been there before the setting for merges.
auto adopt_merge_setting(engine& in) -> status {
  if (!in.is_owner() || !has_merge_setting(in.capabilities())) return {};
  auto const missing = fmt::format(
      "select name from system.tables where database = 'default' and engine like '%MergeTree' and "
      "position(create_table_query, '{} = {}') = 0 order by name",
      merge_setting, merge_parts);
  KIZASHI_TRY(auto const names, ask_whole(in, {missing, answer_form::tab_separated, {}}));
  for (auto const name : split(names, '\n'))
    if (is_plain_name(name))
      KIZASHI_TRY(in.run(fmt::format("alter table default.{} modify setting {}={}", name,
                                     merge_setting, merge_parts)));
  return {};
}

auto with_clauses(std::string_view statement, engine_capabilities const& has) -> std::string {
  std::string out;
  while (!statement.empty()) {
    auto const open = statement.find('['), close = statement.find(']');
    out += statement.substr(0, open);
    if (open == std::string_view::npos) break;
    out += clause_of(statement.substr(open + 1, close - open - 1), has);
    statement.remove_prefix(close + 1);
  }
  return out;
}

auto statements_of(std::string_view text) -> std::vector<std::string> {
  std::vector<std::string> out;
  auto const bare = without_comments(text);
  for (auto const each : split(bare, ';'))
    if (auto const statement = trim(each); !statement.empty()) out.emplace_back(statement);
  return out;
}

/// A file of the folder schema/.
auto file_named(std::string_view stem) -> std::string_view {
  for (auto const& each : internal::embedded_schema())
    if (each.name == stem) return each.text;
  return {};
}

/// "packets UInt64 CODEC(T64, ZSTD(1))" of each column with a codec in a statement that makes a
/// table.
auto coded_columns(std::string_view statement) -> std::map<std::string, std::string> {
  constexpr std::string_view clause = "[codec ";
  std::map<std::string, std::string> out;
  for (auto const line : split(statement, '\n')) {
    auto const column = trim(line);
    auto const open = column.find(clause), close = column.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos) continue;
    auto const codec = column.substr(open + clause.size(), close - open - clause.size());
    out.emplace(column.substr(0, column.find(' ')),
                fmt::format("{}CODEC({})", column.substr(0, open), codec));
  }
  return out;
}

/// What the store has: "table column" and "CODEC(ZSTD(1))".
auto stored_codecs(engine& in) -> result<std::map<std::string, std::string>> {
  constexpr std::string_view sql =
      "select concat(table, ' ', name), compression_codec from system.columns where database = "
      "'default' and compression_codec != ''";
  KIZASHI_TRY(auto const text, ask_whole(in, {sql, answer_form::tab_separated, {}}));
  std::map<std::string, std::string> out;
  for (auto const line : split(text, '\n'))
    if (auto const tab = line.find('\t'); tab != std::string_view::npos)
      out.emplace(line.substr(0, tab), line.substr(tab + 1));
  return out;
}

/// Gives tables that an older Kizashi made the codecs of today. Parts that are there keep theirs
/// until they are put together with others.
auto adopt_codecs(engine& in) -> status {
  constexpr std::string_view begin = "create table if not exists ";
  if (!in.is_owner() || !in.capabilities().has_codecs) return {};
  KIZASHI_TRY(auto const stored, stored_codecs(in));
  for (auto const& statement : statements_of(file_named("store"))) {
    if (!statement.starts_with(begin)) continue;
    auto const table =
        statement.substr(begin.size(), statement.find(' ', begin.size()) - begin.size());
    std::vector<std::string> changes;
    for (auto const& [column, wanted] : coded_columns(statement))
      if (auto const has = stored.find(fmt::format("{} {}", table, column));
          has != stored.end() && !wanted.ends_with(has->second))
        changes.push_back(fmt::format("modify column {}", wanted));
    if (!changes.empty())
      KIZASHI_TRY(
          in.run(fmt::format("alter table default.{} {}", table, fmt::join(changes, ", "))));
  }
  return {};
}

auto read_version(engine& in) -> result<std::uint64_t> {
  constexpr std::string_view sql = "select max(number) from names where kind = 'schema'";
  KIZASHI_TRY(auto const text, ask_whole(in, {sql, answer_form::tab_separated, {}}));
  return parse_unsigned(trim(text), 65535);
}

/// What numbers of the tables mean in every store: their kind, and the names from 0 on.
struct fixed_names {
  std::string_view kind;
  std::vector<std::string_view> names;
};

template <class Enum>
auto names_of(std::string_view kind, std::size_t count) -> fixed_names {
  fixed_names out{kind, {}};
  for (std::size_t i = 0; i < count; ++i) out.names.push_back(name_of(static_cast<Enum>(i)));
  return out;
}

/// "type 3" of each number that has a name.
auto known_numbers(engine& in) -> result<std::set<std::string>> {
  constexpr std::string_view sql = "select kind, number from names";
  KIZASHI_TRY(auto const text, ask_whole(in, {sql, answer_form::tab_separated, {}}));
  std::set<std::string> known;
  for (auto const line : split(text, '\n')) known.emplace(line);
  return known;
}

/// With the version, and in one block with it: the store is of this version when they are in. What
/// an older version named is not named twice.
auto write_version(engine& in) -> status {
  KIZASHI_TRY(auto const known, known_numbers(in));
  std::vector<std::string_view> kinds{version_kind}, names{"version"};
  std::vector<std::uint16_t> numbers{schema_version};
  for (auto const& each : {names_of<recognise::packet_type>("type", recognise::packet_types),
                           names_of<recognise::traffic_class>("class", recognise::traffic_classes),
                           names_of<telescope::scan_pattern>("pattern", telescope::scan_patterns),
                           names_of<telescope::scaling>("scaling", telescope::scalings),
                           names_of<kizashi::engine::finding_level>("level", finding_levels)})
    for (std::size_t i = 0; i < each.names.size(); ++i) {
      if (known.contains(fmt::format("{}\t{}", each.kind, i))) continue;
      kinds.push_back(each.kind);
      names.push_back(each.names[i]);
      numbers.push_back(static_cast<std::uint16_t>(i));
    }
  native_block rows{names.size()};
  rows.add_strings("kind", kinds);
  rows.add("number", numbers);
  rows.add_strings("name", names);
  return in.insert("names", rows, {});
}

/// The statement that makes the table `name`, which store.sql has, by another name.
auto table_named(std::vector<std::string> const& tables, std::string_view name,
                 std::string_view other) -> std::string {
  auto const begin = fmt::format("create table if not exists {} ", name);
  for (auto const& each : tables)
    if (each.starts_with(begin))
      return fmt::format("create table if not exists {} {}", other, each.substr(begin.size()));
  KIZASHI_ASSERT(false);
  return {};
}

/// Runs the statements of schema/from_N.sql. "[tables]" stands for all of `tables`, "[table T as
/// U]" for the one that makes T, by the name U.
auto migrate_from(engine& in, std::uint64_t version, std::vector<std::string> const& tables)
    -> status {
  constexpr std::string_view one = "[table ", as = " as ";
  for (auto const& each : statements_of(file_named(fmt::format("from_{}", version)))) {
    if (each == "[tables]") {
      for (auto const& table : tables) KIZASHI_TRY(in.run(table));
    } else if (each.starts_with(one)) {
      auto const names = std::string_view{each}.substr(one.size(), each.size() - one.size() - 1);
      auto const between = names.find(as);
      KIZASHI_TRY(
          in.run(table_named(tables, names.substr(0, between), names.substr(between + as.size()))));
    } else {
      KIZASHI_TRY(in.run(each));
    }
  }
  return {};
}

auto adopt_settings(engine& in) -> status {
  KIZASHI_TRY(adopt_merge_setting(in));
  return adopt_codecs(in);
}

}  // namespace

auto schema_statements(engine_capabilities const& has) -> std::vector<std::string> {
  auto out = statements_of(file_named("store"));
  for (auto& each : out) each = with_clauses(each, has);
  return out;
}

auto prepare_schema(engine& in) -> status {
  auto const tables = schema_statements(in.capabilities());
  for (auto const& each : tables)
    if (in.is_owner() && each.find(" names ") != std::string::npos) KIZASHI_TRY(in.run(each));
  KIZASHI_TRY(auto const version, read_version(in));
  if (version == schema_version) return adopt_settings(in);
  if (!in.is_owner())
    return fail(errc::unsupported,
                fmt::format("the store's tables are of version {} and this Kizashi knows {}; the "
                            "process that owns the store must be of the same Kizashi",
                            version, schema_version));
  if (version > schema_version)
    return fail(errc::unsupported,
                fmt::format("the store's tables are of version {}, and this Kizashi knows {} and "
                            "older; open it with a newer Kizashi",
                            version, schema_version));
  if (version == 0)  // a new store
    for (auto const& each : tables) KIZASHI_TRY(in.run(each));
  for (auto from = version; from > 0 && from < schema_version; ++from)
    KIZASHI_TRY(migrate_from(in, from, tables));
  KIZASHI_TRY(adopt_settings(in));
  return write_version(in);
}

}  // namespace kizashi::store
