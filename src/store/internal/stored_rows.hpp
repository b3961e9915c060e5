// The SQL of "all rows of this time and these sensors": rollups for whole hours, packets for the
// parts of hours at both ends, under the rollups' names of columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store::internal {

/// The end is not included.
struct stretch {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  friend auto operator==(stretch const&, stretch const&) -> bool = default;
};

/// The time of a filter.
struct time_split {
  bool is_all = false;         ///< no bound: everything, packets without a time too
  stretch hours;               ///< seconds, multiples of 3,600; empty where no hour is whole
  std::vector<stretch> edges;  ///< microseconds: what the hours leave; two at most

  /// Whether rollups are to be asked. When there is nothing at all, too: a question needs a table.
  [[nodiscard]] auto has_hours() const noexcept -> bool {
    return is_all || hours.from < hours.to || edges.empty();
  }
};
[[nodiscard]] auto split_time(packet_filter const& filter) -> time_split;

enum class family : std::uint8_t { ipv4, ipv6 };

/// "src" as a literal.
[[nodiscard]] auto address_literal(net::address a) -> std::string;

/// Which rows, beside the filter: a condition on columns that all tables have.
using condition = std::string_view;

/// "select COLUMNS from ...": rows of (hour, sensor, src, protocol, port, country, asn) with
/// packets and bytes. `columns` are any of these.
[[nodiscard]] auto source_rows(packet_filter const& filter, family of,
                               std::vector<std::string_view> const& columns, condition where)
    -> std::string;

/// The tables of states.
enum class state_table : std::uint8_t { port, place };

/// "select KEYS, VALUES from ...": rows with states of packets, bytes and sources. `keys` are of
/// hour, sensor and protocol, port or country, asn; `values` are of packets, bytes, sources.
[[nodiscard]] auto state_rows(packet_filter const& filter, state_table table,
                              std::vector<std::string_view> const& keys,
                              std::vector<std::string_view> const& values, condition where)
    -> std::string;

/// "select minute from ...": one row or more for each minute with packets.
[[nodiscard]] auto minute_rows(packet_filter const& filter) -> std::string;

/// "select COLUMNS from packets where ...": the packets themselves, for who names a range of
/// sources.
[[nodiscard]] auto packet_rows_sql(packet_filter const& filter, family of, std::string_view columns,
                                   condition where) -> std::string;

}  // namespace kizashi::store::internal
