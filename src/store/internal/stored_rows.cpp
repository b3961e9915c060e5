#include "kizashi/store/internal/stored_rows.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace kizashi::store::internal {
namespace {

constexpr std::uint64_t second = 1'000'000;  // in microseconds
constexpr std::uint64_t hour = 3600 * second;
/// After every time that the tables can hold: their hours have 32 bits.
constexpr std::uint64_t end_of_time = std::uint64_t{1} << 32;

auto packets_of(family of) -> std::string_view {
  return of == family::ipv4 ? "packets" : "packets6";
}

auto in_sensors(packet_filter const& filter) -> std::string {
  return filter.sensors.empty()
             ? ""
             : fmt::format(" and sensor in ({})", fmt::join(filter.sensors, ","));
}

auto and_also(condition where) -> std::string {
  return where.empty() ? "" : fmt::format(" and {}", where);
}

auto in_hours(packet_filter const& filter, time_split const& split, std::string_view column,
              condition where) -> std::string {
  auto const time = split.is_all ? std::string{"1"}
                                 : fmt::format("{0} >= {1} and {0} < {2}", column, split.hours.from,
                                               split.hours.to);
  return time + in_sensors(filter) + and_also(where);
}

auto in_stretches(std::vector<stretch> const& all) -> std::string {
  std::string text;
  for (auto const& each : all)
    text += fmt::format("{}(ts >= {} and ts < {})", text.empty() ? "" : " or ", each.from, each.to);
  return fmt::format("({})", text);
}

auto in_edges(packet_filter const& filter, time_split const& split, condition where)
    -> std::string {
  return in_stretches(split.edges) + in_sensors(filter) + and_also(where);
}

/// A column of a rollup, made of a packet.
auto of_packet(std::string_view column) -> std::string_view {
  if (column == "hour") return "toUInt32(intDiv(ts, 3600000000) * 3600) as hour";
  if (column == "minute") return "toUInt32(intDiv(ts, 60000000) * 60) as minute";
  if (column == "port") return "dst_port as port";
  if (column == "packets") return "toUInt64(1) as packets";
  if (column == "bytes") return "toUInt64(wire_length) as bytes";
  return column;
}

auto state_of_packets(std::string_view column, family of) -> std::string_view {
  if (column == "packets") return "sumState(toUInt64(1)) as packets";
  if (column == "bytes") return "sumState(toUInt64(wire_length)) as bytes";
  // As schema/store.sql has it.
  return of == family::ipv4 ? "uniqCombinedState(toUInt64(src)) as sources"
                            : "uniqCombinedState(cityHash64(src)) as sources";
}

void add_part(std::string& sql, std::string const& part) {
  sql += sql.empty() ? part : " union all " + part;
}

}  // namespace

auto split_time(packet_filter const& filter) -> time_split {
  time_split split;
  split.is_all = !filter.from.is_known() && !filter.to.is_known();
  if (split.is_all) return split;
  // Packets are kept to the microsecond.
  auto const microseconds = [](timestamp time) {
    return (static_cast<std::uint64_t>(time.nanoseconds()) + 999) / 1000;
  };
  // The first hour is where packets without a time are.
  auto const from = filter.from.is_known() ? std::max(hour, microseconds(filter.from)) : hour;
  auto const to = filter.to.is_known() ? microseconds(filter.to) : end_of_time * second;
  if (from >= to) return split;
  auto const first = (from + hour - 1) / hour * hour;
  auto const last = filter.to.is_known() ? to / hour * hour : to;
  if (first > last) {  // both ends in one hour
    split.edges.push_back({from, to});
    return split;
  }
  split.hours = {first / second, last / second};
  if (from < first) split.edges.push_back({from, first});
  if (last < to) split.edges.push_back({last, to});
  return split;
}

auto address_literal(net::address a) -> std::string {
  if (!a.is_ipv6()) return fmt::format("{}", a.as_ipv4().value());
  return fmt::format("toFixedString(unhex('{:016X}{:016X}'), 16)", a.as_ipv6().high(),
                     a.as_ipv6().low());
}

auto source_rows(packet_filter const& filter, family of,
                 std::vector<std::string_view> const& columns, condition where) -> std::string {
  auto const split = split_time(filter);
  std::string sql;
  if (split.has_hours())
    add_part(sql, fmt::format("select {} from {} where {}", fmt::join(columns, ", "),
                              of == family::ipv4 ? "source_hour" : "source6_hour",
                              in_hours(filter, split, "hour", where)));
  std::vector<std::string_view> made;
  for (auto const each : columns) made.push_back(of_packet(each));
  if (!split.edges.empty())
    add_part(sql, fmt::format("select {} from {} where {}", fmt::join(made, ", "), packets_of(of),
                              in_edges(filter, split, where)));
  return sql;
}

auto state_rows(packet_filter const& filter, state_table table,
                std::vector<std::string_view> const& keys,
                std::vector<std::string_view> const& values, condition where) -> std::string {
  auto const split = split_time(filter);
  std::string sql;
  auto columns = keys;
  columns.insert(columns.end(), values.begin(), values.end());
  if (split.has_hours())
    add_part(sql, fmt::format("select {} from {} where {}", fmt::join(columns, ", "),
                              table == state_table::port ? "port_hour" : "place_hour",
                              in_hours(filter, split, "hour", where)));
  if (split.edges.empty()) return sql;
  for (auto const of : {family::ipv4, family::ipv6}) {
    std::vector<std::string_view> made;
    for (auto const each : keys) made.push_back(of_packet(each));
    for (auto const each : values) made.push_back(state_of_packets(each, of));
    auto const group =
        keys.empty() ? std::string{} : fmt::format(" group by {}", fmt::join(keys, ", "));
    add_part(sql, fmt::format("select {} from {} where {}{}", fmt::join(made, ", "), packets_of(of),
                              in_edges(filter, split, where), group));
  }
  return sql;
}

auto minute_rows(packet_filter const& filter) -> std::string {
  auto const split = split_time(filter);
  std::string sql;
  if (split.has_hours())
    add_part(sql, fmt::format("select minute from port_minute where {}",
                              in_hours(filter, split, "minute", {})));
  if (split.edges.empty()) return sql;
  for (auto const of : {family::ipv4, family::ipv6})
    add_part(sql, fmt::format("select {} from {} where {}", of_packet("minute"), packets_of(of),
                              in_edges(filter, split, {})));
  return sql;
}

auto packet_rows_sql(packet_filter const& filter, family of, std::string_view columns,
                     condition where) -> std::string {
  auto const split = split_time(filter);
  auto times = split.edges;
  if (split.has_hours()) times.push_back({split.hours.from * second, split.hours.to * second});
  return fmt::format("select {} from {} where {}{}{}", columns, packets_of(of),
                     split.is_all ? "1" : in_stretches(times), in_sensors(filter), and_also(where));
}

}  // namespace kizashi::store::internal
