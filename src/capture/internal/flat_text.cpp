#include "kizashi/capture/internal/flat_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace kizashi::capture::internal {
namespace {

/// A place in the line. Beyond the end stand zero bytes, which no rule below takes.
class cursor {
public:
  explicit cursor(std::string_view line) : line_{line} {}
  [[nodiscard]] auto is_end() const noexcept -> bool { return at_ >= line_.size(); }
  [[nodiscard]] auto peek() const noexcept -> char { return is_end() ? '\0' : line_[at_]; }
  auto take() noexcept -> char {
    auto const here = peek();
    ++at_;
    return here;
  }
  auto take_if(char wanted) noexcept -> bool {
    if (is_end() || line_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  auto take_word(std::string_view word) noexcept -> bool {
    if (!line_.substr(std::min(at_, line_.size())).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() noexcept {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  [[nodiscard]] auto wrong(std::string_view expected) const {
    return fail(errc::parse_error, fmt::format("expected {} at byte {}", expected, at_ + 1));
  }

private:
  std::string_view line_;
  std::size_t at_ = 0;
};

auto hex_digit(char c) noexcept -> int {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The four digits behind \u. Halves of surrogate pairs, which names of an export do not have, are
/// refused.
auto read_code_point(cursor& in, std::string& to) -> status {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    auto const digit = hex_digit(in.take());
    if (digit < 0) return in.wrong("four hexadecimal digits behind \\u");
    code = code << 4 | static_cast<std::uint32_t>(digit);
  }
  if (code >= 0xD800 && code < 0xE000) return in.wrong("no half of a surrogate pair");
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xC0 | code >> 6);
    to += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    to += static_cast<char>(0xE0 | code >> 12);
    to += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    to += static_cast<char>(0x80 | (code & 0x3F));
  }
  return {};
}

auto read_escape(cursor& in, std::string& to) -> status {
  constexpr std::string_view from = "\"\\/bfnrt", into = "\"\\/\b\f\n\r\t";
  auto const what = in.take();
  if (what == 'u') return read_code_point(in, to);
  auto const found = from.find(what);
  if (what == '\0' || found == std::string_view::npos) return in.wrong("an escape of JSON");
  to += into[found];
  return {};
}

auto read_text(cursor& in) -> result<std::string> {
  std::string out;
  if (!in.take_if('"')) return in.wrong("a text in double quotes");
  for (;;) {
    if (in.is_end()) return in.wrong("the end of a text");
    auto const c = in.take();
    if (c == '"') return out;
    if (static_cast<unsigned char>(c) < ' ') return in.wrong("no control character");
    if (c != '\\')
      out += c;
    else
      KIZASHI_TRY(read_escape(in, out));
  }
}

auto read_value(cursor& in) -> result<std::string> {
  if (in.peek() == '"') return read_text(in);
  if (in.take_word("null")) return std::string{};
  std::string digits;
  while (in.peek() >= '0' && in.peek() <= '9') digits += in.take();
  if (digits.empty()) return in.wrong("a text, a whole number or null");
  return digits;
}

}  // namespace

auto split_csv(std::string_view line) -> result<std::vector<std::string>> {
  std::vector<std::string> fields;
  cursor in{line};
  do {
    auto& field = fields.emplace_back();
    if (!in.take_if('"')) {
      while (!in.is_end() && in.peek() != ',') field += in.take();
      continue;
    }
    for (;;) {
      if (in.is_end()) return in.wrong("a double quote that closes the field");
      auto const c = in.take();
      if (c == '"' && !in.take_if('"')) break;
      field += c;
    }
    if (!in.is_end() && in.peek() != ',') return in.wrong("a comma behind the closing quote");
  } while (in.take_if(','));
  return fields;
}

auto read_flat_json(std::string_view line, json_member const& take) -> status {
  cursor in{line};
  in.skip_blanks();
  if (!in.take_if('{')) return in.wrong("a JSON object, which begins with {");
  in.skip_blanks();
  if (!in.take_if('}')) {
    for (;;) {
      in.skip_blanks();
      KIZASHI_TRY(auto const name, read_text(in));
      in.skip_blanks();
      if (!in.take_if(':')) return in.wrong("a colon");
      in.skip_blanks();
      KIZASHI_TRY(auto value, read_value(in));
      KIZASHI_TRY(take(name, std::move(value)));
      in.skip_blanks();
      if (in.take_if('}')) break;
      if (!in.take_if(',')) return in.wrong("a comma or the end of the object");
    }
  }
  in.skip_blanks();
  return in.is_end() ? status{} : in.wrong("nothing behind the object");
}

}  // namespace kizashi::capture::internal
