// The SQL of "all rows of this time and these sensors": rollups of whole days and whole hours,
// tuples for the minutes at both ends, under the rollups' names of columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store::internal {

/// Seconds since 1970; the end is not included.
struct stretch {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  friend auto operator==(stretch const&, stretch const&) -> bool = default;
};

/// A filter's time, each part of it in the coarsest unit that has it whole.
struct time_split {
  bool is_all = false;  ///< no bound: everything, packets without a time too
  std::vector<stretch> days;
  std::vector<stretch> hours;
  std::vector<stretch> minutes;
};
/// `has_days`: whether there is a table by day; else hours take its part.
[[nodiscard]] auto split_time(packet_filter const& filter, bool has_days) -> time_split;

enum class family : std::uint8_t { ipv4, ipv6 };

/// "src" as a literal.
[[nodiscard]] auto address_literal(net::address a) -> std::string;
/// "src in (select ...)": those of one family, many of them; empty where there are none.
[[nodiscard]] auto in_family(std::vector<net::address> const& all, family of) -> std::string;

/// Which rows, beside the filter: a condition on `src` and columns that are asked for.
using condition = std::string_view;
using column_names = std::vector<std::string_view>;

/// "select COLUMNS from ...": rows of (day, hour, sensor, src, protocol, port, has_port, country,
/// asn) with packets and bytes. `columns` are any of these; without hour, protocol and port whole
/// days are quick. With minute, tool, fingerprints, class or scanner they are tuples.
[[nodiscard]] auto source_rows(packet_filter const& filter, family of, column_names const& columns,
                               condition where) -> std::string;

/// The tables of states.
enum class state_table : std::uint8_t { port, place, tag };

/// "select KEYS, VALUES from ...": rows with states of packets, bytes and sources. `keys` are of
/// day, hour, sensor and protocol, port, has_port or country, asn or tool, class, scanner; `values`
/// are of packets, bytes, sources. Without hour whole days are quick. Another table is asked where
/// it answers and the keys are of day, hour and sensor alone.
[[nodiscard]] auto state_rows(packet_filter const& filter, state_table table,
                              column_names const& keys, column_names const& values, condition where)
    -> std::string;

/// "select COLUMNS from ...": one row or more for each minute with packets. `columns` are of
/// minute, packets, bytes.
[[nodiscard]] auto minute_rows(packet_filter const& filter, std::string_view columns = "minute")
    -> std::string;

/// Whether the filter can be answered by `table`, or another one of states where `keys` are in all.
[[nodiscard]] auto table_of_states(packet_filter const& filter, state_table table,
                                   column_names const& keys, condition where)
    -> std::optional<state_table>;
[[nodiscard]] auto answers(packet_filter const& filter, stored_table table) -> bool;

/// "select COLUMNS from TABLE where ...": the tuples or the packets themselves, for who names a
/// range of sources.
[[nodiscard]] auto tuple_rows(packet_filter const& filter, family of, std::string_view columns,
                              condition where) -> std::string;
[[nodiscard]] auto packet_rows(packet_filter const& filter, family of, std::string_view columns,
                               condition where) -> std::string;

}  // namespace kizashi::store::internal
