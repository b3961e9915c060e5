#include "kizashi/base/toml_reader.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

#include <fmt/format.h>

#include "kizashi/base/config.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Text of a stranger without control characters, cut where it becomes long.
auto shortened(std::string text) -> std::string {
  for (auto& each : text)
    if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F) each = ' ';
  if (text.size() > 90) text = text.substr(0, 87) + "...";
  return text;
}

}  // namespace

auto is_listed(std::string_view word, std::string_view list) -> bool {
  return std::ranges::count(split(list, ' '), word) > 0;
}

auto with_commas(std::string_view list) -> std::string {
  std::string answer;
  for (auto const word : split(list, ' '))
    if (!word.empty()) answer += fmt::format("{}{}", answer.empty() ? "" : ", ", word);
  return answer;
}

auto shown(toml::node const& node) -> std::string {
  if (auto const* const text = node.as_string()) return shortened("\"" + text->get() + "\"");
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  std::ostringstream out;
  out << toml::node_view<toml::node const>{node};
  return shortened(out.str());
}

void toml_mistakes::add(toml::source_position where, std::string message) {
  entries_.push_back({where, std::move(message)});
}

auto toml_mistakes::text() const -> std::string {
  auto sorted = entries_;
  std::ranges::stable_sort(sorted, {}, [](entry const& each) {
    return std::tuple{each.where.line, each.where.column};
  });
  constexpr std::size_t most = 20;
  std::string answer;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i)
    answer += fmt::format("{}{}:{}:{}: {}", i == 0 ? "" : "\n", file_, sorted[i].where.line,
                          sorted[i].where.column, sorted[i].message);
  if (sorted.size() > most) answer += fmt::format("\n{}: {} more", file_, sorted.size() - most);
  return answer;
}

auto toml_reader::full(std::string_view key) const -> std::string {
  return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

void toml_reader::complain(std::string_view key, std::string_view expected) {
  if (auto const* const node = find(key)) return complain_at(*node, key, expected);
  out_->add(table_->source().begin, fmt::format("{} is missing; expected {}", full(key), expected));
}

void toml_reader::complain_at(toml::node const& node, std::string_view key,
                              std::string_view expected) {
  explain_at(node, key, fmt::format("expected {}", expected));
}

void toml_reader::explain_at(toml::node const& node, std::string_view key,
                             std::string_view reason) {
  out_->add(node.source().begin, fmt::format("{} is {}; {}", full(key), shown(node), reason));
}

auto toml_reader::text(std::string_view key, std::string fallback) -> std::string {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* const value = node->as_string()) return value->get();
  complain_at(*node, key, "a text in quotes");
  return fallback;
}

auto toml_reader::filled_text(std::string_view key, std::string_view expected, bool is_needed)
    -> std::optional<std::string> {
  auto const* const node = find(key);
  auto const* const value = node == nullptr ? nullptr : node->as_string();
  if (value != nullptr && !value->get().empty()) return value->get();
  if (node != nullptr || is_needed) complain(key, expected);
  return std::nullopt;
}

auto toml_reader::word(std::string_view key, std::string_view permitted, std::string fallback)
    -> std::string {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  auto const* const value = node->as_string();
  if (value != nullptr && is_listed(value->get(), permitted)) return value->get();
  complain_at(*node, key, "one of " + with_commas(permitted));
  return fallback;
}

auto toml_reader::boolean(std::string_view key, bool fallback) -> bool {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* const value = node->as_boolean()) return value->get();
  complain_at(*node, key, "true or false");
  return fallback;
}

auto toml_reader::integer(std::string_view key, std::uint64_t low, std::uint64_t high,
                          std::uint64_t fallback) -> std::uint64_t {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  auto const* const value = node->as_integer();
  if (value != nullptr && value->get() >= 0) {
    auto const number = static_cast<std::uint64_t>(value->get());
    if (number >= low && number <= high) return number;
  }
  complain_at(*node, key, fmt::format("a whole number from {} to {}", low, high));
  return fallback;
}

auto toml_reader::number(std::string_view key, double low, double high, double fallback) -> double {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  auto const value = node->is_number() ? node->value<double>() : std::nullopt;
  if (value && *value >= low && *value <= high) return *value;
  complain_at(*node, key, fmt::format("a number from {} to {}", low, high));
  return fallback;
}

auto toml_reader::length(std::string_view key, duration low, duration high, duration fallback)
    -> duration {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* const value = node->as_string()) {
    auto const parsed = parse_duration(value->get());
    if (parsed && *parsed >= low && *parsed <= high && parsed->count() % second == 0)
      return *parsed;
  }
  complain_at(*node, key,
              fmt::format("a length of time from {} to {} in whole seconds, such as \"90s\"",
                          to_string(low), to_string(high)));
  return fallback;
}

auto toml_reader::time(std::string_view key, timestamp fallback) -> timestamp {
  auto const* const node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* const value = node->as_string()) {
    auto const parsed = timestamp::parse(value->get());
    if (parsed && parsed->nanoseconds() >= 0 && parsed->nanoseconds() % second == 0) return *parsed;
  }
  complain_at(*node, key, "a time in whole seconds such as \"2026-01-15T00:00:00Z\"");
  return fallback;
}

auto toml_reader::table(std::string_view key) -> toml::table const* {
  auto const* const node = find(key);
  if (node == nullptr) return nullptr;
  if (auto const* const answer = node->as_table()) return answer;
  complain_at(*node, key, fmt::format("a table that begins with [{}]", key));
  return nullptr;
}

auto toml_reader::tables(std::string_view key) -> std::vector<toml::table const*> {
  std::vector<toml::table const*> answer;
  auto const* const node = find(key);
  if (node == nullptr) return answer;
  auto const expected = fmt::format("tables that begin with [[{}]]", key);
  auto const* const list = node->as_array();
  if (list == nullptr) complain_at(*node, key, expected);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    auto const& item = *list->get(i);
    if (auto const* const each = item.as_table())
      answer.push_back(each);
    else
      complain_at(item, key, expected);
  }
  return answer;
}

void toml_reader::refuse_others(std::string_view permitted, std::string_view owner) {
  for (auto const& [name, value] : *table_) {
    if (is_listed(name.str(), permitted)) continue;
    auto const near = closest(name.str(), split(permitted, ' '));
    out_->add(
        name.source().begin,
        fmt::format("{} is not known;{} {} may have {}", full(shortened(std::string{name.str()})),
                    near.empty() ? "" : fmt::format(" did you mean {}?", near), owner,
                    with_commas(permitted)));
  }
}

auto parse_toml(std::string_view text, std::string_view file) -> result<toml::table> {
  try {
    return toml::parse(text, file);
  } catch (toml::parse_error const& bad) {
    toml_mistakes only{file};
    only.add(bad.source().begin, fmt::format("not TOML: {}", bad.description()));
    return fail(errc::parse_error, only.text());
  }
}

}  // namespace kizashi
