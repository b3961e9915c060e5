#include "kizashi/capture/synth/internal/table_reader.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

#include <fmt/format.h>

#include "kizashi/base/config.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr std::uint32_t largest_weight = 1'000'000;

/// A value as a person would write it, cut where it becomes long.
auto shown(toml::node const& node) -> std::string {
  std::ostringstream out;
  if (auto const* text = node.as_string())
    out << '"' << text->get() << '"';
  else if (node.is_table() || node.is_array())
    out << (node.is_table() ? "a table" : "a list");
  else
    out << toml::node_view<toml::node const>{node};
  auto answer = out.str();
  if (answer.size() > 60) answer = answer.substr(0, 57) + "...";
  return answer;
}

auto is_listed(std::string_view word, std::string_view list) -> bool {
  auto const words = split(list, ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

auto with_commas(std::string_view list) -> std::string {
  std::string answer;
  for (auto const word : split(list, ' ')) {
    if (word.empty()) continue;
    if (!answer.empty()) answer += ", ";
    answer += word;
  }
  return answer;
}

}  // namespace

void diagnostics::add(toml::source_position where, std::string message) {
  entries_.push_back({where, std::move(message)});
}

auto diagnostics::text() const -> std::string {
  auto sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  constexpr std::size_t most = 20;
  std::string answer;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) {
    auto const& [where, message] = sorted[i];
    answer +=
        fmt::format("{}{}:{}:{}: {}", i == 0 ? "" : "\n", file_, where.line, where.column, message);
  }
  if (sorted.size() > most) answer += fmt::format("\n{}: {} more", file_, sorted.size() - most);
  return answer;
}

auto table_reader::full(std::string_view key) const -> std::string {
  return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

void table_reader::complain_at(toml::node const& node, std::string_view key,
                               std::string const& expected) {
  out_->add(node.source().begin,
            fmt::format("{} is {}; expected {}", full(key), shown(node), expected));
}

void table_reader::complain(std::string_view key, std::string const& expected) {
  if (auto const* node = find(key))
    complain_at(*node, key, expected);
  else
    out_->add(table_->source().begin,
              fmt::format("{} is missing; expected {}", full(key), expected));
}

auto table_reader::text(std::string_view key, std::string fallback) -> std::string {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* value = node->as_string()) return value->get();
  complain_at(*node, key, "a text in quotes");
  return fallback;
}

auto table_reader::word(std::string_view key, std::string_view permitted, std::string fallback)
    -> std::string {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  auto const* value = node->as_string();
  if (value != nullptr && is_listed(value->get(), permitted)) return value->get();
  complain_at(*node, key, "one of " + with_commas(permitted));
  return fallback;
}

auto table_reader::boolean(std::string_view key, bool fallback) -> bool {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* value = node->as_boolean()) return value->get();
  complain_at(*node, key, "true or false");
  return fallback;
}

auto table_reader::integer(std::string_view key, std::uint64_t low, std::uint64_t high,
                           std::uint64_t fallback) -> std::uint64_t {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  auto const* value = node->as_integer();
  if (value != nullptr && value->get() >= 0) {
    auto const number = static_cast<std::uint64_t>(value->get());
    if (number >= low && number <= high) return number;
  }
  complain_at(*node, key, fmt::format("a whole number from {} to {}", low, high));
  return fallback;
}

auto table_reader::number(std::string_view key, double low, double high, double fallback)
    -> double {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  auto const value = node->is_number() ? node->value<double>() : std::nullopt;
  if (value && *value >= low && *value <= high) return *value;
  complain_at(*node, key, fmt::format("a number from {} to {}", low, high));
  return fallback;
}

auto table_reader::length(std::string_view key, duration low, duration high, duration fallback)
    -> duration {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* value = node->as_string()) {
    auto const parsed = parse_duration(value->get());
    if (parsed && *parsed >= low && *parsed <= high && parsed->count() % 1'000'000'000 == 0)
      return *parsed;
  }
  complain_at(*node, key,
              fmt::format("a length of time from {} to {} in whole seconds, such as \"90s\"",
                          to_string(low), to_string(high)));
  return fallback;
}

auto table_reader::time(std::string_view key, timestamp fallback) -> timestamp {
  auto const* node = find(key);
  if (node == nullptr) return fallback;
  if (auto const* value = node->as_string()) {
    auto const parsed = timestamp::parse(value->get());
    if (parsed && parsed->nanoseconds() >= 0 && parsed->nanoseconds() % 1'000'000'000 == 0)
      return *parsed;
  }
  complain_at(*node, key, "a time in whole seconds such as \"2026-01-15T00:00:00Z\"");
  return fallback;
}

auto table_reader::prefixes(std::string_view key) -> std::vector<net::prefix> {
  std::vector<net::prefix> answer;
  auto const* node = find(key);
  if (node == nullptr) return answer;
  constexpr auto expected = "a list of prefixes such as [\"203.0.113.0/24\"]";
  auto const* list = node->as_array();
  if (list == nullptr) {
    complain_at(*node, key, expected);
    return answer;
  }
  for (auto const& item : *list) {
    auto const* text = item.as_string();
    if (text == nullptr) {
      complain_at(item, key, expected);
    } else if (auto const parsed = net::prefix::parse(text->get())) {
      answer.push_back(*parsed);
    } else {
      // Its own words say what was expected and what was probably meant.
      out_->add(item.source().begin, fmt::format("{}: {}", full(key), parsed.error().message));
    }
  }
  return answer;
}

void table_reader::entries(std::string_view key, std::string const& expected, bool are_numbers,
                           entry_taker const& take) {
  auto const* node = find(key);
  if (node == nullptr) return;
  std::uint64_t sum = 0;
  auto is_sound = true;
  if (auto const* list = node->as_array()) {
    for (auto const& item : *list) {
      auto const text = are_numbers && item.is_integer()   ? shown(item)
                        : !are_numbers && item.is_string() ? item.as_string()->get()
                                                           : std::string{};
      auto const is_taken = take(text, 1);
      if (!is_taken) complain_at(item, key, expected);
      is_sound = is_sound && is_taken;
      sum += 1;
    }
  } else if (auto const* table = node->as_table()) {
    table_reader inner{*table, full(key), *out_};
    for (auto const& [name, value] : *table) {
      auto const weight = inner.integer(name.str(), 0, largest_weight, 1);
      sum += weight;
      if (take(name.str(), static_cast<std::uint32_t>(weight))) continue;
      is_sound = false;
      out_->add(name.source().begin,
                fmt::format("{} has {}; expected {}", full(key), name.str(), expected));
    }
  } else {
    is_sound = false;
    complain_at(*node, key, expected + ", as a list or as a table with weights");
  }
  if (is_sound && sum == 0)
    complain_at(*node, key, expected + ", one of them with a weight above 0");
}

auto table_reader::weights(std::string_view key, std::string_view permitted)
    -> std::vector<named_weight> {
  std::vector<named_weight> answer;
  entries(key, "names from " + with_commas(permitted), false,
          [&](std::string_view name, std::uint32_t weight) {
            if (!is_listed(name, permitted)) return false;
            answer.push_back({std::string{name}, weight});
            return true;
          });
  return answer;
}

auto table_reader::ports(std::string_view key) -> std::vector<port_weight> {
  std::vector<port_weight> answer;
  entries(key, "ports from 0 to 65535 such as [23, 80] or { 23 = 9, 80 = 1 }", true,
          [&](std::string_view text, std::uint32_t weight) {
            auto const port = parse_unsigned(text, 65535);
            if (port) answer.push_back({static_cast<std::uint16_t>(*port), weight});
            return port.has_value();
          });
  std::sort(answer.begin(), answer.end(), [](auto a, auto b) { return a.port < b.port; });
  return answer;
}

auto table_reader::table(std::string_view key) -> toml::table const* {
  auto const* node = find(key);
  if (node == nullptr) return nullptr;
  if (auto const* answer = node->as_table()) return answer;
  complain_at(*node, key, fmt::format("a table that begins with [{}]", key));
  return nullptr;
}

auto table_reader::tables(std::string_view key) -> std::vector<toml::table const*> {
  std::vector<toml::table const*> answer;
  auto const* node = find(key);
  if (node == nullptr) return answer;
  if (auto const* list = node->as_array()) {
    for (auto const& item : *list)
      if (auto const* table = item.as_table())
        answer.push_back(table);
      else
        complain_at(item, key, fmt::format("tables that begin with [[{}]]", key));
  } else {
    complain_at(*node, key, fmt::format("tables that begin with [[{}]]", key));
  }
  return answer;
}

void table_reader::refuse_others(std::string_view permitted, std::string_view owner) {
  for (auto const& [name, value] : *table_) {
    if (is_listed(name.str(), permitted)) continue;
    auto const near = closest(name.str(), split(permitted, ' '));
    out_->add(name.source().begin,
              fmt::format("{} is not known;{} {} may have {}", full(name.str()),
                          near.empty() ? "" : fmt::format(" did you mean {}?", near), owner,
                          with_commas(permitted)));
  }
}

}  // namespace kizashi::capture::synth
