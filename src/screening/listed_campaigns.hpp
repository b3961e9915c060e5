// Campaigns among sources that a store has listed: the same grouping as `analysis`, from what is
// kept of scan events.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kizashi/recognise/place.hpp"
#include "kizashi/screening/conclusions.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::screening {

/// A source and what is known of it without its packets.
struct listed_source {
  telescope::source_profile profile;  ///< without evidence: the tool stands beside it
  std::uint8_t tool = 0;              ///< a number from 1; 0: none
};

struct listed_campaign {
  campaign_row row;
  std::vector<net::address> members;  ///< ascending
};

/// Groups as docs/campaigns.md has them, by descending packets. Sources with fewer than five
/// packets are in none. `tool_name`: of a `listed_source::tool`. `places` may be null.
[[nodiscard]] auto campaigns_among(std::vector<listed_source> sources,
                                   std::function<std::string(std::uint8_t)> const& tool_name,
                                   recognise::place_table const* places)
    -> std::vector<listed_campaign>;

}  // namespace kizashi::screening
