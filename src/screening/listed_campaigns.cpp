#include "kizashi/screening/listed_campaigns.hpp"

#include <algorithm>

#include "kizashi/screening/internal/campaigns.hpp"

namespace kizashi::screening {
namespace {

/// As in `analysis_options`.
constexpr std::uint64_t least_listed_packets = 5;
/// Of a verdict that was stored: how sure it was is not kept.
constexpr float stored_confidence = 0.9F;

}  // namespace

auto campaigns_among(std::vector<listed_source> sources,
                     std::function<std::string(std::uint8_t)> const& tool_name,
                     recognise::place_table const* places) -> std::vector<listed_campaign> {
  std::erase_if(sources, [](listed_source const& each) {
    return each.profile.packets < least_listed_packets;
  });
  std::ranges::sort(sources, {}, [](listed_source const& each) { return each.profile.address; });
  std::vector<internal::source_record> records;
  for (auto const& each : sources) {
    auto made = internal::make_record(each.profile);
    made.tool = each.tool;
    made.confidence = each.tool == 0 ? 0 : stored_confidence;
    records.push_back(made);
  }
  internal::campaign_options options;
  options.tool_name = [&](std::uint8_t entry) {
    return tool_name(static_cast<std::uint8_t>(entry + 1));
  };
  options.places = places;
  std::vector<listed_campaign> out;
  for (auto& row : internal::find_campaigns(records, options)) out.push_back({std::move(row), {}});
  for (auto const& each : records)
    if (each.campaign >= 0)
      out[static_cast<std::size_t>(each.campaign)].members.push_back(each.address);
  return out;
}

}  // namespace kizashi::screening
