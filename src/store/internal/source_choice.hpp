// Which sources a picture of many shows: those with most packets, with most ports, or the newest.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/store/behaviours.hpp"

namespace kizashi::store::internal {

struct chosen_source {
  net::address source;
  std::uint64_t key = 0;  ///< what it was chosen for: packets, ports, its first hour
};

struct source_choice {
  std::vector<chosen_source> sources;  ///< the largest key first, then by address
  std::uint64_t total = 0;             ///< sources that there are to choose from
  bool is_total_exact = true;          ///< false: from sketches, within about 1 %
};

/// At most `limit` sources of the packets that `filter` lets through, whose times are known.
/// Chooses as a question for a row of each source would, and asks less: of ports, only sources that
/// have as many packets as the last one chosen has ports are looked at; newcomers are looked for
/// from the end of the time on, until there are enough.
[[nodiscard]] auto choose_sources(engine& in, packet_filter const& filter, tile_order order,
                                  std::size_t limit, ask_settings const& ask)
    -> result<source_choice>;

}  // namespace kizashi::store::internal
