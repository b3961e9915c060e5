// Which reports are to be written: of periods that have closed, each once.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "kizashi/paper/report.hpp"

namespace kizashi::paper {

/// What a folder has of a period.
enum class written : std::uint8_t { nothing, part, all };

/// So many closed periods of a kind are made good at most, when a server was away.
inline constexpr std::size_t most_due = 31;

/// The periods of `kind` that ended `delay` before `now` or earlier and are not written whole, the
/// oldest first: those since the last that is, the newest alone where none is, and at most
/// `most_due`. None ended before `first`, the time of the first packet (unknown: there is none).
[[nodiscard]] auto due_periods(std::string_view kind, timestamp now, duration delay,
                               timestamp first,
                               std::function<written(report_period const&)> const& look)
    -> std::vector<report_period>;

}  // namespace kizashi::paper
