#include "kizashi/filter/internal/lexer.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace kizashi::filter::internal {
namespace {

struct sign {
  std::string_view text;
  token_kind is;
};
/// Longer ones before those that they begin with.
constexpr std::array<sign, 15> signs{{
    {"==", token_kind::equal},
    {"!=", token_kind::unequal},
    {"<=", token_kind::less_or_equal},
    {">=", token_kind::greater_or_equal},
    {"&&", token_kind::all},
    {"||", token_kind::any},
    {"=", token_kind::equal},
    {"!", token_kind::negation},
    {"<", token_kind::less},
    {">", token_kind::greater},
    {"(", token_kind::open},
    {")", token_kind::close},
    {"{", token_kind::open_set},
    {"}", token_kind::close_set},
    {",", token_kind::comma},
}};

auto is_control(char each) noexcept -> bool {
  return static_cast<unsigned char>(each) < 0x20 || each == 0x7F;
}

class lexer {
public:
  explicit lexer(std::string_view text) : rest_{text} {}

  auto run() -> result<std::vector<token>> {
    for (;;) {
      skip_space();
      if (rest_.empty()) break;
      KIZASHI_TRY(next());
    }
    out_.push_back({token_kind::end, {}, at_});
    return std::move(out_);
  }

private:
  void advance(std::size_t bytes) {
    for (auto const each : rest_.substr(0, bytes)) {
      bool const is_continuation = (static_cast<unsigned char>(each) & 0xC0) == 0x80;  // of UTF-8
      if (each == '\n')
        ++at_.line, at_.column = 1;
      else if (!is_continuation)
        ++at_.column;
    }
    rest_.remove_prefix(bytes);
  }

  void skip_space() {
    auto const end = rest_.find_first_not_of(" \t\r\n");
    advance(end == std::string_view::npos ? rest_.size() : end);
  }

  void add(token_kind is, std::size_t bytes) {
    out_.push_back({is, std::string{rest_.substr(0, bytes)}, at_});
    advance(bytes);
  }

  auto next() -> status {
    if (rest_.front() == '"') return quoted();
    if (rest_.starts_with("..")) {
      add(token_kind::range, 2);
      return {};
    }
    std::size_t size = 0;
    while (size < rest_.size() && is_word_character(rest_[size]) &&
           !rest_.substr(size).starts_with(".."))
      ++size;
    if (size > 0) {
      add(token_kind::word, size);
      return {};
    }
    for (auto const& each : signs)
      if (rest_.starts_with(each.text)) {
        add(each.is, each.text.size());
        return {};
      }
    return refuse();
  }

  auto refuse() -> status {
    auto const first = rest_.front();
    bool const is_plain = !is_control(first) && static_cast<unsigned char>(first) < 0x80;
    auto const what = is_plain ? fmt::format("'{}'", first)
                               : fmt::format("byte 0x{:02x}", static_cast<unsigned char>(first));
    auto hint = std::string{"what is not a plain word stands in quotes"};
    if (first == '&') hint = "expected && or and";
    if (first == '|') hint = "expected || or or";
    if (first == '\'') hint = "text stands in \" quotes";
    return fail_at(at_, errc::parse_error, fmt::format("{} is not expected here; {}", what, hint));
  }

  auto quoted() -> status {
    token out{token_kind::quoted, {}, at_};
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      if (is_control(rest_[at]))
        return fail_at(out.at, errc::parse_error,
                       "the text in quotes that begins here has a control character in it");
      out.text += rest_[at];
    }
    if (at >= rest_.size())
      return fail_at(out.at, errc::parse_error,
                     "the quote that begins here has no end; expected \"");
    advance(at + 1);
    out_.push_back(std::move(out));
    return {};
  }

  std::string_view rest_;
  position at_;
  std::vector<token> out_;
};

}  // namespace

auto is_word_character(char each) noexcept -> bool {
  return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
         (each >= 'A' && each <= 'Z') ||
         std::string_view{"_.:/+-"}.find(each) != std::string_view::npos;
}

auto tokens_of(std::string_view text) -> result<std::vector<token>> {
  if (text.size() > most_bytes)
    return fail(errc::limit_reached, fmt::format("the filter has {} bytes; expected {} at most",
                                                 text.size(), most_bytes));
  return lexer{text}.run();
}

auto shortened(std::string_view text) -> std::string {
  constexpr std::size_t most = 40;
  auto size = std::min(text.size(), most);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return fmt::format("{}{}", text.substr(0, size), size < text.size() ? "..." : "");
}

auto describe(token const& each) -> std::string {
  if (each.is == token_kind::end) return "the end of the filter";
  return fmt::format("\"{}\"", shortened(each.text));
}

}  // namespace kizashi::filter::internal
