#include "kizashi/paper/markup.hpp"

#include <algorithm>
#include <array>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/answer/words.hpp"

namespace kizashi::paper {
namespace {

/// The JSON writer replaces what is no UTF-8; the quotes around it go.
auto valid_utf8(std::string_view of) -> std::string {
  auto const plain =
      std::ranges::all_of(of, [](char each) { return static_cast<unsigned char>(each) < 0x80; });
  if (plain) return std::string{of};
  auto const quoted = answer::text_of(answer::json(std::string{of}));
  return answer::json::parse(quoted).get<std::string>();
}

auto escaped(std::string_view of) -> std::string {
  std::string out;
  for (auto const each : answer::printable(valid_utf8(of))) {
    switch (each) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += each;
    }
  }
  return out;
}

constexpr std::array<std::string_view, 6> empty_elements{"meta", "rect",   "line",
                                                         "path", "circle", "br"};

}  // namespace

auto text(std::string_view of) -> markup {
  markup out;
  out.text_ = escaped(of);
  return out;
}

auto element(std::string_view name,
             std::initializer_list<std::pair<std::string_view, std::string>> with,
             markup const& inside) -> markup {
  markup out;
  auto& to = out.text_;
  to.append("<").append(name);
  for (auto const& [key, value] : with)
    to.append(" ").append(key).append("=\"").append(escaped(value)).append("\"");
  if (std::ranges::find(empty_elements, name) != empty_elements.end()) {
    to += "/>";
    return out;
  }
  to.append(">").append(inside.text_).append("</").append(name).append(">");
  return out;
}

auto style_sheet(std::string_view css) -> markup {
  markup out;
  out.text_.append("<style>").append(css).append("</style>");
  return out;
}

}  // namespace kizashi::paper
