#include "kizashi/store/statistics.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/grouping.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;
using internal::state_table;

using internal::column_names;
using internal::grouping_of;
using internal::read_key;

/// "(protocol, port) in ((6,23),(17,53))": these rows alone, where they are few among many.
auto only(group_by by, std::vector<statistics_key> const& keys) -> std::string {
  constexpr std::size_t most = 1000;  // a question has a length
  if (keys.empty() || keys.size() > most) return {};
  std::vector<std::string> values;
  for (auto const& key : keys) {
    if (by == group_by::port)
      values.push_back(fmt::format("({},{})", key.ip_protocol, key.port));
    else if (by == group_by::country)
      values.push_back(sql_text(key.country.text()));
    else if (by == group_by::as)
      values.push_back(fmt::format("{}", key.asn.number()));
    else if (by == group_by::traffic_class || by == group_by::scanner)
      values.push_back(fmt::format("{}", key.tag));
    else
      return {};  // there are never many
  }
  return fmt::format("({}) in ({})", fmt::join(grouping_of(by).keys, ", "), fmt::join(values, ","));
}

/// Those with most packets, all when `top` is 0.
void cut_to(std::vector<statistics_row>& rows, std::size_t top) {
  std::ranges::sort(rows, [](statistics_row const& a, statistics_row const& b) {
    return a.packets != b.packets ? a.packets > b.packets : a.key < b.key;
  });
  if (top > 0 && rows.size() > top) rows.resize(top);
}

auto keys_of(std::vector<statistics_row> const& rows) -> std::vector<statistics_key> {
  std::vector<statistics_key> out;
  for (auto const& row : rows) out.push_back(row.key);
  return out;
}

/// "src in (..)": those of the keys that are of one family; empty where all sources are wanted.
auto only_sources(std::vector<statistics_key> const& keys, family of) -> std::string {
  if (keys.empty()) return {};
  std::vector<std::string> values;
  for (auto const& key : keys)
    if (key.source.is_ipv6() == (of == family::ipv6))
      values.push_back(internal::address_literal(key.source));
  return values.empty() ? "0" : fmt::format("src in ({})", fmt::join(values, ","));
}

/// One question after another about the same packets.
class counting {
public:
  counting(engine& in, packet_filter const& filter, count_options const& options)
      : in_{in}, filter_{filter}, options_{options} {}

  [[nodiscard]] auto count(group_by by) -> result<statistics>;
  [[nodiscard]] auto count_sources() -> result<statistics>;
  [[nodiscard]] auto count_minutes() -> result<statistics>;
  [[nodiscard]] auto brief() -> result<brief_totals>;
  [[nodiscard]] auto totals() -> result<statistics_totals>;

private:
  using counts = std::map<statistics_key, std::uint64_t>;

  template <class Use>
  [[nodiscard]] auto ask(std::string const& sql, Use use) -> status {
    return internal::ask_rows(in_, sql, options_.ask, use);
  }
  /// Different sources of each key of `by`; `where`: of these keys alone.
  [[nodiscard]] auto sources_of(group_by by, std::string const& where) -> result<counts>;
  /// Takes packets without IP off what sketches say.
  [[nodiscard]] auto correct_sources(group_by by, std::string const& where, counts& out) -> status;
  [[nodiscard]] auto exact_sources_of(group_by by, std::string const& where) -> result<counts>;
  /// The highest protocol of packets from address 0, by key: 0 where all are packets without IP,
  /// whose address is none.
  [[nodiscard]] auto protocols_of_zero(group_by by, std::string const& where) -> result<counts>;
  /// The lowest or highest `column` of the packets between two times.
  [[nodiscard]] auto first_of(timestamp begin, timestamp end, std::string_view which,
                              std::string_view column) -> result<std::uint64_t>;
  /// Begin of the first or last minute with packets in a day.
  [[nodiscard]] auto minute_in(std::uint64_t day, std::string_view which) -> result<timestamp>;
  /// `by_sketches`: what they have together, which is of no use with exact numbers.
  [[nodiscard]] auto all_sources(std::uint64_t by_sketches) -> result<std::uint64_t>;
  /// Whether the rows of `by` come from a table that has them, so that asking twice costs little.
  [[nodiscard]] auto has_rollup(internal::grouping const& as, std::string const& where) const
      -> bool {
    return internal::table_of_states(filter_, as.table, as.inner, where).has_value();
  }

  engine& in_;
  packet_filter const& filter_;
  count_options const& options_;
};

auto both(std::string_view one, std::string_view other) -> std::string {
  if (one.empty() || other.empty()) return fmt::format("{}{}", one, other);
  return fmt::format("{} and {}", one, other);
}

auto counting::sources_of(group_by by, std::string const& where) -> result<counts> {
  if (options_.has_exact_sources) return exact_sources_of(by, where);
  counts out;
  auto const as = grouping_of(by);
  auto const keys = fmt::format("{}", fmt::join(as.keys, ", "));
  auto const rows =
      internal::state_rows(filter_, as.table, as.inner, column_names{"sources"}, where);
  KIZASHI_TRY(ask(fmt::format("select {0}, uniqCombinedMerge(sources) from ({1}) group by {0} "
                              "order by {0}",
                              keys, rows),
                  [&](native_row const& row) {
                    statistics_key key;
                    auto const column = read_key(by, row, key);
                    out[key] = row.number(column);
                  }));
  KIZASHI_TRY(correct_sources(by, where, out));
  return out;
}

auto counting::correct_sources(group_by by, std::string const& where, counts& out) -> status {
  KIZASHI_TRY(auto const zero, protocols_of_zero(by, where));
  for (auto const& [key, protocol] : zero)
    if (auto const at = out.find(key); protocol == 0 && at != out.end() && at->second > 0)
      --at->second;
  return {};
}

auto counting::exact_sources_of(group_by by, std::string const& where) -> result<counts> {
  counts out;
  auto const as = grouping_of(by);
  auto const keys = fmt::format("{}", fmt::join(as.keys, ", "));
  auto inner = as.inner;
  inner.push_back("src");
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const which = of == family::ipv4 ? both("src != 0", where) : where;
    KIZASHI_TRY(ask(fmt::format("select {0}, uniqExact(src) from ({1}) group by {0} order by {0}",
                                keys, internal::source_rows(filter_, of, inner, which)),
                    [&](native_row const& row) {
                      statistics_key key;
                      auto const column = read_key(by, row, key);
                      out[key] += row.number(column);
                    }));
  }
  KIZASHI_TRY(auto const zero, protocols_of_zero(by, where));
  for (auto const& [key, protocol] : zero) out[key] += protocol > 0 ? 1 : 0;
  return out;
}

auto counting::protocols_of_zero(group_by by, std::string const& where) -> result<counts> {
  counts out;
  auto const as = grouping_of(by);
  auto const keys = fmt::format("{}", fmt::join(as.keys, ", "));
  auto inner = as.inner;
  if (as.keys.front() != "protocol") inner.push_back("protocol");
  auto const rows = internal::source_rows(filter_, family::ipv4, inner, both("src = 0", where));
  KIZASHI_TRY(
      ask(fmt::format("select {0}, max(protocol) from ({1}) group by {0} order by {0}", keys, rows),
          [&](native_row const& row) {
            statistics_key key;
            auto const column = read_key(by, row, key);
            out[key] = row.number(column);
          }));
  return out;
}

auto counting::count(group_by by) -> result<statistics> {
  statistics out;
  auto const as = grouping_of(by);
  auto const keys = fmt::format("{}", fmt::join(as.keys, ", "));
  auto const wanted = both(as.where, only(by, options_.keys));
  // Where rows have to be made of tuples first, everything is asked in one go.
  bool const has_all = !options_.has_exact_sources && !has_rollup(as, wanted);
  column_names values{"packets", "bytes"};
  if (has_all) values.emplace_back("sources");
  counts sources;
  KIZASHI_TRY(
      ask(fmt::format("select {0}, sumMerge(packets), sumMerge(bytes){2} from ({1}) group "
                      "by {0} order by {0}",
                      keys, internal::state_rows(filter_, as.table, as.inner, values, wanted),
                      has_all ? ", uniqCombinedMerge(sources)" : ""),
          [&](native_row const& row) {
            auto& to = out.rows.emplace_back();
            auto const column = read_key(by, row, to.key);
            to.packets = row.number(column);
            to.bytes = row.number(column + 1);
            if (has_all) sources[to.key] = row.number(column + 2);
          }));
  out.all_rows = out.rows.size();
  cut_to(out.rows, options_.top);
  bool const is_cut = out.rows.size() < out.all_rows;
  auto const of_rows = is_cut ? both(as.where, only(by, keys_of(out.rows))) : wanted;
  if (has_all) {
    KIZASHI_TRY(correct_sources(by, of_rows, sources));
  } else {
    KIZASHI_TRY(sources, sources_of(by, of_rows));
  }
  for (auto& each : out.rows)
    if (auto const found = sources.find(each.key); found != sources.end())
      each.sources = found->second;
  if (is_in_time(by)) std::ranges::sort(out.rows, {}, &statistics_row::key);
  return out;
}

auto counting::count_sources() -> result<statistics> {
  statistics out;
  auto const limit = options_.top > 0 ? fmt::format(" limit {}", options_.top) : std::string{};
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const wanted = only_sources(options_.keys, of);
    auto const rows = internal::source_rows(filter_, of, {"src", "packets", "bytes"},
                                            of == family::ipv4 ? both("src != 0", wanted) : wanted);
    KIZASHI_TRY(ask(fmt::format("select src, sum(packets) as n, sum(bytes) from ({}) group by src "
                                "order by n desc, src{}",
                                rows, limit),
                    [&](native_row const& row) {
                      auto& to = out.rows.emplace_back();
                      auto const column = read_key(group_by::source, row, to.key);
                      to.packets = row.number(column);
                      to.bytes = row.number(column + 1);
                      to.sources = 1;
                    }));
  }
  bool const wants_zero =
      options_.keys.empty() || std::ranges::find(options_.keys, net::address{},
                                                 &statistics_key::source) != options_.keys.end();
  auto const zero = internal::source_rows(filter_, family::ipv4, {"protocol", "packets", "bytes"},
                                          wants_zero ? "src = 0 and protocol != 0" : "0");
  KIZASHI_TRY(ask(fmt::format("select sum(packets), sum(bytes) from ({})", zero),
                  [&](native_row const& row) {
                    if (row.number(0) > 0)
                      out.rows.push_back({{}, row.number(0), row.number(1), 1});
                  }));
  cut_to(out.rows, options_.top);
  out.all_rows = out.rows.size();
  return out;
}

auto counting::count_minutes() -> result<statistics> {
  statistics out;
  std::uint64_t packets = 0;
  KIZASHI_TRY(ask(fmt::format("select minute, sum(packets), sum(bytes) from ({}) group by minute "
                              "order by minute",
                              internal::minute_rows(filter_, "minute, packets, bytes")),
                  [&](native_row const& row) {
                    auto& to = out.rows.emplace_back();
                    to.key.time = row.narrow<std::uint32_t>(0);
                    to.packets = row.number(1);
                    to.bytes = row.number(2);
                    packets += to.packets;
                  }));
  out.all_rows = out.rows.size();
  cut_to(out.rows, options_.top);
  std::ranges::sort(out.rows, {}, &statistics_row::key);
  out.has_sources = packets <= most_packets_of_minutes;
  if (!out.has_sources) return out;
  std::map<std::uint32_t, std::uint64_t> sources;
  for (auto const of : {family::ipv4, family::ipv6})
    KIZASHI_TRY(ask(
        fmt::format("select minute, {}(src) from ({}) group by minute order by minute",
                    options_.has_exact_sources ? "uniqExact" : "uniqCombined",
                    internal::tuple_rows(filter_, of, "minute, src", "bitAnd(attributes, 2) = 0")),
        [&](native_row const& row) { sources[row.narrow<std::uint32_t>(0)] += row.number(1); }));
  for (auto& each : out.rows)
    if (auto const found = sources.find(each.key.time); found != sources.end())
      each.sources = found->second;
  return out;
}

auto counting::brief() -> result<brief_totals> {
  brief_totals out;
  auto const rows = internal::state_rows(filter_, state_table::tag, {}, {"packets", "sources"}, {});
  KIZASHI_TRY(
      ask(fmt::format("select sumMerge(packets), uniqCombinedMerge(sources) from ({})", rows),
          [&](native_row const& row) {
            out.packets = row.number(0);
            out.sources = row.number(1);
          }));
  if (out.packets == 0) return out;
  KIZASHI_TRY(out.sources, all_sources(out.sources));
  return out;
}

auto counting::all_sources(std::uint64_t by_sketches) -> result<std::uint64_t> {
  auto sources = options_.has_exact_sources ? 0 : by_sketches;
  if (options_.has_exact_sources)
    for (auto const of : {family::ipv4, family::ipv6})
      KIZASHI_TRY(ask(fmt::format("select uniqExact(src) from ({})",
                                  internal::source_rows(filter_, of, {"src"},
                                                        of == family::ipv4 ? "src != 0" : "")),
                      [&](native_row const& row) { sources += row.number(0); }));
  KIZASHI_TRY(
      ask(fmt::format("select count(), max(protocol) from ({})",
                      internal::source_rows(filter_, family::ipv4, {"protocol"}, "src = 0")),
          [&](native_row const& row) {
            bool const is_there = row.number(0) > 0, is_address = row.number(1) > 0;
            if (options_.has_exact_sources)
              sources += is_there && is_address ? 1 : 0;
            else if (is_there && !is_address && sources > 0)
              --sources;
          }));
  return sources;
}

auto counting::first_of(timestamp begin, timestamp end, std::string_view which,
                        std::string_view column) -> result<std::uint64_t> {
  auto narrow = filter_;
  narrow.from = filter_.from.is_known() ? std::max(begin, filter_.from) : begin;
  narrow.to = filter_.to.is_known() ? std::min(end, filter_.to) : end;
  auto const rows = column == "minute"
                        ? internal::minute_rows(narrow)
                        : internal::state_rows(narrow, state_table::tag, {"hour"}, {}, {});
  std::uint64_t found = 0;
  KIZASHI_TRY(ask(fmt::format("select {}({}) from ({})", which, column, rows),
                  [&](native_row const& row) { found = row.number(0); }));
  return found;
}

auto counting::minute_in(std::uint64_t day, std::string_view which) -> result<timestamp> {
  auto const time = [](std::uint64_t seconds) {
    return timestamp{static_cast<std::int64_t>(seconds) * 1'000'000'000};
  };
  KIZASHI_TRY(auto const hour, first_of(time(day), time(day + 86400), which, "hour"));
  KIZASHI_TRY(auto const minute, first_of(time(hour), time(hour + 3600), which, "minute"));
  return time(minute);
}

auto counting::totals() -> result<statistics_totals> {
  statistics_totals out;
  std::uint64_t first_day = 0, last_day = 0;
  auto const rows = internal::state_rows(filter_, state_table::tag, {"day", "sensor"},
                                         {"packets", "bytes", "sources"}, {});
  // Day 0: without a time.
  KIZASHI_TRY(
      ask(fmt::format("select sumMerge(packets), sumMerge(bytes), uniqExactIf(day, day > 0), "
                      "minIf(day, day > 0), maxIf(day, day > 0), "
                      "arraySort(groupUniqArray(sensor)), uniqCombinedMerge(sources) from ({})",
                      rows),
          [&](native_row const& row) {
            out.packets = row.number(0);
            out.bytes = row.number(1);
            out.days = row.number(2);
            first_day = row.number(3);
            last_day = row.number(4);
            auto const [begin, end] = row.column(5).list_at(row.row());
            for (auto i = begin; i < end; ++i)
              out.sensors.push_back(
                  static_cast<std::uint16_t>(row.column(5).elements().unsigned_at(i)));
            out.sources = row.number(6);
          }));
  if (out.packets == 0) return out;
  KIZASHI_TRY(out.sources, all_sources(out.sources));
  if (last_day == 0) return out;
  KIZASHI_TRY(out.first, minute_in(first_day, "min"));
  KIZASHI_TRY(out.last, minute_in(last_day, "max"));
  return out;
}

}  // namespace

auto count_by(engine& in, packet_filter const& filter, group_by by, count_options const& options)
    -> result<statistics> {
  if (!filter.sources.empty()) return internal::count_by_of_sources(in, filter, by, options);
  counting of{in, filter, options};
  if (by == group_by::minute) return of.count_minutes();
  return by == group_by::source ? of.count_sources() : of.count(by);
}

auto count_all(engine& in, packet_filter const& filter, count_options const& options)
    -> result<statistics_totals> {
  if (!filter.sources.empty()) return internal::count_all_of_sources(in, filter, options);
  return counting{in, filter, options}.totals();
}

auto count_brief(engine& in, packet_filter const& filter, count_options const& options)
    -> result<brief_totals> {
  if (filter.sources.empty()) return counting{in, filter, options}.brief();
  KIZASHI_TRY(auto const all, internal::count_all_of_sources(in, filter, options));
  return brief_totals{all.packets, all.sources};
}

auto origin_of(packet_filter const& filter, std::optional<group_by> by) -> row_origin {
  auto const of_tuples =
      internal::answers(filter, stored_table::tuples) ? row_origin::tuples : row_origin::packets;
  bool const is_of_sources = !filter.sources.empty() || by == group_by::source;
  if (by == group_by::minute)
    return !is_of_sources && internal::answers(filter, stored_table::ports) ? row_origin::rollups
                                                                            : of_tuples;
  auto const as = internal::grouping_of(by.value_or(group_by::sensor));
  if (is_of_sources)
    return as.table != state_table::tag && internal::answers(filter, stored_table::sources)
               ? row_origin::rollups
               : of_tuples;
  if (internal::table_of_states(filter, as.table, as.inner, as.where)) return row_origin::rollups;
  bool const is_by_tag =
      by == group_by::tool || by == group_by::traffic_class || by == group_by::scanner;
  return !is_by_tag && internal::answers(filter, stored_table::sources) ? row_origin::rollups
                                                                        : of_tuples;
}

auto stored_names(engine& in, std::string_view kind, ask_settings const& ask)
    -> result<std::map<std::uint16_t, std::string>> {
  std::map<std::uint16_t, std::string> names;
  auto const sql =
      fmt::format("select number, name from names where kind = {} order by number", sql_text(kind));
  KIZASHI_TRY(internal::ask_rows(in, sql, ask, [&](native_row const& row) {
    names.emplace(row.narrow<std::uint16_t>(0), row.text(1));
  }));
  return names;
}

}  // namespace kizashi::store
