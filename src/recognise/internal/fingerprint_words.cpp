#include "kizashi/recognise/internal/fingerprint_words.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace kizashi::recognise::internal {
namespace {

constexpr auto is_digit(char c) noexcept -> bool {
  return c >= '0' && c <= '9';
}
constexpr auto is_letter(char c) noexcept -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr auto is_space(char c) noexcept -> bool {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// A character as it can be shown, whatever it is.
auto shown(char c) -> std::string {
  if (c > ' ' && c <= '~') return std::string{c};
  return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

auto fail_at(std::size_t at, std::string_view message) -> tl::unexpected<error> {
  return fail(errc::parse_error, fmt::format("at character {}: {}", at, message));
}

auto shown(token const& each) -> std::string {
  return each.is == token::sort::end ? "the end" : std::string{each.spelt};
}

auto token_stream::next() -> status {
  while (place_ < text_.size() && is_space(text_[place_])) ++place_;
  head_ = {};
  head_.at = place_ + 1;
  if (place_ == text_.size()) return {};
  auto const first = text_[place_];
  if (is_digit(first)) return read_number();
  if (first == '"') return read_text();
  if (!is_letter(first)) return read_sign();
  auto const start = place_;
  while (place_ < text_.size() &&
         (is_letter(text_[place_]) || is_digit(text_[place_]) || text_[place_] == '.'))
    ++place_;
  head_.is = token::sort::name;
  head_.spelt = text_.substr(start, place_ - start);
  return {};
}

auto token_stream::read_number() -> status {
  auto const start = place_;
  while (place_ < text_.size() && (is_letter(text_[place_]) || is_digit(text_[place_]))) ++place_;
  head_.is = token::sort::number;
  head_.spelt = text_.substr(start, place_ - start);
  auto digits = head_.spelt;
  auto base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    base = 16;
  }
  auto const* const end = digits.data() + digits.size();
  auto const [stop, failed] = std::from_chars(digits.data(), end, head_.number, base);
  if (failed == std::errc{} && stop == end) return {};
  return fail_at(head_.at, fmt::format("{} is no number; expected 0 to 4294967295, or 0x and "
                                       "hexadecimal digits",
                                       head_.spelt));
}

auto token_stream::read_escape(std::string& out) -> status {
  auto const at = place_;
  auto const rest = text_.substr(place_ + 1);
  constexpr std::string_view letters = "\\\"rnt0";
  constexpr std::string_view stand_for{"\\\"\r\n\t\0", 6};
  if (!rest.empty()) {
    if (auto const known = letters.find(rest[0]); known != std::string_view::npos) {
      out += stand_for[known];
      place_ += 2;
      return {};
    }
    unsigned value = 0;
    if (rest[0] == 'x' && rest.size() >= 3) {
      auto const [stop, failed] = std::from_chars(&rest[1], &rest[1] + 2, value, 16);
      if (failed == std::errc{} && stop == &rest[1] + 2) {
        out += static_cast<char>(value);
        place_ += 4;
        return {};
      }
    }
  }
  return fail_at(at + 1,
                 "not an escape; expected \\xHH with two hexadecimal digits, \\\\, \\\", "
                 "\\r, \\n, \\t or \\0");
}

auto token_stream::read_text() -> status {
  auto const start = place_++;
  head_.is = token::sort::text;
  while (place_ < text_.size() && text_[place_] != '"') {
    if (text_[place_] == '\\') {
      KIZASHI_TRY(read_escape(head_.bytes));
    } else {
      head_.bytes += text_[place_++];
    }
  }
  if (place_ == text_.size()) return fail_at(head_.at, "a text without its closing \"");
  ++place_;
  head_.spelt = text_.substr(start, place_ - start);
  return {};
}

auto token_stream::read_sign() -> status {
  constexpr auto signs =
      std::to_array<std::string_view>({"==", "!=", "<=", ">=", "<<", ">>", "..", "<", ">", "&", "|",
                                       "^", "+", "-", "(", ")", "{", "}", ","});
  for (auto const each : signs) {
    if (!text_.substr(place_).starts_with(each)) continue;
    head_.is = token::sort::sign;
    head_.spelt = text_.substr(place_, each.size());
    place_ += each.size();
    return {};
  }
  return fail_at(head_.at, shown(text_[place_]) +
                               " is not understood; expected a field, a number or an operator");
}

auto token_stream::expect_sign(std::string_view spelt) -> status {
  if (is_sign(spelt)) return next();
  return fail_at(head_.at, fmt::format("{} is not expected; expected {}", shown(head_), spelt));
}

}  // namespace kizashi::recognise::internal
