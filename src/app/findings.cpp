#include "kizashi/app/findings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kizashi::app {

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
