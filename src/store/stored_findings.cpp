#include "kizashi/store/stored_findings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::all_of;
using internal::native_row;
using kizashi::engine::finding;

auto one_of(std::string_view column, std::vector<std::string> const& names) -> std::string {
  if (names.empty()) return {};
  std::vector<std::string> texts;
  for (auto const& each : names) texts.push_back(sql_text(each));
  return fmt::format("{} in ({})", column, fmt::join(texts, ", "));
}

/// "has(sensors, 'a') OR has(sensors, 'b')", with any word between.
auto has_sensors(std::vector<std::string> const& names, std::string_view between) -> std::string {
  std::vector<std::string> out;
  for (auto const& each : names) out.push_back(fmt::format("has(sensors, {})", sql_text(each)));
  return fmt::format("{}", fmt::join(out, between));
}

auto of_sensors(std::vector<std::string> const& names) -> std::string {
  if (names.empty()) return {};
  return fmt::format("{} or {}", one_of("sensor", names), has_sensors(names, " or "));
}

/// The sensors of a joint finding are different ones.
auto of_these_alone(std::vector<std::string> const& names) -> std::string {
  if (names.empty()) return {};
  return fmt::format("({} or (sensor = '' and notEmpty(sensors))) and length(sensors) = ({})",
                     one_of("sensor", names), has_sensors(names, " + "));
}

/// Condition on `x`, an address of 16 bytes.
auto has_source_in(std::vector<net::prefix> const& prefixes) -> std::string {
  if (prefixes.empty()) return {};
  return fmt::format("arrayExists(x -> {}, sources)", internal::from_widened(prefixes, "x"));
}

auto conditions_of(finding_scope const& scope) -> std::vector<std::string> {
  return {of_these_alone(scope.sensors), has_source_in(scope.sources)};
}

auto is_shortage() -> std::string {
  return fmt::format("kind = {}", sql_text(kizashi::engine::kind::shortage));
}

auto conditions_of(finding_request const& asked) -> std::vector<std::string> {
  auto out = conditions_of(asked.scope);
  if (asked.from.is_known())
    out.push_back(fmt::format("last > {}", internal::microseconds_of(asked.from)));
  if (asked.to.is_known())
    out.push_back(fmt::format("first < {}", internal::microseconds_of(asked.to)));
  out.push_back(one_of("engine", asked.engines));
  out.push_back(one_of("kind", asked.kinds));
  out.push_back(of_sensors(asked.sensors));
  if (asked.least != kizashi::engine::finding_level::note)
    out.push_back(fmt::format("level >= {}", static_cast<unsigned>(asked.least)));
  if (asked.at)
    out.push_back(
        fmt::format("arrayExists((p, q) -> p = {} and q = {}, service_protocols, service_ports)",
                    asked.at->protocol, asked.at->port));
  // One source that is both asked for and may be known of: else the answer would tell of others.
  if (asked.source)
    out.push_back(fmt::format("arrayExists(x -> {}, sources)",
                              all_of({internal::from_widened({*asked.source}, "x"),
                                      internal::from_widened(asked.scope.sources, "x")})));
  return out;
}

/// What `read_finding` reads, in its order. `most_sources`: 0: all of them, and the series.
auto columns_of(finding_scope const& scope, std::size_t most_sources) -> std::string {
  std::string sources = "sources", count = "source_count";
  if (!scope.sources.empty()) {
    sources =
        fmt::format("arrayFilter(x -> {}, sources)", internal::from_widened(scope.sources, "x"));
    count = fmt::format("toUInt64(length({}))", sources);
  }
  if (most_sources > 0) sources = fmt::format("arraySlice({}, 1, {})", sources, most_sources);
  return fmt::format(
      "id, number, first, last, engine, engine_version, sensor, kind, level, service_protocols, "
      "service_ports, {}, {}, score, threshold, confidence, engines, sensors, reason, "
      "evidence_names, evidence_in_words, evidence_numbers, evidence_words{}",
      count, sources,
      most_sources > 0
          ? ""
          : ", series_names, series_starts, series_steps, series_lengths, series_values");
}

/// A list of a row.
struct list_cells {
  native_column const& elements;
  native_column::range at;

  list_cells(native_row const& row, std::size_t column)
      : elements{row.column(column).elements()}, at{row.column(column).list_at(row.row())} {}
  [[nodiscard]] auto size() const -> std::size_t { return at.end - at.begin; }
  /// 0 and "" behind its end: lists that belong together come from the disk, each for itself.
  [[nodiscard]] auto number(std::size_t i) const -> std::uint64_t {
    return i < size() ? elements.unsigned_at(at.begin + i) : 0;
  }
  [[nodiscard]] auto real(std::size_t i) const -> double {
    return i < size() ? elements.real_at(at.begin + i) : 0;
  }
  [[nodiscard]] auto text(std::size_t i) const -> std::string {
    return i < size() ? std::string{elements.text_at(at.begin + i)} : std::string{};
  }
};

/// 16 bytes in network order.
auto listed_address(std::string_view bytes) -> net::address {
  std::uint64_t words[2] = {0, 0};
  for (std::size_t i = 0; i < 16 && i < bytes.size(); ++i)
    words[i / 8] = words[i / 8] << 8 | static_cast<std::uint8_t>(bytes[i]);
  return internal::narrowed(net::ipv6{words[0], words[1]});
}

auto texts_in(native_row const& row, std::size_t column) -> std::vector<std::string> {
  list_cells const cells{row, column};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < cells.size(); ++i) out.push_back(cells.text(i));
  return out;
}

void read_evidence(native_row const& row, finding& to) {
  list_cells const names{row, 19}, in_words{row, 20}, numbers{row, 21}, words{row, 22};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& each = to.values.emplace_back(kizashi::engine::evidence{names.text(i), numbers.real(i)});
    if (in_words.number(i) != 0) each.value = words.text(i);
  }
}

void read_series(native_row const& row, finding& to) {
  list_cells const names{row, 23}, starts{row, 24}, steps{row, 25}, lengths{row, 26},
      values{row, 27};
  std::size_t at = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& each = to.series.emplace_back();
    each.name = names.text(i);
    each.start = internal::time_of_microseconds(starts.number(i));
    each.step = std::chrono::microseconds{steps.number(i)};
    for (auto const end = at + std::min<std::uint64_t>(lengths.number(i), values.size() - at);
         at < end; ++at)
      each.values.push_back(values.real(at));
  }
}

auto read_finding_row(native_row const& row, bool is_whole) -> stored_finding {
  stored_finding out;
  out.id = row.number(0);
  out.number = row.number(1);
  auto& is = out.found;
  is.first = internal::time_of_microseconds(row.number(2));
  is.last = internal::time_of_microseconds(row.number(3));
  is.engine = row.text(4);
  is.engine_version = row.narrow<std::uint32_t>(5);
  is.sensor = row.text(6);
  is.kind = row.text(7);
  is.level = static_cast<kizashi::engine::finding_level>(std::min<std::uint64_t>(
      row.number(8), static_cast<std::uint64_t>(kizashi::engine::finding_level::critical)));
  list_cells const protocols{row, 9}, ports{row, 10}, sources{row, 12};
  for (std::size_t i = 0; i < protocols.size(); ++i)
    is.services.push_back({static_cast<std::uint8_t>(protocols.number(i)),
                           static_cast<std::uint16_t>(ports.number(i))});
  is.source_count = row.number(11);
  for (std::size_t i = 0; i < sources.size(); ++i)
    is.sources.push_back(listed_address(sources.text(i)));
  is.score = row.column(13).real_at(row.row());
  is.threshold = row.column(14).real_at(row.row());
  is.confidence = row.column(15).real_at(row.row());
  is.engines = texts_in(row, 16);
  is.sensors = texts_in(row, 17);
  is.reason = row.text(18);
  read_evidence(row, is);
  if (is_whole) read_series(row, is);
  return out;
}

/// Takes away what is of all sources when only some may be known of.
void withhold(finding_scope const& scope, finding& from) {
  if (scope.sources.empty()) return;
  from.values.clear();
  from.series.clear();
  from.reason = fmt::format("{} of the sources that you may see {} part.", from.source_count,
                            from.source_count == 1 ? "takes" : "take");
}

}  // namespace

auto list_findings(engine& in, finding_request const& asked) -> result<page<stored_finding>> {
  static constexpr internal::key_column key[] = {{"first"}, {"id"}};
  auto conditions = conditions_of(asked);
  auto order = internal::order_of(key, asked.is_newest_first);
  if (asked.is_strongest_first) {
    conditions.push_back(fmt::format("not ({})", is_shortage()));
    order = "level desc, confidence desc, length(engines) desc, " + order;
  } else {
    KIZASHI_TRY(auto after, internal::behind(key, asked.after, asked.is_newest_first));
    conditions.push_back(std::move(after));
  }
  auto const sql = fmt::format("select {} from findings final where {} order by {} limit {}",
                               columns_of(asked.scope, most_listed_sources), all_of(conditions),
                               order, asked.rows + 1);
  page<stored_finding> out;
  KIZASHI_TRY(internal::ask_rows(in, sql, asked.ask, [&](native_row const& row) {
    withhold(asked.scope, out.rows.emplace_back(read_finding_row(row, false)).found);
  }));
  if (out.rows.size() <= asked.rows) return out;
  out.rows.pop_back();
  if (!out.rows.empty() && !asked.is_strongest_first)
    out.next = {internal::microseconds_of(out.rows.back().found.first), out.rows.back().id};
  return out;
}

auto tally_findings(engine& in, finding_request const& asked) -> result<finding_tally> {
  auto const sql = fmt::format(
      "select engine, toUInt8({}) as is_short, level, count() from findings final where {} group "
      "by engine, is_short, level order by engine, is_short, level",
      is_shortage(), all_of(conditions_of(asked)));
  finding_tally out;
  KIZASHI_TRY(internal::ask_rows(in, sql, asked.ask, [&](native_row const& row) {
    auto const name = row.text(0);
    if (out.engines.empty() || out.engines.back() != name) out.engines.emplace_back(name);
    auto const level = std::min<std::size_t>(row.number(2), finding_tally::levels - 1);
    (row.number(1) != 0 ? out.shortages : out.by_level[level]) += row.number(3);
  }));
  return out;
}

auto find_finding(engine& in, std::uint64_t id, finding_scope const& scope, ask_settings const& ask)
    -> result<std::optional<stored_finding>> {
  auto conditions = conditions_of(scope);
  conditions.push_back(fmt::format("id = {}", id));
  auto const sql = fmt::format("select {} from findings final where {} limit 1",
                               columns_of(scope, 0), all_of(conditions));
  std::optional<stored_finding> out;
  KIZASHI_TRY(internal::ask_rows(in, sql, ask, [&](native_row const& row) {
    out = read_finding_row(row, true);
    withhold(scope, out->found);
  }));
  return out;
}

auto next_finding_number(engine& in, ask_settings const& ask) -> result<std::uint64_t> {
  std::uint64_t out = 0;
  KIZASHI_TRY(
      internal::ask_rows(in, "select if(count() = 0, toUInt64(0), max(number) + 1) from findings",
                         ask, [&](native_row const& row) { out = row.number(0); }));
  return out;
}

}  // namespace kizashi::store
