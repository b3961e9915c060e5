#include "kizashi/app/evaluate_plots.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kizashi::app {
namespace {

constexpr double plot_width = 760;
constexpr double name_width = 110;
constexpr double row_height = 18;

// The colours of the Okabe-Ito palette, which most people tell apart.
constexpr auto blue = "#0072b2";
constexpr auto orange = "#e69f00";
constexpr auto grey = "#bbbbbb";
constexpr auto red = "#d55e00";

auto svg_begin(double height, std::string_view title) -> std::string {
  return fmt::format(
      "<svg role=\"img\" viewBox=\"0 0 {} {}\" width=\"{}\" font-family=\"sans-serif\" "
      "font-size=\"12\"><title>{}</title>\n",
      plot_width, height, plot_width, title);
}

auto bar(double x, double y, double width, double height, std::string_view colour) -> std::string {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y,
      std::max(width, 0.0), height, colour);
}

auto words(double x, double y, std::string_view what, std::string_view anchor = "start")
    -> std::string {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     what);
}

}  // namespace

auto scores_plot(engine::evaluation const& of) -> std::string {
  std::string rows;
  auto y = 2 * row_height;
  constexpr double room = plot_width - name_width - 60;
  for (auto const& each : of.scores) {
    if (!each.names_services) continue;
    rows += words(name_width - 6, y + 12, each.name, "end");
    rows += bar(name_width, y, room * each.recall(), row_height / 2 - 1, blue);
    rows +=
        bar(name_width, y + row_height / 2, room * each.precision(), row_height / 2 - 1, orange);
    rows += words(name_width + room + 4, y + 12,
                  fmt::format("{:.2f} {:.2f}", each.recall(), each.precision()));
    y += row_height + 6;
  }
  return svg_begin(y, "Recall and precision of each engine") + bar(name_width, 4, 12, 12, blue) +
         words(name_width + 16, 14, "recall") + bar(name_width + 80, 4, 12, 12, orange) +
         words(name_width + 96, 14, "precision") + rows + "</svg>\n";
}

auto outbreaks_plot(
    engine::evaluation const& of,
    std::function<std::optional<double>(engine::planted_outbreak const&)> const& told_after)
    -> std::string {
  auto ordered = of.outbreaks;
  std::ranges::sort(ordered, {}, &engine::planted_outbreak::start);
  if (ordered.empty()) return {};
  auto last = ordered.front().end;
  for (auto const& each : ordered) last = std::max(last, each.end);
  auto const first = ordered.front().start;
  auto const span = std::max(static_cast<double>((last - first).count()), 1.0);
  auto const place = [&](timestamp time) {
    return name_width +
           (plot_width - name_width - 20) * static_cast<double>((time - first).count()) / span;
  };
  std::string rows;
  auto y = 2 * row_height;
  for (auto const& each : ordered) {
    rows += words(name_width - 6, y + 12, each.at.to_string(), "end");
    rows += bar(place(each.start), y + 3, place(each.end) - place(each.start), 10, grey);
    rows += bar(place(each.seen), y, 2, 16, blue);
    if (auto const minutes = told_after(each))
      rows += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n",
          place(each.seen + std::chrono::minutes{static_cast<std::int64_t>(*minutes)}), y + 8, red);
    y += row_height;
  }
  auto const day = [](timestamp time) { return time.to_string().substr(0, 10); };
  return svg_begin(y + row_height, "When each outbreak was, could be seen, and was told") +
         bar(name_width, 4, 12, 12, grey) + words(name_width + 16, 14, "outbreak") +
         bar(name_width + 90, 4, 2, 12, blue) + words(name_width + 98, 14, "to be seen from") +
         fmt::format("<circle cx=\"{}\" cy=\"10\" r=\"4\" fill=\"{}\"/>\n", name_width + 220, red) +
         words(name_width + 230, 14, "told") + rows + words(name_width, y + 14, day(first)) +
         words(plot_width - 20, y + 14, day(last), "end") + "</svg>\n";
}

}  // namespace kizashi::app
