#include "kizashi/store/line_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::store {
namespace {

/// "UInt16" of "LowCardinality(Nullable(UInt16))".
auto without_wrapping(std::string_view type) -> std::string_view {
  for (auto const word : {std::string_view{"LowCardinality("}, std::string_view{"Nullable("}})
    if (type.starts_with(word) && type.ends_with(')'))
      type = type.substr(word.size(), type.size() - word.size() - 1);
  return type;
}

/// What ClickHouse's TabSeparated escapes: \b \f \r \n \t \0 \' \\.
auto unescape(std::string_view text, std::string& out) -> std::string_view {
  if (text.find('\\') == std::string_view::npos) return text;
  constexpr std::string_view letters = "bfrnt0";
  constexpr std::string_view meanings{"\b\f\r\n\t\0", 6};
  out.clear();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      auto const known = letters.find(text[++at]);
      out += known == std::string_view::npos ? text[at] : meanings[known];
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

auto line_kind_of(std::string_view type) -> line_kind {
  type = without_wrapping(type);
  auto const word = type.substr(0, type.find('('));
  constexpr std::array<std::string_view, 9> nested = {
      "Array", "Tuple", "Map", "Nested", "Point", "Ring", "Polygon", "MultiPolygon", "LineString"};
  constexpr std::array<std::string_view, 10> literals = {
      "Bool", "Date", "Date32", "DateTime", "DateTime64", "Time", "Time64", "IPv4", "IPv6", "UUID"};
  if (std::ranges::find(nested, word) != nested.end()) return line_kind::nested;
  if (std::ranges::find(literals, word) != literals.end()) return line_kind::literal;
  for (auto const* const number : {"UInt", "Int", "Float", "BFloat", "Decimal"})
    if (word.starts_with(number)) return line_kind::number;
  return line_kind::text;
}

auto line_reader::feed(std::span<std::uint8_t const> bytes) -> status {
  std::string_view text{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
  for (;;) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) break;
    if (waiting_.empty()) {
      KIZASHI_TRY(line(text.substr(0, end)));
    } else {
      waiting_ += text.substr(0, end);
      KIZASHI_TRY(line(waiting_));
      waiting_.clear();
    }
    text.remove_prefix(end + 1);
  }
  if (text.size() > most_line_bytes - std::min(waiting_.size(), most_line_bytes))
    return fail(errc::limit_reached,
                fmt::format("a row of the answer has more than {} bytes", most_line_bytes));
  waiting_ += text;
  return {};
}

auto line_reader::line(std::string_view text) -> status {
  ++lines_;
  if (lines_ > 2) return row(text);
  auto const parts = split(text, '\t');
  if (lines_ == 1) {
    for (auto const part : parts) {
      std::string buffer;
      columns_.push_back({std::string{unescape(part, buffer)}, {}, {}});
    }
    texts_.resize(columns_.size());
    return {};
  }
  if (parts.size() != columns_.size())
    return fail(errc::parse_error, fmt::format("the answer names {} columns and {} types",
                                               columns_.size(), parts.size()));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    columns_[i].type = unescape(parts[i], texts_[i]);
    columns_[i].kind = line_kind_of(columns_[i].type);
  }
  return head_(columns_);
}

auto line_reader::row(std::string_view text) -> status {
  cells_.clear();
  for (auto left = true; left;) {
    auto const end = text.find('\t');
    left = end != std::string_view::npos;
    auto const cell = text.substr(0, end);
    auto const at = cells_.size();
    if (at == columns_.size()) break;
    if (left) text.remove_prefix(end + 1);
    auto const is_null = cell == "\\N";
    // A nested value is escaped as a literal of SQL, which stays as it is.
    auto const is_escaped = !is_null && columns_[at].kind != line_kind::nested;
    cells_.push_back({is_null      ? std::string_view{}
                      : is_escaped ? unescape(cell, texts_[at])
                                   : cell,
                      is_null});
    if (!left && cells_.size() == columns_.size()) return rows_(cells_);
  }
  return fail(errc::parse_error,
              fmt::format("line {} of the answer does not have one value for each of {} columns",
                          lines_, columns_.size()));
}

auto line_reader::finish() const -> status {
  if (waiting_.empty() && lines_ >= 2) return {};
  return fail(errc::parse_error,
              fmt::format("the answer ends in the middle of line {}", lines_ + 1));
}

}  // namespace kizashi::store
