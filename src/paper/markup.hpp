// Pieces of HTML and SVG that are put together so that no text can become a tag: what strangers
// can influence (names of networks, of files, of sensors) goes in as text.
//
//   auto const cell = element("td", {{"class", "name"}}, text("<b>"));   // <td
//   class="name">&lt;b&gt;</td>
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace kizashi::paper {

class markup {
public:
  markup() = default;
  auto operator+=(markup const& more) -> markup& {
    text_ += more.text_;
    return *this;
  }
  friend auto operator+(markup left, markup const& right) -> markup { return left += right; }
  [[nodiscard]] auto str() const noexcept -> std::string const& { return text_; }
  [[nodiscard]] auto is_empty() const noexcept -> bool { return text_.empty(); }

private:
  friend auto text(std::string_view of) -> markup;
  friend auto element(std::string_view name,
                      std::initializer_list<std::pair<std::string_view, std::string>> with,
                      markup const& inside) -> markup;
  friend auto style_sheet(std::string_view css) -> markup;
  std::string text_;
};

/// `of` as it is to be read: the five characters of markup are escaped, control characters become
/// '?', bytes that are no UTF-8 U+FFFD.
[[nodiscard]] auto text(std::string_view of) -> markup;
/// An element with its attributes, whose values are escaped; the names are the program's own. One
/// that can have no content (meta, rect, line, ...) has none.
[[nodiscard]] auto element(std::string_view name,
                           std::initializer_list<std::pair<std::string_view, std::string>> with,
                           markup const& inside = {}) -> markup;
/// The program's own style sheet, as it is.
[[nodiscard]] auto style_sheet(std::string_view css) -> markup;

}  // namespace kizashi::paper
