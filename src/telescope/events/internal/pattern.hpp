// What an event amounts to as a whole: its pattern, and whether it is a misconfiguration.
// docs/events.md gives the reasons for the numbers.
#pragma once

#include <cstdint>

#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::telescope::internal {

/// The least number of destinations of a scan of many addresses (ORION's rule for its events).
inline constexpr std::uint64_t many_destinations = 10;
/// Open ports of one type at one time that make a source's events vertical or block.
inline constexpr std::size_t many_ports = 10;
/// The most ports of one type that are followed one by one.
inline constexpr std::size_t most_ports_each = 32;

struct pattern_input {
  bool is_wide = false;  ///< was open together with `many_ports` of its source
  duration timeout{};
  std::uint64_t darknet_addresses = 0;  ///< 0: not known
};

/// Fills `pattern` and, where the rule says so, changes `traffic_class` to misconfiguration. All
/// other members are there.
void judge_event(scan_event& event, pattern_input const& with) noexcept;

}  // namespace kizashi::telescope::internal
