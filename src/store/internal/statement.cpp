#include "kizashi/store/internal/statement.hpp"

#include <algorithm>

namespace kizashi::store::internal {
namespace {

auto is_word_letter(char letter) -> bool {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '$';
}

/// How many bytes of `text`, from its begin to behind `mark`; all when there is none.
auto through(std::string_view text, std::string_view mark, std::size_t from) -> std::size_t {
  auto const at = text.find(mark, from);
  return at == std::string_view::npos ? text.size() : at + mark.size();
}

/// The bytes of the comment that `text` begins with; 0: none.
auto comment_size(std::string_view text) -> std::size_t {
  if (text.starts_with("/*")) return through(text, "*/", 2);
  for (auto const* const mark : {"--", "//", "# ", "#!"})
    if (text.starts_with(mark)) return through(text, "\n", 2);
  return 0;
}

auto quote_size(std::string_view text) -> std::size_t {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == text.front())
      return at + 1;
  }
  return text.size();
}

/// The bytes of "$tag$ ... $tag$"; of a lone "$" its own.
auto heredoc_size(std::string_view text) -> std::size_t {
  auto const end = text.find('$', 1);
  if (end == std::string_view::npos) return 1;
  auto const tag = text.substr(0, end + 1);
  if (!std::all_of(tag.begin(), tag.end(), is_word_letter)) return 1;
  if (text.find(tag, tag.size()) == std::string_view::npos) return 1;
  return through(text, tag, tag.size());
}

auto token_size(std::string_view text) -> std::size_t {
  auto const first = text.front();
  if (first == '\'' || first == '"' || first == '`') return quote_size(text);
  if (first == '$') return heredoc_size(text);
  if (!is_word_letter(first)) return 1;
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word_letter) -
                                  text.begin());
}

}  // namespace

auto statement_body(std::string_view sql) noexcept -> std::string_view {
  std::size_t end = 0;
  for (std::size_t at = 0; at < sql.size();) {
    auto const rest = sql.substr(at);
    auto const skipped = comment_size(rest);
    at += skipped > 0 ? skipped : token_size(rest);
    constexpr std::string_view nothing = " \t\r\n\f\v;";
    if (skipped == 0 && nothing.find(rest.front()) == std::string_view::npos) end = at;
  }
  return sql.substr(0, end);
}

}  // namespace kizashi::store::internal
