#include "kizashi/store/engine_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::store {
namespace {

struct known_failure {
  int number;
  errc code;
};

// ClickHouse's src/Common/ErrorCodes.cpp.
constexpr std::array known_failures = {
    known_failure{16, errc::not_found},       // NO_SUCH_COLUMN_IN_TABLE
    known_failure{36, errc::parse_error},     // BAD_ARGUMENTS
    known_failure{43, errc::parse_error},     // ILLEGAL_TYPE_OF_ARGUMENT
    known_failure{46, errc::not_found},       // UNKNOWN_FUNCTION
    known_failure{47, errc::not_found},       // UNKNOWN_IDENTIFIER
    known_failure{53, errc::parse_error},     // TYPE_MISMATCH
    known_failure{60, errc::not_found},       // UNKNOWN_TABLE
    known_failure{62, errc::parse_error},     // SYNTAX_ERROR
    known_failure{81, errc::not_found},       // UNKNOWN_DATABASE
    known_failure{158, errc::limit_reached},  // TOO_MANY_ROWS
    known_failure{159, errc::limit_reached},  // TIMEOUT_EXCEEDED
    known_failure{164, errc::permission},     // READONLY
    known_failure{215, errc::parse_error},    // NOT_AN_AGGREGATE
    known_failure{241, errc::limit_reached},  // MEMORY_LIMIT_EXCEEDED
    known_failure{252, errc::limit_reached},  // TOO_MANY_PARTS
    known_failure{307, errc::limit_reached},  // TOO_MANY_BYTES
    known_failure{394, errc::interrupted},    // QUERY_WAS_CANCELLED
    known_failure{396, errc::limit_reached},  // TOO_MANY_ROWS_OR_BYTES
    known_failure{497, errc::permission},     // ACCESS_DENIED
};

// What begins a part of the message that helps only who builds the engine.
constexpr std::array<std::string_view, 12> ends = {
    ", e.what() =", ", Stack trace",      "\nStack trace",     ". Stack trace",
    " (version ",   ". Untracked memory", ": While executing", ": while executing",
    ": In scope ",  " In scope ",         " in scope ",        ". Expected one of",
};

/// Behind the last of "DB::Exception: ", "DB::ErrnoException: " and "e.displayText() = ".
auto without_head(std::string_view text) -> std::string_view {
  for (auto const mark : {std::string_view{"Exception: "}, std::string_view{"displayText() = "}})
    for (auto at = text.find(mark); at != std::string_view::npos && at < 80; at = text.find(mark))
      text.remove_prefix(at + mark.size());
  return text;
}

auto without_tail(std::string_view text) -> std::string_view {
  for (auto const mark : ends) text = text.substr(0, text.find(mark));
  text = trim(text);
  // " (UNKNOWN_TABLE)"
  if (auto const open = text.rfind(" ("); text.ends_with(')') && open != std::string_view::npos) {
    auto const name = text.substr(open + 2, text.size() - open - 3);
    if (!name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        }))
      text = text.substr(0, open);
  }
  while (text.ends_with('.') || text.ends_with(':') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

struct place {
  std::size_t line;
  std::size_t column;
};

auto place_of(std::string_view sql, std::size_t offset) -> place {
  auto const before = sql.substr(0, offset);
  auto const lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  auto const line_break = before.rfind('\n');
  auto const start = line_break == std::string_view::npos ? 0 : line_break + 1;
  return {lines + 1, before.size() - start + 1};
}

/// "Syntax error: failed at position 7 (1): ..." with the place in `sql`. Empty when it is no such.
auto syntax_message(std::string_view text, std::string_view sql) -> std::string {
  constexpr std::string_view mark = "failed at position ";
  auto const at = text.find(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  std::size_t position = 0;
  auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (wrong != std::errc{} || position == 0 || position > sql.size() + 1) return {};
  auto const [line, column] = place_of(sql, position - 1);
  auto rest = trim(sql.substr(position - 1));
  rest = rest.substr(0, std::min<std::size_t>(rest.find('\n'), 40));
  if (rest.empty() || rest == ";")
    return fmt::format("SQL:{}:{}: the statement ends where more was expected", line, column);
  return fmt::format("SQL:{}:{}: not expected here: {}", line, column, rest);
}

}  // namespace

auto engine_error_number(std::string_view message) noexcept -> int {
  constexpr std::string_view mark = "Code: ";
  auto const at = message.find(mark);
  if (at == std::string_view::npos) return 0;
  message.remove_prefix(at + mark.size());
  auto number = 0;
  std::from_chars(message.data(), message.data() + message.size(), number);
  return number;
}

auto engine_failure(std::string_view message, std::string_view sql) -> error {
  auto const number = engine_error_number(message);
  auto code = errc::io_error;
  for (auto const& known : known_failures)
    if (known.number == number) code = known.code;
  auto const body = without_head(message);
  if (number == 62)
    if (auto text = syntax_message(body, sql); !text.empty()) return {code, std::move(text)};
  std::string text{without_tail(body)};
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (number == 164) text = "the question writes or changes something; only reading is permitted";
  if (number == 241)
    text = "the question needs more memory than it may have; ask for less, or raise the limit";
  if (number == 159)
    text = "the question takes longer than it may; ask for less, or raise the limit";
  if (text.empty()) text = "the engine failed without a word";
  return {code, std::move(text)};
}

}  // namespace kizashi::store
