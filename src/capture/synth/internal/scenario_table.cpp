#include "kizashi/capture/synth/internal/scenario_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture::synth {
namespace {

constexpr std::uint32_t largest_weight = 1'000'000;

}  // namespace

auto scenario_table::prefixes(std::string_view key) -> std::vector<net::prefix> {
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
      mistakes().add(item.source().begin, fmt::format("{}: {}", full(key), parsed.error().message));
    }
  }
  return answer;
}

void scenario_table::entries(std::string_view key, std::string const& expected, bool are_numbers,
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
    scenario_table inner{*table, full(key), mistakes()};
    for (auto const& [name, value] : *table) {
      auto const weight = inner.integer(name.str(), 0, largest_weight, 1);
      sum += weight;
      if (take(name.str(), static_cast<std::uint32_t>(weight))) continue;
      is_sound = false;
      mistakes().add(name.source().begin,
                     fmt::format("{} has {}; expected {}", full(key), name.str(), expected));
    }
  } else {
    is_sound = false;
    complain_at(*node, key, expected + ", as a list or as a table with weights");
  }
  if (is_sound && sum == 0)
    complain_at(*node, key, expected + ", one of them with a weight above 0");
}

auto scenario_table::weights(std::string_view key, std::string_view permitted)
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

auto scenario_table::ports(std::string_view key) -> std::vector<port_weight> {
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

}  // namespace kizashi::capture::synth
