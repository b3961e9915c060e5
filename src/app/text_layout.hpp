// How text stands on a terminal: widths, columns, blocks side by side, a small histogram.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/app/report.hpp"

namespace kizashi::app {

/// Code points of a UTF-8 text: its width, as long as nobody writes in double width.
[[nodiscard]] auto width_of(std::string_view text) -> std::size_t;
/// `text` in at most `width` columns, cut with an ellipsis.
[[nodiscard]] auto fit(std::string_view text, std::size_t width, bool is_utf8) -> std::string;

/// Lines of at most `width` columns, broken at single spaces, the later ones indented; a longer
/// word stays whole.
[[nodiscard]] auto wrap(std::string_view text, std::size_t width) -> std::vector<std::string>;

enum class ink : std::uint8_t { plain, strong, faint, warning };
/// `text` with the terminal's codes around it, when the style has colour.
[[nodiscard]] auto paint(std::string_view text, ink colour, text_style const& style) -> std::string;

/// Rows under heads. The last column is cut where the terminal ends.
class text_table {
public:
  struct column {
    std::string head;
    bool is_number = false;  ///< stands at the right
  };
  explicit text_table(std::vector<column> columns) : columns_{std::move(columns)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] auto write(text_style const& style, text_sink& out) const -> status;

private:
  [[nodiscard]] auto widths() const -> std::vector<std::size_t>;
  [[nodiscard]] auto line(std::vector<std::string> const& cells,
                          std::vector<std::size_t> const& widths, text_style const& style) const
      -> std::string;

  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A heading and lines of name and number.
struct text_block {
  struct entry {
    std::string name;
    std::string number;
  };
  std::string title;
  std::vector<entry> lines;
};
/// As many blocks beside each other as the width has room for.
[[nodiscard]] auto write_blocks(std::span<text_block const> blocks, text_style const& style,
                                text_sink& out) -> status;

/// Columns of `heights` as `rows` lines from top to bottom, the highest as high as they are. Any
/// height above zero can be seen.
[[nodiscard]] auto draw_histogram(std::span<std::uint64_t const> heights, std::size_t rows,
                                  bool is_utf8) -> std::vector<std::string>;

/// "1 source", "1,234 sources".
[[nodiscard]] auto counted(std::uint64_t count, std::string_view noun) -> std::string;

/// "1 h 5 min", "59.8 s", "12.3 ms": two digits that matter.
[[nodiscard]] auto short_duration(duration length) -> std::string;

}  // namespace kizashi::app
