#include "kizashi/engine/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"

namespace kizashi::engine {
namespace {

[[nodiscard]] auto expected_text(option_spec const& spec) -> std::string {
  if (std::holds_alternative<bool>(spec.standard)) return "yes or no";
  if (!spec.words.empty()) return fmt::format("{}", fmt::join(spec.words, " or "));
  return fmt::format("{} to {}", to_text(spec.least), to_text(spec.most));
}

/// The value of the kind of `spec.standard`; nothing when the text is no such value.
[[nodiscard]] auto read_value(option_spec const& spec, std::string_view text)
    -> std::optional<option_value> {
  auto const* end = text.data() + text.size();
  if (std::holds_alternative<bool>(spec.standard)) {
    if (text == "yes" || text == "true") return true;
    if (text == "no" || text == "false") return false;
    return std::nullopt;
  }
  if (std::holds_alternative<std::uint64_t>(spec.standard)) {
    std::uint64_t number = 0;
    auto const [at, wrong] = std::from_chars(text.data(), end, number);
    if (wrong != std::errc{} || at != end) return std::nullopt;
    return number;
  }
  if (std::holds_alternative<double>(spec.standard)) {
    double number = 0;
    auto const [at, wrong] = std::from_chars(text.data(), end, number);
    if (wrong != std::errc{} || at != end || !std::isfinite(number)) return std::nullopt;
    return number;
  }
  if (std::holds_alternative<duration>(spec.standard)) {
    auto const length = parse_duration(text);
    if (!length) return std::nullopt;
    return *length;
  }
  auto const word = std::ranges::find(spec.words, text);
  if (word == spec.words.end()) return std::nullopt;
  return *word;
}

[[nodiscard]] auto is_in_range(option_spec const& spec, option_value const& value) -> bool {
  if (std::holds_alternative<bool>(value) || !spec.words.empty()) return true;
  return value >= spec.least && value <= spec.most;
}

}  // namespace

option_set::option_set(std::span<option_spec const> table) : table_{table} {
  values_.reserve(table.size());
  for (auto const& each : table) values_.push_back(each.standard);
}

auto option_set::has(std::string_view name) const noexcept -> bool {
  return std::ranges::find(table_, name, &option_spec::name) != table_.end();
}

auto option_set::index_of(std::string_view name) const -> std::size_t {
  auto const at = std::ranges::find(table_, name, &option_spec::name);
  KIZASHI_ASSERT(at != table_.end());
  return static_cast<std::size_t>(at - table_.begin());
}

auto option_set::set(std::string_view name, std::string_view text) -> status {
  if (!has(name)) {
    std::vector<std::string_view> names;
    for (auto const& each : table_) names.push_back(each.name);
    auto const near = closest(name, names);
    return fail(errc::not_found,
                near.empty() ? fmt::format("there is no option {}", name)
                             : fmt::format("there is no option {}; {} perhaps", name, near));
  }
  auto const at = index_of(name);
  auto const& spec = table_[at];
  auto const value = read_value(spec, text);
  if (!value || !is_in_range(spec, *value))
    return fail(value ? errc::out_of_range : errc::parse_error,
                fmt::format("{} is {}; expected {}", name, text, expected_text(spec)));
  values_[at] = *value;
  return {};
}

auto option_set::text_of(std::string_view name) const -> std::string {
  return to_text(values_[index_of(name)]);
}

auto describe_range(option_spec const& each) -> std::string {
  return fmt::format("{}; default {}", expected_text(each), to_text(each.standard));
}

auto kind_of(option_spec const& each) -> std::string_view {
  static constexpr std::string_view names[] = {"bool", "whole number", "number", "duration",
                                               "word"};
  return names[each.standard.index()];
}

auto to_text(option_value const& value) -> std::string {
  if (auto const* is = std::get_if<bool>(&value)) return *is ? "yes" : "no";
  if (auto const* whole = std::get_if<std::uint64_t>(&value)) return fmt::format("{}", *whole);
  if (auto const* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (auto const* length = std::get_if<duration>(&value)) return to_string(*length);
  return std::string{std::get<std::string_view>(value)};
}

}  // namespace kizashi::engine
