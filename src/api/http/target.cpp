#include "kizashi/api/http/target.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::api::http {
namespace {

auto digit_of(char letter) noexcept -> int {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/// How many bytes the code point at the begin of `text` has; 0 when there is none (RFC 3629).
auto code_point_length(std::string_view text) noexcept -> std::size_t {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  auto const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

auto is_utf8(std::string_view text) noexcept -> bool {
  while (!text.empty()) {
    auto const length = code_point_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

auto decode(std::string_view text, bool has_plus) -> result<std::string> {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto letter = text[i];
    if (letter == '%') {
      auto const high = i + 1 < text.size() ? digit_of(text[i + 1]) : -1;
      auto const low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(errc::parse_error, "\"%\" in the address is not followed by two digits 0 to F");
      letter = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (letter == '+' && has_plus) {
      letter = ' ';
    }
    out += letter;
  }
  auto const is_control = [](char each) {
    return static_cast<unsigned char>(each) < 0x20 || each == 0x7F;
  };
  // Texts of several lines are for bodies.
  if (std::ranges::any_of(out, is_control))
    return fail(errc::parse_error, "the address has control characters");
  if (!is_utf8(out)) return fail(errc::parse_error, "the address has bytes that are no UTF-8");
  return out;
}

auto parse_path(std::string_view path) -> result<std::vector<std::string>> {
  std::vector<std::string> out;
  if (path.empty()) return out;
  for (auto const part : split(path, '/')) {
    KIZASHI_TRY(auto segment, decode(part, false));
    if (segment.empty() || segment == "." || segment == ".." ||
        segment.find('\\') != std::string::npos)
      return fail(errc::not_found, "the address has an empty part, \".\", \"..\" or a backslash");
    out.push_back(std::move(segment));
  }
  return out;
}

auto parse_query(std::string_view query) -> result<std::vector<query_item>> {
  std::vector<query_item> out;
  if (query.empty()) return out;
  for (auto const part : split(query, '&')) {
    if (part.empty()) continue;
    if (out.size() == most_items)
      return fail(errc::limit_reached,
                  fmt::format("the address has more than {} parameters", most_items));
    auto const sign = part.find('=');
    KIZASHI_TRY(auto name, decode(part.substr(0, sign), true));
    KIZASHI_TRY(auto value,
                decode(sign == std::string_view::npos ? "" : part.substr(sign + 1), true));
    out.push_back({std::move(name), std::move(value)});
  }
  return out;
}

}  // namespace

auto parse_target(std::string_view target) -> result<parsed_target> {
  if (!target.starts_with('/'))
    return fail(errc::parse_error, "the address does not begin with \"/\"");
  if (target.find('#') != std::string_view::npos)
    return fail(errc::parse_error, "the address has a \"#\", which is for browsers alone");
  auto const mark = target.find('?');
  parsed_target out;
  KIZASHI_TRY(out.segments,
              parse_path(target.substr(
                  1, mark == std::string_view::npos ? std::string_view::npos : mark - 1)));
  if (mark != std::string_view::npos) {
    KIZASHI_TRY(out.query, parse_query(target.substr(mark + 1)));
  }
  return out;
}

auto percent_encoded(std::string_view text) -> std::string {
  std::string out;
  for (auto const letter : text) {
    auto const is = [&](char from, char to) { return letter >= from && letter <= to; };
    if (is('a', 'z') || is('A', 'Z') || is('0', '9') ||
        std::string_view{"-._~"}.find(letter) != std::string_view::npos)
      out += letter;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return out;
}

}  // namespace kizashi::api::http
