#include "kizashi/paper/plots.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kizashi::paper {
namespace {

auto place(double at) -> std::string {
  return fmt::format("{:.1f}", at);
}

auto svg(double width, double height, std::string const& title, markup const& inside) -> markup {
  return element("svg",
                 {{"viewBox", fmt::format("0 0 {} {}", width, height)},
                  {"role", "img"},
                  {"aria-label", title},
                  {"class", "plot"}},
                 inside);
}

auto box(std::string_view kind, double x, double y, double width, double height,
         markup const& inside = {}) -> markup {
  auto const rect = element("rect", {{"class", std::string{kind}},
                                     {"x", place(x)},
                                     {"y", place(y)},
                                     {"width", place(width)},
                                     {"height", place(height)}});
  return inside.is_empty() ? rect : element("g", {}, inside + rect);
}

auto word(std::string_view kind, double x, double y, std::string_view what) -> markup {
  return element("text", {{"class", std::string{kind}}, {"x", place(x)}, {"y", place(y)}},
                 text(what));
}

/// Bytes of the character that begins with `first`.
auto length_of(unsigned char first) -> std::size_t {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

}  // namespace

auto plot_columns(std::vector<plot_column> const& columns, std::string const& title,
                  words const& in) -> markup {
  constexpr double width = 700, top = 18, height = 110, bottom = 16;
  if (columns.empty()) return {};
  auto const most = std::ranges::max(columns, {}, &plot_column::value).value;
  auto const step = width / static_cast<double>(columns.size());
  auto const bar = std::min(step * 0.8, 46.0);
  auto const every = (columns.size() + 11) / 12;
  markup out = word("most", 0, 12, in.count(most));
  out += element("line", {{"class", "axis"},
                          {"x1", "0"},
                          {"x2", place(width)},
                          {"y1", place(top + height)},
                          {"y2", place(top + height)}});
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto const& each = columns[i];
    auto const size =
        most > 0 ? std::max(each.value / most * height, each.value > 0 ? 1.0 : 0.0) : 0;
    auto const middle = step * (static_cast<double>(i) + 0.5);
    out += box("now", middle - bar / 2, top + height - size, bar, size,
               element("title", {}, text(each.title)));
    if (i % every == 0) out += word("tick", middle, top + height + 13, each.label);
  }
  return svg(width, top + height + bottom, title, out);
}

auto plot_bars(std::vector<plot_bar> const& bars, std::string const& title, words const& in)
    -> markup {
  constexpr double width = 300, labels = 122, values = 44, row = 17;
  if (bars.empty()) return {};
  double most = 0;
  bool has_before = false;
  for (auto const& each : bars) {
    most = std::max({most, each.value, each.before.value_or(0)});
    has_before = has_before || each.before.has_value();
  }
  auto const room = width - labels - values;
  auto const size = [&](double value) { return most > 0 ? value / most * room : 0; };
  markup out;
  double y = 2;
  for (auto const& each : bars) {
    out += word("label", labels - 5, y + 10, cut_to(each.label, 17));
    auto const now = std::max(size(each.value), 1.0);
    out += box("now", labels, y + 1, now, has_before ? 7 : 11);
    if (each.before) out += box("before", labels, y + 9, size(*each.before), 4);
    auto const end = std::max(now, size(each.before.value_or(0)));
    out += word("value", labels + end + 4, y + 10, in.count(each.value));
    y += row;
  }
  if (has_before) {
    out +=
        box("now", labels, y + 3, 10, 6) + word("key", labels + 14, y + 10, in.say("this.period"));
    out += box("before", labels + 90, y + 4, 10, 4) +
           word("key", labels + 104, y + 10, in.say("period.before"));
    y += row;
  }
  return svg(width, y + 2, title, out);
}

auto cut_to(std::string_view of, std::size_t columns) -> std::string {
  std::size_t taken = 0, fit = 0;
  for (std::size_t at = 0; at < of.size();) {
    auto const first = static_cast<unsigned char>(of[at]);
    auto const length = std::min(length_of(first), of.size() - at);
    // East Asian wide characters begin at U+1100, in UTF-8 at E1 84 80.
    taken += length >= 3 && first >= 0xE1 ? 2 : 1;
    if (taken > columns) return std::string{of.substr(0, fit)} + "…";
    at += length;
    if (taken < columns) fit = at;
  }
  return std::string{of};
}

}  // namespace kizashi::paper
