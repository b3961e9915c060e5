// Numbers about what a store holds, by port, source, place, tag or time. They come from the
// rollups, whole hours that were counted when the packets were stored; where a time cuts an hour,
// that part of it is counted from the packets themselves. So every answer is of exactly the time
// that was asked for.
//
//   KIZASHI_TRY(auto const ports, count_by(engine, {}, group_by::port, {.top = 10}));
//   for (auto const& row : ports.rows) use(row.key.port, row.packets);
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/filter_sql.hpp"

namespace kizashi::store {

/// Which packets a question is about. With one of the times given, packets without a time are not
/// among them; the tables keep those in 1970's first hour, and its packets count as such.
struct packet_filter {
  std::vector<std::uint16_t> sensors;     ///< numbers of the table `names`; none: all
  timestamp from = timestamp::unknown();  ///< a whole minute; unknown: from the first on
  timestamp to = timestamp::unknown();    ///< likewise, not included; unknown: to the last
  /// Of packets; null: all. It decides which tables are asked.
  std::shared_ptr<stored_filter const> where = nullptr;
  /// The same of scan events; null where `where` is set: no event is told.
  std::shared_ptr<stored_filter const> events_where = nullptr;
  /// Only packets from these; none: from everywhere. Then packets without IP are not among them,
  /// and numbers of sources are exact: they come from tables with a row for each source.
  std::vector<net::prefix> sources;
};

/// What each question of a function may cost, and what stops it (`question::wants_stop`).
struct ask_settings {
  ask_limits limits;
  std::function<bool()> wants_stop = nullptr;
};

enum class group_by : std::uint8_t {
  port,
  source,
  country,
  as,
  protocol,
  hour,
  day,
  sensor,
  tool,           ///< fingerprint; a packet that has several is in the row of each
  traffic_class,  ///< `recognise::traffic_class`
  scanner,        ///< known scanner
  minute,
};
[[nodiscard]] constexpr auto is_in_time(group_by by) noexcept -> bool {
  return by == group_by::minute || by == group_by::hour || by == group_by::day;
}

/// What a row is about: the members that its `group_by` names; `port` has `ip_protocol` too.
struct statistics_key {
  std::uint32_t time = 0;  ///< begin of the minute, hour or day, seconds since 1970; 0: none
  std::uint16_t sensor = 0;
  std::uint8_t ip_protocol = 0;  ///< as the IP header says; 0: packets without IP
  std::uint16_t port = 0;
  std::uint16_t tag = 0;  ///< number of `names`, or a class; of tools and scanners 0: none
  recognise::country_code country{};
  recognise::asn asn{};
  net::address source{};
  friend auto operator<=>(statistics_key const&, statistics_key const&) noexcept = default;
};

struct statistics_row {
  statistics_key key;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;    ///< of the frames on the wire
  std::uint64_t sources = 0;  ///< different addresses
};

/// Minutes have numbers of sources where their span has at most so many packets: these are counted
/// one tuple after another.
inline constexpr std::uint64_t most_packets_of_minutes = 20'000'000;

struct statistics {
  /// Minutes, hours and days in the order of time, all others with most packets first.
  std::vector<statistics_row> rows;
  std::size_t all_rows = 0;  ///< before they were cut to `top`; of sources not counted: `rows`
  bool has_sources = true;   ///< false: of these minutes they were not counted
};

struct statistics_totals {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sources = 0;
  timestamp first;         ///< begin of the first minute with packets; unknown: none has a time
  timestamp last;          ///< begin of the last
  std::uint64_t days = 0;  ///< with packets
  std::vector<std::uint16_t> sensors;  ///< ascending
};

struct count_options {
  std::size_t top = 0;  ///< rows with most packets; 0: all
  /// Numbers of different sources by the rollups' sketches: exact for a thousand, within about 1 %
  /// for more. True: exact, from a table that has a row for each source, hour and port.
  bool has_exact_sources = false;
  /// Only rows with these keys, where there are at most a thousand; else other rows come as well.
  std::vector<statistics_key> keys;
  ask_settings ask;
};

/// Rows of the packets that `filter` lets through. Ports are those of TCP and UDP; sources are the
/// addresses of packets with IP. Memory: all rows but those of sources.
[[nodiscard]] auto count_by(engine& in, packet_filter const& filter, group_by by,
                            count_options const& options) -> result<statistics>;
[[nodiscard]] auto count_all(engine& in, packet_filter const& filter, count_options const& options)
    -> result<statistics_totals>;

struct brief_totals {
  std::uint64_t packets = 0;
  std::uint64_t sources = 0;
};
/// The two numbers of `count_all` that cost least.
[[nodiscard]] auto count_brief(engine& in, packet_filter const& filter,
                               count_options const& options) -> result<brief_totals>;

/// From what an answer is counted, the quickest first.
enum class row_origin : std::uint8_t {
  rollups,  ///< counts by hour and day (and tuples where a time cuts an hour)
  tuples,   ///< counts of like packets by minute: slower
  packets,  ///< slowest
};
/// From what `count_by` counts its rows. Without `by`: totals.
[[nodiscard]] auto origin_of(packet_filter const& filter, std::optional<group_by> by) -> row_origin;

/// What the numbers of a kind ("sensor", "scanner", "fingerprint") stand for.
[[nodiscard]] auto stored_names(engine& in, std::string_view kind, ask_settings const& ask)
    -> result<std::map<std::uint16_t, std::string>>;

}  // namespace kizashi::store
