#include "kizashi/store/schema.hpp"

#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/internal/embedded_schema.hpp"
#include "kizashi/store/internal/names.hpp"

namespace kizashi::store {
namespace {

constexpr std::string_view version_kind = "schema";

/// Without comments, each line's blanks kept: "a  -- why\n" is "a  \n".
auto without_comments(std::string_view text) -> std::string {
  std::string out;
  for (auto const line : split(text, '\n')) {
    out += line.substr(0, line.find("--"));
    out += '\n';
  }
  return out;
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
  return settings;
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

auto read_version(engine& in) -> result<std::uint64_t> {
  constexpr std::string_view sql = "select max(number) from names where kind = 'schema'";
  KIZASHI_TRY(auto const text, ask_whole(in, {sql, answer_form::tab_separated, {}}));
  return parse_unsigned(trim(text), 65535);
}

auto write_version(engine& in) -> status {
  native_block row{1};
  row.add_strings("kind", std::array{version_kind});
  row.add("number", std::array{schema_version});
  row.add_strings("name", std::array{std::string_view{"version"}});
  return in.insert("names", row, {});
}

}  // namespace

auto schema_statements(engine_capabilities const& has) -> std::vector<std::string> {
  std::vector<std::string> out;
  auto const text = without_comments(internal::embedded_schema().front().text);
  for (auto const each : split(text, ';'))
    if (auto const statement = trim(each); !statement.empty())
      out.push_back(with_clauses(statement, has));
  return out;
}

auto prepare_schema(engine& in) -> status {
  auto const statements = schema_statements(in.capabilities());
  for (auto const& each : statements)
    if (each.find(" names ") != std::string::npos) KIZASHI_TRY(in.run(each));
  KIZASHI_TRY(auto const version, read_version(in));
  if (version > schema_version)
    return fail(errc::unsupported,
                fmt::format("the store's tables are of version {}, and this Kizashi knows {} and "
                            "older; open it with a newer Kizashi",
                            version, schema_version));
  for (auto const& each : statements) KIZASHI_TRY(in.run(each));
  return version == schema_version ? status{} : write_version(in);
}

}  // namespace kizashi::store
