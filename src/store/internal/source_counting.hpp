// Statistics of packets from some prefixes alone: from the rollups that have a row for each source.
#pragma once

#include "kizashi/store/statistics.hpp"

namespace kizashi::store::internal {

/// As `count_by` and `count_all`, for a filter with sources.
[[nodiscard]] auto count_by_of_sources(engine& in, packet_filter const& filter, group_by by,
                                       count_options const& options) -> result<statistics>;
[[nodiscard]] auto count_all_of_sources(engine& in, packet_filter const& filter,
                                        count_options const& options) -> result<statistics_totals>;

/// "(src >= 1 and src <= 2 or ...)": the prefixes of one family; empty when there are none.
[[nodiscard]] auto in_prefixes(std::vector<net::prefix> const& sources, bool is_ipv6)
    -> std::string;
/// The same. Packets without IP, which have the address 0.0.0.0, are none of it.
[[nodiscard]] auto from_prefixes(std::vector<net::prefix> const& sources, bool is_ipv6)
    -> std::string;

}  // namespace kizashi::store::internal
