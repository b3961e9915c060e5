// Which part of what was seen somebody may see: all of it, or what concerns some prefixes and some
// sensors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::access {

/// A row is in reach when its sensor and its address both are. Absent: all; empty: none.
struct reach {
  std::optional<std::vector<net::prefix>> prefixes;
  std::optional<std::vector<std::string>> sensors;

  [[nodiscard]] auto is_everything() const noexcept -> bool { return !prefixes && !sensors; }
  [[nodiscard]] auto has(net::address where) const -> bool;
  [[nodiscard]] auto has_sensor(std::string_view sensor) const -> bool;
  friend auto operator==(reach const&, reach const&) -> bool = default;
};

/// What is in both.
[[nodiscard]] auto intersect(reach const& a, reach const& b) -> reach;
/// Whether nothing of `inner` is outside of `outer`; the failure names the first thing that is.
[[nodiscard]] auto check_within(reach const& inner, reach const& outer) -> status;

/// Reads prefixes and names of sensors as people give them; duplicates go, the rest is sorted.
/// A list that is not given (empty) means all. Fails on what is no prefix or no name of a sensor
/// (1 to 64 characters without spaces, commas and control characters).
[[nodiscard]] auto parse_reach(std::span<std::string const> prefixes,
                               std::span<std::string const> sensors) -> result<reach>;

/// "192.0.2.0/24, 2001:db8::/32", "all", "none".
[[nodiscard]] auto describe_prefixes(reach const& what) -> std::string;
[[nodiscard]] auto describe_sensors(reach const& what) -> std::string;

}  // namespace kizashi::access
