#include "kizashi/store/internal/page_sql.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::uint64_t mapped = 0xFFFF'0000'0000;
constexpr std::uint64_t first_step = 3'600'000'000;  // an hour, in microseconds
constexpr std::uint64_t longer_by = 4;

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

auto time_steps::of(engine& in, page_request const& asked,
                    std::vector<std::string_view> const& tables, std::string_view column,
                    std::uint64_t least, std::uint64_t unit) -> result<time_steps> {
  auto from = least, to = UINT64_MAX;
  if (asked.filter.to.is_known()) to = (microseconds_of(asked.filter.to) + unit - 1) / unit;
  if (least == 0 || !asked.filter.to.is_known()) {
    std::uint64_t first = UINT64_MAX, end = 0;
    for (auto const table : tables)  // without conditions the engine has this of each part
      KIZASHI_TRY(
          ask_rows(in, fmt::format("select min({0}), max({0}), count() from {1}", column, table),
                   asked.ask, [&](native_row const& row) {
                     if (row.number(2) == 0) return;
                     first = std::min(first, row.number(0));
                     end = std::max(end, row.number(1) + 1);
                   }));
    from = std::max(from, first);
    to = std::min(to, end);
  }
  // A cursor begins with the time of the last row of the page before.
  if (!asked.after.empty() && asked.is_newest_first) to = std::min(to, asked.after.front() + 1);
  if (!asked.after.empty() && !asked.is_newest_first) from = std::max(from, asked.after.front());
  // The largest may be at any time: one step has all.
  auto const length = asked.is_largest_first && to > from ? to - from : first_step / unit;
  return time_steps{from, to, length, asked.is_newest_first};
}

auto time_steps::next() -> std::optional<step> {
  if (from_ >= to_) return std::nullopt;
  auto const length = std::min(width_, to_ - from_);
  width_ *= longer_by;
  if (is_newest_first_) {
    to_ -= length;
    return step{to_, to_ + length};
  }
  from_ += length;
  return step{from_ - length, from_};
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

auto in_widened(std::vector<net::address> all) -> std::string {
  for (auto& each : all) each = widened(each);
  return in_addresses("src", all);
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

auto events_going_on(packet_filter const& filter, std::string_view columns,
                     std::string const& sources, std::vector<std::string> conditions)
    -> std::string {
  conditions.insert(conditions.end(), {in_sensors(filter), going_on(filter)});
  constexpr std::uint64_t day = 86'400'000'000;
  auto const from = microseconds_of(filter.from), midnight = from / day * day;
  auto const begin = midnight - std::min(day, midnight);
  auto recent = conditions;
  recent.push_back(sources);
  if (begin > 0) recent.push_back(fmt::format("first >= {}", begin));
  auto const text = fmt::format("select {} from events final where {}", columns, all_of(recent));
  if (begin == 0) return text;
  // What `final` does, for few: of each key the newest. An event that any generation says to have
  // gone on so long is looked at.
  auto const long_ones = all_of({sources, fmt::format("first < {} and last >= {}", begin, from)});
  return fmt::format(
      "{} union all select {} from (select * from events where first < {} and (src, first) in "
      "(select src, first from events where {}) order by generation desc limit 1 by src, first, "
      "sensor, type, port, ports, class) where {}",
      text, columns, begin, long_ones, all_of(conditions));
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
