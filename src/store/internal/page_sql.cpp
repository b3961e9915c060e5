#include "kizashi/store/internal/page_sql.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::uint64_t mapped = 0xFFFF'0000'0000;

}  // namespace

auto behind(std::span<key_column const> key, std::span<std::uint64_t const> after,
            bool is_newest_first) -> result<std::string> {
  if (after.empty()) return std::string{};
  std::vector<std::string_view> names;
  std::vector<std::string> values;
  for (auto const& [name, words] : key) {
    if (after.size() < words) break;
    names.push_back(name);
    values.push_back(words == 2 ? address_literal(net::ipv6{after[0], after[1]})
                                : fmt::format("{}", after[0]));
    after = after.subspan(words);
  }
  if (names.size() != key.size() || !after.empty())
    return fail(errc::parse_error, "the place of the page is not one of this list");
  return fmt::format("({}) {} ({})", fmt::join(names, ", "), is_newest_first ? "<" : ">",
                     fmt::join(values, ", "));
}

auto order_of(std::span<key_column const> key, bool is_newest_first) -> std::string {
  std::vector<std::string> out;
  for (auto const& each : key)
    out.push_back(fmt::format("{}{}", each.name, is_newest_first ? " desc" : ""));
  return fmt::format("{}", fmt::join(out, ", "));
}

auto widened(net::address a) -> net::address {
  return a.is_ipv6() ? a : net::ipv6{0, mapped | a.as_ipv4().value()};
}

auto narrowed(net::address a) -> net::address {
  auto const is = a.as_ipv6();
  bool const is_mapped = is.high() == 0 && is.low() >> 32 == mapped >> 32;
  return is_mapped ? net::address{net::ipv4{static_cast<std::uint32_t>(is.low())}} : a;
}

auto from_widened(std::vector<net::prefix> const& sources, std::string_view column) -> std::string {
  std::vector<std::string> out;
  for (auto const& each : sources)
    out.push_back(fmt::format("({0} >= {1} and {0} <= {2})", column,
                              address_literal(widened(each.first())),
                              address_literal(widened(each.last()))));
  return fmt::format("{}", fmt::join(out, " or "));
}

auto all_of(std::vector<std::string> const& conditions) -> std::string {
  std::vector<std::string> out;
  for (auto const& each : conditions)
    if (!each.empty()) out.push_back(fmt::format("({})", each));
  return out.empty() ? std::string{"1"} : fmt::format("{}", fmt::join(out, " and "));
}

auto in_sensors(packet_filter const& filter) -> std::string {
  if (filter.sensors.empty()) return {};
  return fmt::format("sensor in ({})", fmt::join(filter.sensors, ","));
}

auto going_on(packet_filter const& filter) -> std::string {
  std::vector<std::string> out;
  if (filter.from.is_known())
    out.push_back(fmt::format("last >= {}", microseconds_of(filter.from)));
  if (filter.to.is_known()) out.push_back(fmt::format("first < {}", microseconds_of(filter.to)));
  return fmt::format("{}", fmt::join(out, " and "));
}

auto time_of_microseconds(std::uint64_t microseconds) -> timestamp {
  return microseconds == 0 ? timestamp::unknown()
                           : timestamp{static_cast<std::int64_t>(microseconds) * 1000};
}

auto microseconds_of(timestamp time) -> std::uint64_t {
  return time.nanoseconds() <= 0 ? 0
                                 : (static_cast<std::uint64_t>(time.nanoseconds()) + 999) / 1000;
}

}  // namespace kizashi::store::internal
