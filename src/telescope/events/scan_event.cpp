#include "kizashi/telescope/events/scan_event.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

namespace kizashi::telescope {

auto name_of(scan_pattern pattern) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 6> names{"single", "horizontal", "vertical",
                                                  "block",  "slow",       "coordinated"};
  return names[static_cast<std::size_t>(pattern)];
}

auto rate_of(scan_event const& event) noexcept -> double {
  if (event.last <= event.first) return 0;
  return static_cast<double>(event.packets) /
         std::chrono::duration<double>{event.last - event.first}.count();
}

auto is_earlier(scan_event const& a, scan_event const& b) noexcept -> bool {
  if (a.last != b.last) return a.last < b.last;
  auto const rest_of = [](scan_event const& each) {
    return std::tuple{each.first, each.source, each.type,
                      each.port,  each.ports,  each.traffic_class};
  };
  return rest_of(a) < rest_of(b);
}

auto order_of(std::span<scan_event const> events) -> std::vector<std::uint32_t> {
  // Events are large: most times say enough.
  std::vector<std::pair<timestamp, std::uint32_t>> order;
  order.reserve(events.size());
  for (std::uint32_t i = 0; i < events.size(); ++i) order.emplace_back(events[i].last, i);
  std::ranges::sort(order, [&](auto const& a, auto const& b) {
    if (a.first != b.first) return a.first < b.first;
    return is_earlier(events[a.second], events[b.second]);
  });
  std::vector<std::uint32_t> numbers;
  numbers.reserve(events.size());
  for (auto const& each : order) numbers.push_back(each.second);
  return numbers;
}

void sort_events(std::vector<scan_event>& events) {
  std::vector<scan_event> sorted;
  sorted.reserve(events.size());
  for (auto const number : order_of(events)) sorted.push_back(events[number]);
  events = std::move(sorted);
}

auto event_timeout(std::uint64_t addresses) noexcept -> duration {
  constexpr std::uint64_t orion = 475'136;
  constexpr double packets_per_second = 100, ipv4_addresses = 4'294'967'296.0;
  auto const size = static_cast<double>(addresses == 0 ? orion : addresses);
  auto const seconds = std::round(std::log(1000.0) * ipv4_addresses / (packets_per_second * size));
  return std::chrono::seconds{static_cast<std::int64_t>(std::clamp(seconds, 60.0, 86400.0))};
}

}  // namespace kizashi::telescope
