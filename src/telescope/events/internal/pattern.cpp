#include "kizashi/telescope/events/internal/pattern.hpp"

#include <cmath>

namespace kizashi::telescope::internal {
namespace {

/// The timeout is ln(1000) times the mean gap that a scanner of all of IPv4 at 100 packets/s leaves
/// here. A slow scan leaves longer ones, and has gone on for a while.
auto is_slow(scan_event const& event, duration timeout) noexcept -> bool {
  constexpr double timeouts_of_a_slow_scan = 4;
  auto const length = static_cast<double>((event.last - event.first).count());
  auto const mean_gap = length / static_cast<double>(event.packets - 1);
  auto const limit = static_cast<double>(timeout.count());
  return length >= timeouts_of_a_slow_scan * limit && mean_gap > limit / std::log(1000.0);
}

auto pattern_of(scan_event const& event, pattern_input const& with) noexcept -> scan_pattern {
  bool const has_many_ports = event.ports > 1 || with.is_wide;
  if (event.destinations.count >= many_destinations) {
    if (has_many_ports) return scan_pattern::block;
    return is_slow(event, with.timeout) ? scan_pattern::slow : scan_pattern::horizontal;
  }
  return has_many_ports ? scan_pattern::vertical : scan_pattern::single;
}

/// Somebody who sends again and again to one or two addresses is looking for them, not for what is
/// there: a wrong setting, a stale name, a typing error. In a telescope of a handful of addresses a
/// scanner looks the same.
auto is_misconfiguration(scan_event const& event, pattern_input const& with) noexcept -> bool {
  using recognise::traffic_class;
  constexpr std::uint64_t least_packets = 10, most_destinations = 2, least_addresses = 8;
  bool const is_plain = event.traffic_class == traffic_class::scan ||
                        event.traffic_class == traffic_class::amplifier_probe;
  bool const is_known = event.tools != 0 || event.scanner != 0;
  bool const is_large = with.darknet_addresses == 0 || with.darknet_addresses >= least_addresses;
  return is_plain && !is_known && is_large && event.pattern == scan_pattern::single &&
         event.packets >= least_packets && event.destinations.count <= most_destinations;
}

}  // namespace

void judge_event(scan_event& event, pattern_input const& with) noexcept {
  event.pattern = pattern_of(event, with);
  if (is_misconfiguration(event, with))
    event.traffic_class = recognise::traffic_class::misconfiguration;
}

}  // namespace kizashi::telescope::internal
