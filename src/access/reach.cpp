#include "kizashi/access/reach.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/access/internal/reach_text.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::access {
namespace {

constexpr std::size_t most_sensor_name = 64;

auto is_within(net::prefix const& inner, net::prefix const& outer) -> bool {
  return inner.length() >= outer.length() && outer.contains(inner.first());
}

template <class T>
void tidy(std::vector<T>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

auto check_sensor(std::string_view name) -> status {
  auto const is_bad = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == ',' || c == '\x7f';
  };
  if (name.empty() || name.size() > most_sensor_name || std::ranges::any_of(name, is_bad))
    return fail(errc::parse_error,
                fmt::format("\"{}\" is no name of a sensor; expected 1 to {} characters without "
                            "spaces and commas",
                            name, most_sensor_name));
  return {};
}

auto texts_of(std::vector<net::prefix> const& list) -> std::vector<std::string> {
  std::vector<std::string> texts;
  for (auto const& each : list) texts.push_back(each.to_string());
  return texts;
}

auto describe(std::vector<std::string> const& texts) -> std::string {
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

auto parse_prefixes(std::span<std::string const> texts) -> result<std::vector<net::prefix>> {
  std::vector<net::prefix> list;
  for (auto const& text : texts) {
    KIZASHI_TRY(auto const each, net::prefix::parse(text));
    list.push_back(each);
  }
  tidy(list);
  return list;
}

auto parse_sensors(std::span<std::string const> texts) -> result<std::vector<std::string>> {
  std::vector<std::string> list;
  for (auto const& text : texts) {
    KIZASHI_TRY(check_sensor(text));
    list.push_back(text);
  }
  tidy(list);
  return list;
}

/// The texts of a table; an empty one has none.
auto parts_of(std::string const& text) -> std::vector<std::string> {
  std::vector<std::string> list;
  if (!text.empty())
    for (auto const part : split(text, ',')) list.emplace_back(part);
  return list;
}

/// Two prefixes have nothing in common or one holds the other.
auto common(std::vector<net::prefix> const& a, std::vector<net::prefix> const& b)
    -> std::vector<net::prefix> {
  std::vector<net::prefix> both;
  for (auto const& x : a)
    for (auto const& y : b) {
      if (is_within(x, y))
        both.push_back(x);
      else if (is_within(y, x))
        both.push_back(y);
    }
  tidy(both);
  return both;
}

auto common(std::vector<std::string> const& a, std::vector<std::string> const& b)
    -> std::vector<std::string> {
  std::vector<std::string> both;
  for (auto const& each : a)
    if (std::ranges::find(b, each) != b.end()) both.push_back(each);
  tidy(both);
  return both;
}

template <class T>
auto common(std::optional<std::vector<T>> const& a, std::optional<std::vector<T>> const& b)
    -> std::optional<std::vector<T>> {
  if (!a) return b;
  if (!b) return a;
  return common(*a, *b);
}

}  // namespace

auto reach::has(net::address where) const -> bool {
  return !prefixes ||
         std::ranges::any_of(*prefixes, [&](auto const& p) { return p.contains(where); });
}

auto reach::has_sensor(std::string_view sensor) const -> bool {
  return !sensors || std::ranges::find(*sensors, sensor) != sensors->end();
}

auto intersect(reach const& a, reach const& b) -> reach {
  return {common(a.prefixes, b.prefixes), common(a.sensors, b.sensors)};
}

auto check_within(reach const& inner, reach const& outer) -> status {
  if (outer.prefixes) {
    if (!inner.prefixes)
      return fail(errc::permission,
                  fmt::format("all prefixes are more than the account may see: {}",
                              describe_prefixes(outer)));
    for (auto const& each : *inner.prefixes)
      if (std::ranges::none_of(*outer.prefixes, [&](auto const& p) { return is_within(each, p); }))
        return fail(errc::permission,
                    fmt::format("the prefix {} is more than the account may see: {}",
                                each.to_string(), describe_prefixes(outer)));
  }
  if (outer.sensors) {
    if (!inner.sensors)
      return fail(errc::permission, fmt::format("all sensors are more than the account may see: {}",
                                                describe_sensors(outer)));
    for (auto const& each : *inner.sensors)
      if (!outer.has_sensor(each))
        return fail(errc::permission,
                    fmt::format("the sensor {} is more than the account may see: {}", each,
                                describe_sensors(outer)));
  }
  return {};
}

auto parse_reach(std::span<std::string const> prefixes, std::span<std::string const> sensors)
    -> result<reach> {
  reach made;
  if (!prefixes.empty()) {
    KIZASHI_TRY(auto list, parse_prefixes(prefixes));
    made.prefixes = std::move(list);
  }
  if (!sensors.empty()) {
    KIZASHI_TRY(auto list, parse_sensors(sensors));
    made.sensors = std::move(list);
  }
  return made;
}

auto describe_prefixes(reach const& what) -> std::string {
  return what.prefixes ? describe(texts_of(*what.prefixes)) : "all";
}

auto describe_sensors(reach const& what) -> std::string {
  return what.sensors ? describe(*what.sensors) : "all";
}

namespace internal {

auto prefixes_text(reach const& what) -> std::optional<std::string> {
  if (!what.prefixes) return std::nullopt;
  return fmt::format("{}", fmt::join(texts_of(*what.prefixes), ","));
}

auto sensors_text(reach const& what) -> std::optional<std::string> {
  if (!what.sensors) return std::nullopt;
  return fmt::format("{}", fmt::join(*what.sensors, ","));
}

auto reach_from(std::optional<std::string> const& prefixes,
                std::optional<std::string> const& sensors) -> result<reach> {
  // Not by parse_reach: an empty list that is there means "none", and must not become "all".
  reach made;
  if (prefixes) {
    KIZASHI_TRY(auto list, parse_prefixes(parts_of(*prefixes)));
    made.prefixes = std::move(list);
  }
  if (sensors) {
    KIZASHI_TRY(auto list, parse_sensors(parts_of(*sensors)));
    made.sensors = std::move(list);
  }
  return made;
}

}  // namespace internal
}  // namespace kizashi::access
