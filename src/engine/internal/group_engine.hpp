// What the engines that look for groups of sources have in common: options, findings, shortage.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/engine/engine.hpp"
#include "kizashi/engine/internal/group_window.hpp"

namespace kizashi::engine::internal {

inline constexpr std::string_view group_modes[] = {"calibrated", "compatible"};
inline constexpr std::string_view group_sources[] = {"/16", "/24", "host"};

/// Reads "NAME.bin", ".bins", ".sources", ".most_sources", ".tcp_only", ".usual_ports" and
/// ".known_scanners".
[[nodiscard]] auto group_scope_of(option_set const& set, std::string_view name) -> group_scope;

/// "NAME.false_alarms" per week as a probability in one window of that length.
[[nodiscard]] auto false_alarm_of(option_set const& set, std::string_view name, duration window)
    -> double;

/// A finding of a whole window with these members (ascending indices).
[[nodiscard]] auto group_finding(engine const& by, group_rows const& of,
                                 std::span<std::uint32_t const> members) -> finding;

/// Says how many sources were looked at, when there were more than the bound.
void say_bound(finding& to, group_rows const& of);

/// "Not enough data" at the end of a stream.
[[nodiscard]] auto group_shortage(engine const& by, group_window const& windows,
                                  std::uint64_t needed) -> finding;

/// Published levels of an alert about a service: 1 when it has a tenth of the sources and 20 of
/// them, 2 when it has a tenth, 3 otherwise, 4 when it is about one destination.
[[nodiscard]] auto published_level(asked_service const& of) noexcept -> int;
[[nodiscard]] auto level_of_published(int level) noexcept -> finding_level;

}  // namespace kizashi::engine::internal
