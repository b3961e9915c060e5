#include "kizashi/store/pages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/page_sql.hpp"

namespace kizashi::store {
namespace {

using internal::key_column;
using internal::native_row;

/// A column of 16 bytes as the two words of a cursor.
void append_words(std::vector<std::uint64_t>& to, net::address wide) {
  to.push_back(wide.as_ipv6().high());
  to.push_back(wide.as_ipv6().low());
}

/// Which columns of which table a list has, by which it is ordered.
struct listing {
  std::string_view columns;
  std::string_view table;
  std::string_view found_by;        ///< the columns that its rows are looked up by
  std::span<key_column const> key;  ///< its first column is a time
  std::uint64_t least = 0;          ///< of that: the first value that matters
  std::uint64_t unit = 1;           ///< of that, in microseconds
};

/// Adds that a row is one of those with as many packets as the last one of the page: to put whole
/// rows of millions in an order is dear, to put a number of each is not. By what the table is
/// ordered by, because `final` reads all columns before it looks at others.
auto keep_largest(engine& in, page_request const& asked, listing const& of,
                  std::vector<std::string>& conditions) -> status {
  auto const sql = fmt::format(
      "select min(packets) from (select packets from {} final where {} order by packets desc "
      "limit {})",
      of.table, internal::all_of(conditions), asked.rows + 1);
  std::uint64_t least = 0;
  KIZASHI_TRY(internal::ask_rows(in, sql, asked.ask,
                                 [&](native_row const& row) { least = row.number(0); }));
  conditions.push_back(fmt::format("packets >= {}", least));
  conditions.push_back(fmt::format("({0}) in (select {0} from {1} where {2})", of.found_by,
                                   of.table, internal::all_of(conditions)));
  return {};
}

/// Asks for one row more than wanted: it says whether there is a next page.
template <class Row, class Read, class Key>
auto ask_page(engine& in, page_request const& asked, listing const& of,
              std::vector<std::string> conditions, Read read, Key key_of) -> result<page<Row>> {
  KIZASHI_TRY(auto after, internal::behind(of.key, asked.after, asked.is_newest_first));
  conditions.push_back(std::move(after));
  conditions.push_back(asked.conditions.ipv4);
  auto const begin = of.key.front().name;
  KIZASHI_TRY(auto steps,
              internal::time_steps::of(in, asked, {of.table}, begin, of.least, of.unit));
  page<Row> out;
  for (auto step = steps.next(); step && out.rows.size() <= asked.rows; step = steps.next()) {
    auto within = conditions;
    within.push_back(fmt::format("{0} >= {1} and {0} < {2}", begin, step->from, step->to));
    if (asked.is_largest_first) KIZASHI_TRY(keep_largest(in, asked, of, within));
    auto const sql = fmt::format(
        "select {} from {} final where {} order by {}{} limit {}", of.columns, of.table,
        internal::all_of(within), asked.is_largest_first ? "packets desc, " : "",
        internal::order_of(of.key, asked.is_newest_first), asked.rows + 1 - out.rows.size());
    KIZASHI_TRY(internal::ask_rows(in, sql, asked.ask,
                                   [&](native_row const& row) { out.rows.push_back(read(row)); }));
  }
  if (out.rows.size() <= asked.rows) return out;
  out.rows.pop_back();
  if (!out.rows.empty() && !asked.is_largest_first) out.next = key_of(out.rows.back());
  return out;
}

auto is_set(native_row const& row, std::size_t column) -> bool {
  return row.number(column) != 0;
}

auto read_event(native_row const& row) -> listed_event {
  listed_event is;
  is.source = internal::narrowed(row.source(0));
  is.first = internal::time_of_microseconds(row.number(1));
  is.last = internal::time_of_microseconds(row.number(2));
  is.sensor = row.narrow<std::uint16_t>(3);
  is.type = row.narrow<std::uint8_t>(4);
  is.traffic_class = row.narrow<std::uint8_t>(5);
  is.pattern = row.narrow<std::uint8_t>(6);
  is.port = row.narrow<std::uint16_t>(7);
  is.ports = row.narrow<std::uint32_t>(8);
  is.packets = row.number(9);
  is.bytes = row.number(10);
  is.destinations = row.number(11);
  is.is_exact = is_set(row, 12);
  is.fingerprints = row.number(13);
  is.tools = row.number(14);
  is.scanner = row.narrow<std::uint16_t>(15);
  is.is_spoofable = is_set(row, 16);
  is.is_ongoing = is_set(row, 17);
  is.is_cut = is_set(row, 18);
  return is;
}

auto read_ports(native_row const& row, std::size_t column)
    -> std::vector<telescope::attacked_port> {
  std::vector<telescope::attacked_port> out;
  auto const at = [&](std::size_t which, std::size_t i) {
    auto const& list = row.column(column + which);
    auto const [begin, end] = list.list_at(row.row());
    return begin + i < end ? list.elements().unsigned_at(begin + i) : 0;
  };
  auto const [begin, end] = row.column(column).list_at(row.row());
  for (std::size_t i = 0; i < end - begin; ++i)
    out.push_back(
        {static_cast<std::uint8_t>(at(0, i)), static_cast<std::uint16_t>(at(1, i)), at(2, i)});
  return out;
}

auto victim_of(native_row const& row) -> net::prefix {
  auto const wide = row.source(0);
  auto const narrow = internal::narrowed(wide);
  auto const length = row.narrow<unsigned>(1);
  if (narrow.is_ipv6()) return {narrow, std::min(length, 128U)};
  return {narrow, length < 96 ? 0U : std::min(length, 128U) - 96};
}

auto read_attack(native_row const& row) -> listed_attack {
  listed_attack is;
  is.victim = victim_of(row);
  is.first = internal::time_of_microseconds(row.number(2));
  is.last = internal::time_of_microseconds(row.number(3));
  is.sensor = row.narrow<std::uint16_t>(4);
  is.victims = row.narrow<std::uint32_t>(5);
  is.packets = row.number(6);
  is.bytes = row.number(7);
  is.most_per_minute = row.number(8);
  is.spoofed_sources = row.number(9);
  is.ports = read_ports(row, 10);
  is.port_count = row.narrow<std::uint32_t>(13);
  is.has_exact_ports = is_set(row, 14);
  is.synack = row.number(15);
  is.rst = row.number(16);
  is.icmp = row.number(17);
  is.udp = row.number(18);
  is.uniformity = row.column(19).real_at(row.row());
  is.scaling = row.narrow<std::uint8_t>(20);
  is.attack_rate = row.column(21).real_at(row.row());
  is.is_ongoing = is_set(row, 22);
  is.is_cut = is_set(row, 23);
  return is;
}

auto time_of_seconds(std::uint64_t seconds) -> timestamp {
  return seconds == 0 ? timestamp::unknown()
                      : timestamp{static_cast<std::int64_t>(seconds) * 1'000'000'000};
}

auto read_window(native_row const& row) -> listed_window {
  listed_window is;
  is.start = time_of_seconds(row.number(0));
  is.length = std::chrono::seconds{row.number(1)};
  is.sensor = row.narrow<std::uint16_t>(2);
  is.epoch = row.number(3);
  is.packets = row.number(4);
  is.bytes = row.number(5);
  is.sources = row.number(6);
  is.destinations = row.number(7);
  is.ports = row.narrow<std::uint32_t>(8);
  return is;
}

auto seconds_of(timestamp time) -> std::uint64_t {
  return time.is_known() ? static_cast<std::uint64_t>(time.nanoseconds()) / 1'000'000'000 : 0;
}

}  // namespace

auto list_events(engine& in, page_request const& asked) -> result<page<listed_event>> {
  static constexpr key_column key[] = {{"first"}, {"src", 2}, {"sensor"}, {"type"},
                                       {"port"},  {"ports"},  {"class"}};
  auto const key_of = [](listed_event const& of) {
    std::vector<std::uint64_t> out{internal::microseconds_of(of.first)};
    append_words(out, internal::widened(of.source));
    out.insert(out.end(), {of.sensor, of.type, of.port, of.ports, of.traffic_class});
    return out;
  };
  return ask_page<listed_event>(
      in, asked,
      {"src, first, last, sensor, type, class, pattern, port, ports, packets, bytes, destinations, "
       "destinations_exact, fingerprints, tools, scanner, spoofable, ongoing, cut",
       "events", "src, first", key},
      {internal::in_sensors(asked.filter), internal::going_on(asked.filter),
       internal::from_widened(asked.filter.sources, "src")},
      read_event, key_of);
}

auto list_attacks(engine& in, page_request const& asked) -> result<page<listed_attack>> {
  static constexpr key_column key[] = {{"first"}, {"victim", 2}, {"prefix_length"}, {"sensor"}};
  auto const key_of = [](listed_attack const& of) {
    std::vector<std::uint64_t> out{internal::microseconds_of(of.first)};
    append_words(out, internal::widened(of.victim.first()));
    out.push_back(of.victim.length() + (of.victim.first().is_ipv6() ? 0U : 96U));
    out.push_back(of.sensor);
    return out;
  };
  return ask_page<listed_attack>(
      in, asked,
      {"victim, prefix_length, first, last, sensor, victims, packets, bytes, most_per_minute, "
       "spoofed_sources, port_protocols, port_numbers, port_packets, ports, ports_exact, synack, "
       "rst, "
       "icmp, udp, uniformity, scaling, attack_rate, ongoing, cut",
       "attacks", "victim, first", key},
      {internal::in_sensors(asked.filter), internal::going_on(asked.filter),
       internal::from_widened(asked.filter.sources, "victim")},
      read_attack, key_of);
}

auto list_windows(engine& in, page_request const& asked) -> result<page<listed_window>> {
  if (!asked.filter.sources.empty())
    return fail(errc::permission,
                "windows count all sources together; ask for statistics by hour instead");
  static constexpr key_column key[] = {{"start"}, {"sensor"}, {"epoch"}, {"seconds"}};
  auto const key_of = [](listed_window const& of) {
    auto const length = std::chrono::duration_cast<std::chrono::seconds>(of.length).count();
    return std::vector<std::uint64_t>{seconds_of(of.start), of.sensor, of.epoch,
                                      static_cast<std::uint64_t>(length)};
  };
  std::vector<std::string> conditions{internal::in_sensors(asked.filter)};
  if (asked.filter.from.is_known())
    conditions.push_back(fmt::format("start >= {}", seconds_of(asked.filter.from)));
  if (asked.filter.to.is_known())
    conditions.push_back(fmt::format("start < {}", seconds_of(asked.filter.to)));
  return ask_page<listed_window>(
      in, asked,
      {"start, seconds, sensor, epoch, packets, bytes, sources, destinations, ports", "windows",
       "start", key, seconds_of(asked.filter.from), 1'000'000},
      std::move(conditions), read_window, key_of);
}

}  // namespace kizashi::store
