// The pictures of an evaluation, as SVG inside a page.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "kizashi/engine/evaluation/evaluation.hpp"

namespace kizashi::app {

/// Bars of recall and precision, one pair for each engine that names services.
[[nodiscard]] auto scores_plot(engine::evaluation const& of) -> std::string;
/// A line for each outbreak: how long it lasts, from when it is to be seen, and when it was told.
/// `told_after`: minutes from when it is to be seen; nothing: never.
[[nodiscard]] auto outbreaks_plot(
    engine::evaluation const& of,
    std::function<std::optional<double>(engine::planted_outbreak const&)> const& told_after)
    -> std::string;

}  // namespace kizashi::app
