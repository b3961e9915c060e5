#include "kizashi/store/internal/stored_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/store/internal/address_sql.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::uint64_t hour = 3600, day = 24 * hour;
/// The day behind every time that the tables can hold: theirs have 32 bits.
constexpr std::uint64_t end_of_time = ((std::uint64_t{1} << 32) / day + 1) * day;

auto is_in(column_names const& names, std::string_view name) -> bool {
  return std::ranges::find(names, name) != names.end();
}

/// Puts the whole `step`s of a stretch into `whole` and what is left at its ends into `rest`.
void carve(stretch const& from, std::uint64_t step, std::vector<stretch>& whole,
           std::vector<stretch>& rest) {
  auto const first = (from.from + step - 1) / step * step, last = from.to / step * step;
  if (first >= last) {
    rest.push_back(from);
    return;
  }
  whole.push_back({first, last});
  if (from.from < first) rest.push_back({from.from, first});
  if (last < from.to) rest.push_back({last, from.to});
}

/// "(minute >= 60 and minute < 120 or minute >= 240 and minute < 300)"; `unit` makes seconds the
/// column's unit.
auto in_stretches(std::vector<stretch> const& all, std::string_view column, std::uint64_t unit = 1)
    -> std::string {
  std::string text;
  for (auto const& each : all)
    text += fmt::format("{0}{1} >= {2} and {1} < {3}", text.empty() ? "" : " or ", column,
                        each.from * unit, each.to * unit);
  return text.empty() ? "0" : fmt::format("({})", text);
}

/// `table`: the one whose rows these are; its part of the filter's expression is added.
auto of_filter(packet_filter const& filter, std::string const& time, condition where,
               stored_table table) -> std::string {
  auto text = time;
  if (filter.where) text += fmt::format(" and {}", filter.where->condition(table));
  if (!filter.sensors.empty())
    text += fmt::format(" and sensor in ({})", fmt::join(filter.sensors, ","));
  if (!where.empty()) text += fmt::format(" and {}", where);
  return text;
}

/// A row for each fingerprint; 0 where a packet has none. The array is made of a column because
/// ClickHouse 18.16 knows no columns inside of a lambda over a constant.
constexpr std::string_view each_tool =
    "arrayJoin(emptyArrayToSingle(arrayMap(i -> toUInt16(i + 1), arrayFilter(i -> "
    "bitAnd(bitShiftRight(fingerprints, i), 1) = 1, range(toUInt8(64 + 0 * fingerprints)))))) as "
    "tool";

/// A column of a rollup by day.
auto of_day(std::string_view column) -> std::string_view {
  return column == "tool" ? each_tool : column;
}

/// The same, made of one by hour.
auto of_hour(std::string_view column) -> std::string_view {
  return column == "day" ? "toUInt32(intDiv(hour, 86400) * 86400) as day" : of_day(column);
}

/// A column of a rollup, made of a tuple.
auto of_tuple(std::string_view column) -> std::string_view {
  if (column == "day") return "toUInt32(intDiv(minute, 86400) * 86400) as day";
  if (column == "hour") return "toUInt32(intDiv(minute, 3600) * 3600) as hour";
  if (column == "port") return "dst_port as port";
  if (column == "tool") return each_tool;
  if (column == "has_port") return "toUInt8(bitAnd(attributes, 128) != 0) as has_port";
  return column;
}

auto tuples_of(family of) -> std::string_view {
  return of == family::ipv4 ? "tuples" : "tuples6";
}

/// As the views of schema/store.sql have it.
auto state_of_tuples(std::string_view column, family of) -> std::string {
  if (column == "sources")
    return of == family::ipv4 ? "uniqCombinedState(toUInt64(src)) as sources"
                              : "uniqCombinedState(cityHash64(src)) as sources";
  return fmt::format("sumState({0}.{1}) as {1}", tuples_of(of), column);
}

template <class Made>
auto made_of(column_names const& columns, Made make) -> std::string {
  std::string text;
  for (auto const each : columns) text += fmt::format("{}{}", text.empty() ? "" : ", ", make(each));
  return text;
}

class union_of {
public:
  void add(std::string const& columns, std::string_view table, std::string const& where,
           std::string_view tail = "") {
    text_ += fmt::format("{}select {} from {} where {}{}", text_.empty() ? "" : " union all ",
                         columns, table, where, tail);
  }
  [[nodiscard]] auto text() const -> std::string const& { return text_; }

private:
  std::string text_;
};

/// Whether a table is to be asked. The one for everything is, too, when there is nothing: a
/// question needs a table.
auto has_top(time_split const& split, std::vector<stretch> const& top) -> bool {
  return split.is_all || !top.empty() ||
         (split.days.empty() && split.hours.empty() && split.minutes.empty());
}

auto in_top(packet_filter const& filter, time_split const& split, std::vector<stretch> const& top,
            std::string_view column, condition where, stored_table table) -> std::string {
  return of_filter(filter, split.is_all ? "1" : in_stretches(top, column), where, table);
}

auto of_family(family of, stored_table ipv4) -> stored_table {
  return static_cast<stored_table>(static_cast<unsigned>(ipv4) + (of == family::ipv6 ? 1 : 0));
}

/// All of a filter's time as minutes.
auto whole_minutes(packet_filter const& filter) -> time_split {
  auto split = split_time(filter, false);
  split.minutes.insert(split.minutes.begin(), split.hours.begin(), split.hours.end());
  split.hours.clear();
  return split;
}

/// "tuples where ...", or packets that look like tuples where the filter asks for what tuples do
/// not have.
auto tuples_where(packet_filter const& filter, family of, time_split const& split, condition where)
    -> std::string {
  auto const table = of_family(of, stored_table::tuples);
  if (answers(filter, table))
    return fmt::format("{} where {}", tuples_of(of),
                       in_top(filter, split, split.minutes, "minute", where, table));
  auto const time = split.is_all ? std::string{"1"} : in_stretches(split.minutes, "ts", 1'000'000);
  auto text = fmt::format(
      "(select sensor, toUInt32(intDiv(ts, 60000000) * 60) as minute, src, dst, src_port, "
      "dst_port, protocol, tcp_flags, ttl, ip_length, window, attributes, type, class, scanner, "
      "fingerprints, country, asn, toUInt64(1) as packets, toUInt64(wire_length) as bytes from {} "
      "where {}) as {}",
      of == family::ipv4 ? "packets" : "packets6",
      of_filter(filter, time, {}, of_family(of, stored_table::packets)), tuples_of(of));
  if (!where.empty()) text += fmt::format(" where {}", where);
  return text;
}

/// The states of rows that a filter chooses more finely than the tables of states are. By tool:
/// rows of equal fingerprints, which are few, are put together before each has a row for its tools.
auto made_states(packet_filter const& filter, column_names const& keys, column_names const& values,
                 condition where) -> std::string {
  auto inner = keys;
  std::ranges::replace(inner, std::string_view{"tool"}, std::string_view{"fingerprints"});
  auto columns = inner;
  for (auto const* const each : {"src", "packets", "bytes"}) columns.push_back(each);
  auto const names = fmt::format("{}", fmt::join(inner, ", "));
  auto const group = keys.empty() ? std::string{} : fmt::format(" group by {}", names);
  std::string text;
  for (auto const of : {family::ipv4, family::ipv6}) {
    std::string states;
    for (auto const each : values)
      states += fmt::format("{}{}", states.empty() ? "" : ", ", state_of_tuples(each, of));
    text += fmt::format("{}select {}{}{} from ({}) as {}{}", text.empty() ? "" : " union all ",
                        names, keys.empty() || states.empty() ? "" : ", ", states,
                        source_rows(filter, of, columns, where), tuples_of(of), group);
  }
  if (inner == keys) return text;
  columns = keys;
  columns.insert(columns.end(), values.begin(), values.end());
  return fmt::format("select {} from ({})", made_of(columns, of_day), text);
}

/// The filter as two of which no packet passes both, where `answers_first` answers the first of
/// them: what remains are the packets from a port, which no rollup has. Else empty.
template <class Answers>
auto by_ports(packet_filter const& filter, Answers answers_first) -> std::vector<packet_filter> {
  std::vector<packet_filter> out;
  if (!filter.where) return out;
  for (auto& each : filter.where->apart_by_port()) {
    auto& part = out.emplace_back(filter);
    part.where = std::make_shared<stored_filter const>(std::move(each));
  }
  if (!out.empty() && !answers_first(out.front())) out.clear();
  return out;
}

struct rollup {
  stored_table stored;
  std::string_view by_day;
  std::string_view by_hour;
};

auto rollup_of(state_table table) -> rollup {
  switch (table) {
    case state_table::port:
      return {stored_table::ports, "port_day", "port_hour"};
    case state_table::place:
      return {stored_table::places, "place_day", "place_hour"};
    case state_table::tag:
      break;
  }
  return {stored_table::tags, "tag_day", "tag_hour"};
}

}  // namespace

auto answers(packet_filter const& filter, stored_table table) -> bool {
  return !filter.where || filter.where->is_answered_by(table);
}

auto table_of_states(packet_filter const& filter, state_table table, column_names const& keys,
                     condition where) -> std::optional<state_table> {
  if (answers(filter, rollup_of(table).stored)) return table;
  bool const is_in_all = where.empty() && std::ranges::all_of(keys, [](std::string_view each) {
                           return each == "day" || each == "hour" || each == "sensor";
                         });
  if (!is_in_all) return std::nullopt;
  // Those with fewer rows, whose sketches are fewer to put together, first.
  for (auto const other : {state_table::tag, state_table::place, state_table::port})
    if (answers(filter, rollup_of(other).stored)) return other;
  return std::nullopt;
}

auto split_time(packet_filter const& filter, bool has_days) -> time_split {
  time_split split;
  split.is_all = !filter.from.is_known() && !filter.to.is_known();
  if (split.is_all) return split;
  auto const seconds = [](timestamp time) {
    return static_cast<std::uint64_t>(time.nanoseconds()) / 1'000'000'000;
  };
  // The first hour is where packets without a time are.
  stretch const all{filter.from.is_known() ? std::max(hour, seconds(filter.from)) : hour,
                    filter.to.is_known() ? seconds(filter.to) : end_of_time};
  if (all.from >= all.to) return split;
  std::vector<stretch> rest{all};
  if (has_days) {
    rest.clear();
    carve(all, day, split.days, rest);
  }
  for (auto const& each : rest) carve(each, hour, split.hours, split.minutes);
  return split;
}

auto address_literal(net::address a) -> std::string {
  if (!a.is_ipv6()) return fmt::format("{}", a.as_ipv4().value());
  return fmt::format("toFixedString(unhex('{:016X}{:016X}'), 16)", a.as_ipv6().high(),
                     a.as_ipv6().low());
}

auto in_family(std::vector<net::address> const& all, family of) -> std::string {
  std::vector<net::address> some;
  for (auto const& each : all)
    if (each.is_ipv6() == (of == family::ipv6)) some.push_back(each);
  return some.empty() ? std::string{} : in_addresses("src", some);
}

auto source_rows(packet_filter const& filter, family of, column_names const& columns,
                 condition where) -> std::string {
  bool const is_ipv4 = of == family::ipv4;
  auto const table = of_family(of, stored_table::sources);
  bool const is_of_tuples = std::ranges::any_of(columns, [](std::string_view each) {
    return each == "minute" || each == "tool" || each == "fingerprints" || each == "class" ||
           each == "scanner";
  });
  if (!is_of_tuples && !answers(filter, table))
    if (auto const two = by_ports(filter, [&](auto const& each) { return answers(each, table); });
        !two.empty())
      return fmt::format("{} union all {}", source_rows(two[0], of, columns, where),
                         source_rows(two[1], of, columns, where));
  if (is_of_tuples || !answers(filter, table))
    return fmt::format("select {} from {}", made_of(columns, of_tuple),
                       tuples_where(filter, of, whole_minutes(filter), where));
  auto const chosen = filter.where ? filter.where->condition(table) : std::string{};
  bool const has_days = !is_in(columns, "hour") && !is_in(columns, "protocol") &&
                        where.find("protocol") == condition::npos &&
                        chosen.find("protocol") == std::string::npos;
  auto const split = split_time(filter, has_days);
  union_of parts;
  if (has_days && has_top(split, split.days))
    parts.add(fmt::format("{}", fmt::join(columns, ", ")), is_ipv4 ? "source_day" : "source6_day",
              in_top(filter, split, split.days, "day", where, table));
  if (has_days ? !split.hours.empty() : has_top(split, split.hours))
    parts.add(made_of(columns, of_hour), is_ipv4 ? "source_hour" : "source6_hour",
              in_top(filter, split, split.hours, "hour", where, table));
  if (!split.minutes.empty())
    parts.add(made_of(columns, of_tuple), tuples_of(of),
              of_filter(filter, in_stretches(split.minutes, "minute"), where,
                        of_family(of, stored_table::tuples)));
  return parts.text();
}

auto state_rows(packet_filter const& filter, state_table table, column_names const& keys,
                column_names const& values, condition where) -> std::string {
  auto const found = table_of_states(filter, table, keys, where);
  if (!found) {
    auto const two = by_ports(filter, [&](auto const& each) {
      return table_of_states(each, table, keys, where).has_value();
    });
    if (two.empty()) return made_states(filter, keys, values, where);
    return fmt::format("{} union all {}", state_rows(two[0], table, keys, values, where),
                       made_states(two[1], keys, values, where));
  }
  auto const& [stored, by_day, by_hour] = rollup_of(*found);
  bool const has_days = !is_in(keys, "hour");
  auto const split = split_time(filter, has_days);
  auto columns = keys;
  columns.insert(columns.end(), values.begin(), values.end());
  union_of parts;
  if (has_days && has_top(split, split.days))
    parts.add(made_of(columns, of_day), by_day,
              in_top(filter, split, split.days, "day", where, stored));
  if (has_days ? !split.hours.empty() : has_top(split, split.hours))
    parts.add(made_of(columns, of_hour), by_hour,
              in_top(filter, split, split.hours, "hour", where, stored));
  if (split.minutes.empty()) return parts.text();
  auto const group =
      keys.empty() ? std::string{} : fmt::format(" group by {}", fmt::join(keys, ", "));
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const made = made_of(columns, [&](std::string_view column) {
      return is_in(values, column) ? state_of_tuples(column, of) : std::string{of_tuple(column)};
    });
    parts.add(made, tuples_of(of),
              of_filter(filter, in_stretches(split.minutes, "minute"), where,
                        of_family(of, stored_table::tuples)),
              group);
  }
  return parts.text();
}

auto minute_rows(packet_filter const& filter, std::string_view columns) -> std::string {
  auto const split = whole_minutes(filter);
  if (answers(filter, stored_table::ports))
    return fmt::format("select {} from port_minute where {}", columns,
                       in_top(filter, split, split.minutes, "minute", {}, stored_table::ports));
  if (auto const two =
          by_ports(filter, [](auto const& each) { return answers(each, stored_table::ports); });
      !two.empty())
    return fmt::format("{} union all {}", minute_rows(two[0], columns),
                       minute_rows(two[1], columns));
  return fmt::format("select {0} from {1} union all select {0} from {2}", columns,
                     tuples_where(filter, family::ipv4, split, {}),
                     tuples_where(filter, family::ipv6, split, {}));
}

auto tuple_rows(packet_filter const& filter, family of, std::string_view columns, condition where)
    -> std::string {
  return fmt::format("select {} from {}", columns,
                     tuples_where(filter, of, whole_minutes(filter), where));
}

auto packet_rows(packet_filter const& filter, family of, std::string_view columns, condition where)
    -> std::string {
  auto const split = whole_minutes(filter);
  auto const time = split.is_all ? std::string{"1"} : in_stretches(split.minutes, "ts", 1'000'000);
  return fmt::format("select {} from {} where {}", columns,
                     of == family::ipv4 ? "packets" : "packets6",
                     of_filter(filter, time, where, of_family(of, stored_table::packets)));
}

}  // namespace kizashi::store::internal
