#include "kizashi/filter/internal/values.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/config.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/filter/internal/lexer.hpp"

namespace kizashi::filter::internal {
namespace {

constexpr std::uint64_t none_country = '-' << 8 | '-';
constexpr std::uint64_t millionth = 1'000'000;

auto refuse(field_info const& of, std::string_view text, std::string_view expected)
    -> tl::unexpected<error> {
  return fail(errc::parse_error,
              fmt::format("{} is \"{}\"; expected {}", of.name, shortened(text), expected));
}

auto bounds_text(field_info const& of) -> std::string {
  constexpr std::uint64_t telling = 0xFFFFFFFF;  // a longer number says nothing to anybody
  return of.largest <= telling ? fmt::format("a number of 0 to {}", of.largest)
                               : std::string{"a whole number"};
}

auto whole_number(field_info const& of, std::string_view text, std::string_view expected)
    -> result<std::uint64_t> {
  bool const is_hex = text.starts_with("0x") || text.starts_with("0X");
  auto const digits = is_hex ? text.substr(2) : text;
  std::uint64_t number = 0;
  auto const* const end = digits.data() + digits.size();
  auto const [stop, code] = std::from_chars(digits.data(), end, number, is_hex ? 16 : 10);
  if (digits.empty() || stop != end || code == std::errc::invalid_argument)
    return refuse(of, text, expected);
  if (code == std::errc::result_out_of_range || number > of.largest)
    return fail(errc::out_of_range,
                fmt::format("{} is {}; expected {}", of.name, shortened(text), expected));
  return number;
}

auto decimal_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  constexpr std::string_view expected = "a number such as 1.5, with six digits behind the point";
  auto const point = text.find('.');
  auto const whole = parse_unsigned(text.substr(0, point), of.largest / millionth);
  if (!whole) return refuse(of, text, expected);
  if (point == std::string_view::npos) return *whole * millionth;
  std::string digits{text.substr(point + 1)};
  if (digits.empty() || digits.size() > 6) return refuse(of, text, expected);
  digits.append(6 - digits.size(), '0');
  auto const part = parse_unsigned(digits, millionth - 1);
  if (!part || *whole * millionth + *part > of.largest) return refuse(of, text, expected);
  return *whole * millionth + *part;
}

auto word_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  if (auto const number = number_of(of.id, text)) return *number;
  if (of.kind == value_kind::word_set && is_same_word(text, "none")) return 0;
  bool const looks_like_number = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (has_numbers(of.id) && looks_like_number) return whole_number(of, text, bounds_text(of));
  std::vector<std::string_view> words;
  for (auto const& each : words_of(of.id)) words.push_back(each.name);
  constexpr std::size_t longest = 64;  // no word that is longer is near to one of ours
  auto const near = text.size() > longest ? std::string_view{} : closest(to_lower(text), words);
  if (!near.empty())
    return refuse(of, text, fmt::format("one of its words; did you mean {}?", near));
  return refuse(of, text, fmt::format("one of {}", fmt::join(words, ", ")));
}

auto country_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  if (is_same_word(text, "none") || text == "--") return none_country;
  std::string letters = to_lower(text);
  bool const is_code = letters.size() == 2 &&
                       std::ranges::all_of(letters, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!is_code) return refuse(of, text, "two letters of ISO 3166-1 such as JP, or none");
  auto const upper = [](char c) { return static_cast<std::uint64_t>(c - 'a' + 'A'); };
  return upper(letters[0]) << 8 | upper(letters[1]);
}

auto as_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  if (is_same_word(text, "none")) return 0;
  auto digits = text;
  if (digits.size() > 2 && is_same_word(digits.substr(0, 2), "as")) digits.remove_prefix(2);
  return whole_number(of, digits, "the number of an AS such as 4134 or AS4134, or none");
}

/// RFC 3339, with the time, its seconds and the zone left out or not.
auto time_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  constexpr std::size_t date = 10, minute = 16, longest = 40;
  std::string whole{text};
  if (text.size() > longest) whole.clear();
  if (whole.size() == date) whole += "T00:00:00Z";
  if (whole.size() >= minute) {
    if (whole.size() == minute || whole[minute] != ':') whole.insert(minute, ":00");
    if (whole.find_first_of("Zz+-", minute) == std::string::npos) whole += 'Z';
  }
  auto const time = timestamp::parse(whole);
  if (!time || time->nanoseconds() % 1000 != 0)
    return refuse(of, text,
                  "a time to the microsecond such as 2026-01-15 or 2026-01-15T09:00:00Z, from 1970 "
                  "to 2261");
  return static_cast<std::uint64_t>(time->nanoseconds()) / 1000;
}

auto time_text(std::uint64_t microseconds) -> std::string {
  timestamp const time{static_cast<std::int64_t>(microseconds) * 1000};
  auto text = time.to_string();  // nine decimals and Z
  constexpr std::size_t seconds_end = 19, micro_end = 26;
  text.resize(microseconds % millionth == 0 ? seconds_end : micro_end);
  return text + "Z";
}

auto decimal_text(std::uint64_t millionths) -> std::string {
  auto text = fmt::format("{}.{:06}", millionths / millionth, millionths % millionth);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

auto parse_number(field_info const& of, std::string_view text) -> result<std::uint64_t> {
  switch (of.kind) {
    case value_kind::number:
      return whole_number(of, text, bounds_text(of));
    case value_kind::decimal:
      return decimal_number(of, text);
    case value_kind::word:
    case value_kind::word_set:
      return word_number(of, text);
    case value_kind::country:
      return country_number(of, text);
    case value_kind::as_number:
      return as_number(of, text);
    case value_kind::time:
      return time_number(of, text);
    case value_kind::duration: {
      auto const length = parse_duration(text);
      if (!length) return refuse(of, text, "a length of time such as 10min or 1h30min");
      return static_cast<std::uint64_t>(length->count());
    }
    default:
      KIZASHI_ASSERT(false);
      return 0;
  }
}

auto number_text(field_info const& of, std::uint64_t number) -> std::string {
  switch (of.kind) {
    case value_kind::decimal:
      return decimal_text(number);
    case value_kind::time:
      return time_text(number);
    case value_kind::duration:
      return to_string(kizashi::duration{static_cast<std::int64_t>(number)});
    case value_kind::country:
      if (number == none_country) return "none";
      return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    case value_kind::as_number:
      return number == 0 ? "none" : fmt::format("{}", number);
    case value_kind::word_set:
      if (number == 0) return "none";
      [[fallthrough]];
    default:
      if (auto const word = word_of(of.id, number); !word.empty()) return std::string{word};
      return fmt::format("{}", number);
  }
}

auto parse_addresses(std::string_view text) -> result<net::address_range> {
  constexpr std::size_t longest = 64;
  auto const where = text.size() > longest ? result<net::prefix>{fail(errc::parse_error, {})}
                                           : net::prefix::parse(text);
  if (where) return net::address_range{where->first(), where->last()};
  if (where.error().code == errc::out_of_range || text.find('/') != std::string_view::npos)
    return fail(errc::parse_error, where.error().message.empty()
                                       ? fmt::format("\"{}\" is not a prefix", shortened(text))
                                       : where.error().message);
  return fail(errc::parse_error,
              fmt::format("\"{}\" is not an address; expected one such as 192.0.2.1 or "
                          "2001:db8::1, or a prefix such as 192.0.2.0/24",
                          shortened(text)));
}

auto address_text(net::address_range const& of) -> std::string {
  if (of.first == of.last) return of.first.to_string();
  unsigned const bits = of.first.is_ipv6() ? 128 : 32;
  for (unsigned length = 0; length < bits; ++length) {
    net::prefix const whole{of.first, length};
    if (whole.first() == of.first && whole.last() == of.last) return whole.to_string();
  }
  return fmt::format("{}..{}", of.first.to_string(), of.last.to_string());
}

auto quoted_text(std::string_view text) -> std::string {
  if (text.empty()) return "none";
  bool const is_plain = std::ranges::all_of(text, is_word_character) &&
                        text.find("..") == std::string_view::npos && !is_same_word(text, "none");
  if (is_plain) return std::string{text};
  std::string out{"\""};
  for (auto const each : text) {
    if (each == '"' || each == '\\') out += '\\';
    out += each;
  }
  return out + '"';
}

}  // namespace kizashi::filter::internal
