#include "kizashi/app/findings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kizashi::app {

coordinated_events::coordinated_events(std::vector<telescope::target_group> const& groups) {
  for (auto const& each : groups)
    groups_.emplace(key{each.type, each.port, each.quirk}, std::pair{each.first, each.last});
}

auto coordinated_events::pattern_of(telescope::scan_event const& event) const
    -> telescope::scan_pattern {
  if (groups_.empty() || event.samples == 0) return event.pattern;
  auto const quirk =
      event.type == recognise::packet_type::tcp_syn ? telescope::quirk_of(event.headers[0]) : 0U;
  auto const [begin, end] = groups_.equal_range(key{event.type, event.port, quirk});
  bool const is_of_one = std::any_of(begin, end, [&](auto const& group) {
    auto const& [first, last] = group.second;
    return first <= event.first && event.last <= last;
  });
  return is_of_one ? telescope::scan_pattern::coordinated : event.pattern;
}

auto tool_names(std::uint64_t mask, recognise::fingerprint_table const& table)
    -> std::vector<std::string> {
  std::vector<std::string> names;
  auto const entries = table.entries();
  for (std::size_t i = 0; i < entries.size(); ++i)
    if ((mask >> i & 1) != 0) names.push_back(entries[i].name);
  return names;
}

auto option_names(std::uint32_t options) -> std::string {
  constexpr std::array<std::string_view, 16> names{
      "",   "nop",   "mss",   "wscale", "sackok", "sack",  "other", "other",
      "ts", "other", "other", "other",  "other",  "other", "other", "malformed"};
  std::string text;
  for (; options != 0; options >>= 4) {
    if (!text.empty()) text += ',';
    text += names[options & 15];
  }
  return text;
}

auto coverage_of(telescope::scan_event const& event, std::uint64_t darknet_addresses) noexcept
    -> double {
  if (darknet_addresses == 0 || event.source.is_ipv6()) return 0;
  auto const share =
      static_cast<double>(event.destinations.count) / static_cast<double>(darknet_addresses);
  return std::min(share, 1.0);
}

}  // namespace kizashi::app
