#include "kizashi/app/text_layout.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t gap = 2;

auto is_continuation(char byte) -> bool {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// With spaces before (numbers) or behind.
auto pad(std::string_view text, std::size_t width, bool is_number) -> std::string {
  auto const used = width_of(text);
  std::string const spaces(width > used ? width - used : 0, ' ');
  return is_number ? spaces + std::string{text} : std::string{text} + spaces;
}

auto trim_end(std::string text) -> std::string {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

struct block_shape {
  std::size_t name = 0;
  std::size_t number = 0;
  [[nodiscard]] auto width() const -> std::size_t { return name + gap + number; }
};

auto shape_of(text_block const& block) -> block_shape {
  block_shape shape;
  for (auto const& each : block.lines) {
    shape.name = std::max(shape.name, width_of(each.name));
    shape.number = std::max(shape.number, width_of(each.number));
  }
  shape.name = std::max(shape.name, width_of(block.title));
  return shape;
}

auto write_block_row(std::span<text_block const> blocks, std::span<block_shape const> shapes,
                     text_style const& style, text_sink& out) -> status {
  std::size_t height = 0;
  for (auto const& each : blocks) height = std::max(height, each.lines.size());
  for (std::size_t line = 0; line <= height; ++line) {
    std::string text;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      auto const& lines = blocks[i].lines;
      std::string cell;
      if (line == 0) {  // the spaces behind it stay outside the colour, so that they can be trimmed
        cell = pad(blocks[i].title, shapes[i].width(), false);
        auto const title = blocks[i].title.size();
        cell = paint(cell.substr(0, title), ink::strong, style) + cell.substr(title);
      }
      if (line > 0 && line <= lines.size())
        cell = pad(lines[line - 1].name, shapes[i].name + gap, false) +
               pad(lines[line - 1].number, shapes[i].number, true);
      if (line > lines.size()) cell = std::string(shapes[i].width(), ' ');
      text += std::string(i == 0 ? indent : gap * 2, ' ') + cell;
    }
    KIZASHI_TRY(out.write(trim_end(std::move(text)) + "\n"));
  }
  return {};
}

}  // namespace

auto width_of(std::string_view text) -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !is_continuation(byte); }));
}

auto fit(std::string_view text, std::size_t width, bool is_utf8) -> std::string {
  if (width_of(text) <= width) return std::string{text};
  std::string_view const mark = is_utf8 ? "…" : "..";
  auto const kept = width > width_of(mark) ? width - width_of(mark) : 0;
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if (is_continuation(text[at])) continue;
    if (seen == kept) break;
    ++seen;
  }
  return std::string{text.substr(0, at)} + std::string{mark};
}

auto wrap(std::string_view text, std::size_t width) -> std::vector<std::string> {
  std::vector<std::string> lines(1);
  for (auto const word : split(text, ' ')) {
    auto const used = width_of(lines.back());
    if (used > indent && used + 1 + width_of(word) > width) lines.emplace_back(indent, ' ');
    if (width_of(lines.back()) > (lines.size() == 1 ? 0 : indent)) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

auto paint(std::string_view text, ink colour, text_style const& style) -> std::string {
  static constexpr std::array<std::string_view, 4> codes{"", "\x1b[1m", "\x1b[2m", "\x1b[1;33m"};
  if (!style.has_colour || colour == ink::plain) return std::string{text};
  return fmt::format("{}{}\x1b[0m", codes[static_cast<std::size_t>(colour)], text);
}

auto text_table::widths() const -> std::vector<std::size_t> {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = width_of(columns_[i].head);
    for (auto const& row : rows_) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  return widths;
}

auto text_table::line(std::vector<std::string> const& cells, std::vector<std::size_t> const& widths,
                      text_style const& style) const -> std::string {
  std::string text(indent, ' ');
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += std::string(gap, ' ');
    text += pad(cells[i], widths[i], columns_[i].is_number);
  }
  return fit(trim_end(std::move(text)), style.width, style.is_utf8);
}

auto text_table::write(text_style const& style, text_sink& out) const -> status {
  auto const all = widths();
  std::vector<std::string> heads;
  for (auto const& each : columns_) heads.push_back(each.head);
  KIZASHI_TRY(out.write(paint(line(heads, all, style), ink::faint, style) + "\n"));
  for (auto const& row : rows_) KIZASHI_TRY(out.write(line(row, all, style) + "\n"));
  return {};
}

auto write_blocks(std::span<text_block const> blocks, text_style const& style, text_sink& out)
    -> status {
  std::vector<block_shape> shapes;
  for (auto const& each : blocks) shapes.push_back(shape_of(each));
  for (std::size_t first = 0; first < blocks.size();) {
    auto last = first;
    auto used = indent;
    while (last < blocks.size() && (last == first || used + shapes[last].width() <= style.width))
      used += shapes[last++].width() + gap * 2;
    if (first > 0) KIZASHI_TRY(out.write("\n"));
    KIZASHI_TRY(write_block_row(blocks.subspan(first, last - first),
                                std::span{shapes}.subspan(first, last - first), style, out));
    first = last;
  }
  return {};
}

auto draw_histogram(std::span<std::uint64_t const> heights, std::size_t rows, bool is_utf8)
    -> std::vector<std::string> {
  static constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄",
                                                          "▅", "▆", "▇", "█"};
  static constexpr std::array<std::string_view, 3> letters{" ", ".", "#"};
  std::span<std::string_view const> const marks = is_utf8
                                                      ? std::span<std::string_view const>{blocks}
                                                      : std::span<std::string_view const>{letters};
  auto const steps = marks.size() - 1;
  auto const highest =
      std::max<std::uint64_t>(1, heights.empty() ? 1 : *std::ranges::max_element(heights));
  std::vector<std::string> lines(rows);
  for (auto const height : heights) {
    auto const share = static_cast<double>(height) / static_cast<double>(highest);
    auto level = static_cast<std::size_t>(share * static_cast<double>(steps * rows) + 0.5);
    if (height > 0) level = std::max<std::size_t>(level, 1);
    for (std::size_t row = 0; row < rows; ++row) {
      auto const below = (rows - 1 - row) * steps;
      lines[row] += marks[level <= below ? 0 : std::min(steps, level - below)];
    }
  }
  for (auto& line : lines) line = trim_end(std::move(line));
  return lines;
}

auto counted(std::uint64_t count, std::string_view noun) -> std::string {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

auto short_duration(duration length) -> std::string {
  using namespace std::chrono;
  auto const seconds = duration_cast<std::chrono::duration<double>>(length).count();
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.3g} s", seconds);
  struct {
    std::uint64_t seconds;
    char const* name;
    std::uint64_t below;
    char const* name_below;
  } const units[] = {{86400, "d", 3600, "h"}, {3600, "h", 60, "min"}, {60, "min", 1, "s"}};
  auto const whole = static_cast<std::uint64_t>(seconds + 0.5);
  auto const* unit = std::begin(units);
  while (whole < unit->seconds && unit + 1 != std::end(units)) ++unit;
  auto const rest = whole % unit->seconds / unit->below;
  auto const text = fmt::format("{} {}", with_thousands(whole / unit->seconds), unit->name);
  return rest == 0 || whole / unit->seconds >= 1000
             ? text
             : fmt::format("{} {} {}", text, rest, unit->name_below);
}

}  // namespace kizashi::app
