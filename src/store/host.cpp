#include "kizashi/store/host.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;

auto condition_of(net::prefix const& who) -> std::string {
  auto const first = internal::address_literal(who.first());
  if (who.first() == who.last() && who.first() != net::address{})
    return fmt::format("src = {}", first);
  auto where = fmt::format("src >= {} and src <= {}", first, internal::address_literal(who.last()));
  // Packets without IP have source 0 and protocol 0.
  if (who.first() == net::address{}) where += " and not (src = 0 and protocol = 0)";
  return where;
}

constexpr std::uint64_t second = 1'000'000;  // in microseconds

using internal::narrowed;
using internal::widened;

/// Which events: those that were going on within the times of the filter.
auto event_condition(net::prefix const& who, packet_filter const& filter) -> std::string {
  auto where =
      fmt::format("src >= {} and src <= {}", internal::address_literal(widened(who.first())),
                  internal::address_literal(widened(who.last())));
  if (!filter.sensors.empty())
    where += fmt::format(" and sensor in ({})", fmt::join(filter.sensors, ","));
  if (filter.from.is_known())
    where += fmt::format(" and last >= {}", filter.from.nanoseconds() / 1000);
  if (filter.to.is_known()) where += fmt::format(" and first < {}", filter.to.nanoseconds() / 1000);
  if (filter.events_where)
    where += fmt::format(" and {}", filter.events_where->condition(stored_table::events));
  return where;
}

auto known_time(std::uint64_t microseconds) -> timestamp {
  return microseconds == 0 ? timestamp::unknown()
                           : timestamp{static_cast<std::int64_t>(microseconds) * 1000};
}

/// Adds rows up by their key.
class row_sums {
public:
  void add(statistics_key const& key, std::uint64_t packets, std::uint64_t bytes) {
    auto& row = rows_[key];
    row.key = key;
    row.packets += packets;
    row.bytes += bytes;
  }
  [[nodiscard]] auto by_key() const -> std::vector<statistics_row> {
    std::vector<statistics_row> out;
    for (auto const& each : rows_) out.push_back(each.second);
    return out;
  }
  [[nodiscard]] auto by_packets() const -> std::vector<statistics_row> {
    auto out = by_key();
    std::ranges::stable_sort(out, std::greater{}, &statistics_row::packets);
    return out;
  }

private:
  std::map<statistics_key, statistics_row> rows_;
};

class kind_sums {
public:
  void add(std::size_t number, std::uint64_t packets) { sums_[number] += packets; }
  [[nodiscard]] auto by_packets() const -> std::vector<kind_count> {
    std::vector<kind_count> out;
    for (auto const& [number, packets] : sums_)
      out.push_back({static_cast<std::uint16_t>(number), packets});
    std::ranges::stable_sort(out, std::greater{}, &kind_count::packets);
    return out;
  }

private:
  std::map<std::size_t, std::uint64_t> sums_;
};

/// Fills a profile, one question for each of its parts.
class profiling {
public:
  profiling(engine& in, net::prefix const& who, packet_filter const& filter,
            count_options const& options)
      : in_{in},
        filter_{filter},
        options_{options},
        where_{condition_of(who)},
        events_{event_condition(who, filter)},
        family_{who.first().is_ipv6() ? family::ipv6 : family::ipv4} {}

  /// When and by whom it was seen. Nothing more is known of what was not.
  [[nodiscard]] auto read_activity(host_profile& out) -> status;
  [[nodiscard]] auto read_reach(host_profile& out) -> status;
  [[nodiscard]] auto read_ports(host_profile& out) -> status;
  [[nodiscard]] auto read_places(host_profile& out) -> status;
  [[nodiscard]] auto read_tags(host_profile& out) -> status;
  [[nodiscard]] auto read_busiest(host_profile& out) -> status;
  [[nodiscard]] auto read_events(host_profile& out) -> status;

private:
  template <class Use>
  [[nodiscard]] auto ask(std::string const& sql, Use use) -> status {
    return internal::ask_rows(in_, sql, options_.ask, use);
  }
  [[nodiscard]] auto rows(std::vector<std::string_view> const& columns) const -> std::string {
    return internal::source_rows(filter_, family_, columns, where_);
  }
  [[nodiscard]] auto tuples(std::string_view columns) const -> std::string {
    return internal::tuple_rows(filter_, family_, columns, where_);
  }

  engine& in_;
  packet_filter const& filter_;
  count_options const& options_;
  std::string where_;
  std::string events_;
  family family_;
};

auto profiling::read_activity(host_profile& out) -> status {
  row_sums hours, days, sensors;
  KIZASHI_TRY(ask(fmt::format("select hour, sensor, sum(packets), sum(bytes) from ({}) group by "
                              "hour, sensor order by hour, sensor",
                              rows({"hour", "sensor", "packets", "bytes"})),
                  [&](native_row const& row) {
                    auto const hour = row.narrow<std::uint32_t>(0);
                    auto const sensor = row.narrow<std::uint16_t>(1);
                    auto const packets = row.number(2), bytes = row.number(3);
                    out.packets += packets;
                    out.bytes += bytes;
                    hours.add({.time = hour}, packets, bytes);
                    days.add({.time = hour / 86400 * 86400}, packets, bytes);
                    sensors.add({.sensor = sensor}, packets, bytes);
                  }));
  out.hours = hours.by_key();
  out.days = days.by_key();
  out.sensors = sensors.by_packets();
  return {};
}

auto profiling::read_reach(host_profile& out) -> status {
  KIZASHI_TRY(ask(tuples("uniqExact(src), uniqExact(dst), minIf(minute, minute > 0), maxIf(minute, "
                         "minute > 0)"),
                  [&](native_row const& row) {
                    out.sources = row.number(0);
                    out.destinations = row.number(1);
                    out.first = known_time(row.number(2) * second);
                    out.last = known_time(row.number(3) * second);
                  }));
  // To the microsecond where the packets are there.
  auto const is_within = [](timestamp time, timestamp minute) {
    return time >= minute && time - minute < std::chrono::minutes{1};
  };
  return ask(
      internal::packet_rows(filter_, family_, "minIf(ts, ts > 0), maxIf(ts, ts > 0)", where_),
      [&](native_row const& row) {
        auto const first = known_time(row.number(0)), last = known_time(row.number(1));
        if (is_within(first, out.first)) out.first = first;
        if (is_within(last, out.last)) out.last = last;
      });
}

auto profiling::read_ports(host_profile& out) -> status {
  row_sums protocols;
  KIZASHI_TRY(
      ask(fmt::format("select protocol, port, has_port, sum(packets) as n, sum(bytes), "
                      "uniqExact(src) from ({}) group by protocol, port, has_port order by n desc, "
                      "protocol, port, has_port",
                      rows({"protocol", "port", "has_port", "src", "packets", "bytes"})),
          [&](native_row const& row) {
            auto const protocol = row.narrow<std::uint8_t>(0);
            bool const has_port = row.number(2) != 0;
            statistics_row const is{{.ip_protocol = protocol, .port = row.narrow<std::uint16_t>(1)},
                                    row.number(3),
                                    row.number(4),
                                    row.number(5)};
            protocols.add({.ip_protocol = protocol}, is.packets, is.bytes);
            if (has_port && (protocol == net::protocol::tcp || protocol == net::protocol::udp))
              out.ports.push_back(is);
          }));
  out.protocols = protocols.by_packets();
  return {};
}

auto profiling::read_places(host_profile& out) -> status {
  row_sums countries, systems;
  KIZASHI_TRY(ask(fmt::format("select country, asn, sum(packets), sum(bytes) from ({}) group by "
                              "country, asn order by country, asn",
                              rows({"country", "asn", "packets", "bytes"})),
                  [&](native_row const& row) {
                    countries.add({.country = row.country(0)}, row.number(2), row.number(3));
                    systems.add({.asn = recognise::asn{row.narrow<std::uint32_t>(1)}},
                                row.number(2), row.number(3));
                  }));
  out.countries = countries.by_packets();
  out.systems = systems.by_packets();
  return {};
}

auto profiling::read_tags(host_profile& out) -> status {
  kind_sums types, classes, scanners, fingerprints;
  KIZASHI_TRY(ask(tuples("type, class, scanner, fingerprints, sum(packets)") +
                      " group by type, class, scanner, fingerprints order by type, class, scanner, "
                      "fingerprints",
                  [&](native_row const& row) {
                    auto const packets = row.number(4);
                    types.add(row.number(0), packets);
                    classes.add(row.number(1), packets);
                    if (row.number(2) != 0) scanners.add(row.number(2), packets);
                    for (auto rest = row.number(3); rest != 0; rest &= rest - 1)
                      fingerprints.add(static_cast<std::size_t>(std::countr_zero(rest)) + 1,
                                       packets);
                  }));
  out.types = types.by_packets();
  out.classes = classes.by_packets();
  out.scanners = scanners.by_packets();
  out.fingerprints = fingerprints.by_packets();
  return {};
}

auto profiling::read_busiest(host_profile& out) -> status {
  auto const limit = options_.top > 0 ? fmt::format(" limit {}", options_.top) : std::string{};
  return ask(
      fmt::format("select src, sum(packets) as n, sum(bytes) from ({}) group by src order by n "
                  "desc, src{}",
                  rows({"src", "packets", "bytes"}), limit),
      [&](native_row const& row) {
        out.busiest.push_back({{.source = row.source(0)}, row.number(1), row.number(2), 1});
      });
}

auto profiling::read_events(host_profile& out) -> status {
  if (filter_.where && !filter_.events_where) return {};
  KIZASHI_TRY(ask(fmt::format("select count() from events final where {}", events_),
                  [&](native_row const& row) { out.event_count = row.number(0); }));
  auto const limit = options_.top > 0 ? fmt::format(" limit {}", options_.top) : std::string{};
  return ask(fmt::format("select src, first, last, type, class, pattern, port, ports, packets, "
                         "destinations, destinations_exact, tools, ongoing from events final where "
                         "{} order by last desc, first desc, src, type, port, class{}",
                         events_, limit),
             [&](native_row const& row) {
               stored_event is;
               is.source = narrowed(row.source(0));
               is.first = known_time(row.number(1));
               is.last = known_time(row.number(2));
               is.type = row.narrow<std::uint8_t>(3);
               is.traffic_class = row.narrow<std::uint8_t>(4);
               is.pattern = row.narrow<std::uint8_t>(5);
               is.port = row.narrow<std::uint16_t>(6);
               is.ports = row.narrow<std::uint32_t>(7);
               is.packets = row.number(8);
               is.destinations = row.number(9);
               is.is_exact = row.number(10) != 0;
               is.tools = row.number(11);
               is.is_ongoing = row.number(12) != 0;
               out.events.push_back(is);
             });
}

}  // namespace

auto profile_of(engine& in, net::prefix const& who, packet_filter const& filter,
                count_options const& options) -> result<host_profile> {
  host_profile out;
  profiling of{in, who, filter, options};
  KIZASHI_TRY(of.read_activity(out));
  if (out.packets == 0) return out;
  KIZASHI_TRY(of.read_reach(out));
  KIZASHI_TRY(of.read_ports(out));
  KIZASHI_TRY(of.read_places(out));
  KIZASHI_TRY(of.read_tags(out));
  if (who.first() != who.last()) KIZASHI_TRY(of.read_busiest(out));
  KIZASHI_TRY(of.read_events(out));
  return out;
}

}  // namespace kizashi::store
