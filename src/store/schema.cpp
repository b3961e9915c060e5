#include "kizashi/store/schema.hpp"

#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/store/internal/embedded_schema.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

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

/// With the version, and in one block with it: the store is of this version when they are in.
/// `has_names`: they are there already.
auto write_version(engine& in, bool has_names) -> status {
  std::vector<std::string_view> kinds{version_kind}, names{"version"};
  std::vector<std::uint16_t> numbers{schema_version};
  auto fixed = std::vector{names_of<recognise::packet_type>("type", recognise::packet_types),
                           names_of<recognise::traffic_class>("class", recognise::traffic_classes),
                           names_of<telescope::scan_pattern>("pattern", telescope::scan_patterns),
                           names_of<telescope::scaling>("scaling", telescope::scalings)};
  if (has_names) fixed.clear();
  for (auto const& each : fixed)
    for (std::size_t i = 0; i < each.names.size(); ++i) {
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

}  // namespace

auto schema_statements(engine_capabilities const& has) -> std::vector<std::string> {
  auto out = statements_of(file_named("store"));
  for (auto& each : out) each = with_clauses(each, has);
  return out;
}

auto prepare_schema(engine& in) -> status {
  auto const tables = schema_statements(in.capabilities());
  auto const make_tables = [&]() -> status {
    for (auto const& each : tables) KIZASHI_TRY(in.run(each));
    return {};
  };
  for (auto const& each : tables)
    if (in.is_owner() && each.find(" names ") != std::string::npos) KIZASHI_TRY(in.run(each));
  KIZASHI_TRY(auto const version, read_version(in));
  if (version == schema_version) return {};
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
  // A new store has no version yet.
  auto const steps = version == 0   ? std::string_view{"[tables]"}
                     : version == 1 ? file_named("from_1")
                                    : std::string_view{};
  for (auto const& each : statements_of(steps))
    KIZASHI_TRY(each == "[tables]" ? make_tables() : in.run(each));
  return write_version(in, version == 2);
}

}  // namespace kizashi::store
