// The plots of a report, as SVG: columns in time, and bars beside those of the period before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kizashi/paper/markup.hpp"
#include "kizashi/paper/words.hpp"

namespace kizashi::paper {

struct plot_column {
  std::string label;  ///< below it, where there is room
  std::string title;  ///< what it says to who points at it
  double value = 0;
};
/// Columns from left to right, the highest with its value at the top left. `title` is what a person
/// who cannot see it is told. Of nothing: nothing.
[[nodiscard]] auto plot_columns(std::vector<plot_column> const& columns, std::string const& title,
                                words const& in) -> markup;

struct plot_bar {
  std::string label;
  double value = 0;
  std::optional<double> before;
};
/// Bars from top to bottom, below each the one of the period before where any has one.
[[nodiscard]] auto plot_bars(std::vector<plot_bar> const& bars, std::string const& title,
                             words const& in) -> markup;

/// The first columns of `of` on a page of fixed width, where a character of Chinese, Japanese or
/// Korean takes two; "…" stands for what was cut.
[[nodiscard]] auto cut_to(std::string_view of, std::size_t columns) -> std::string;

}  // namespace kizashi::paper
