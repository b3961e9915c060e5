#include "kizashi/store/internal/address_sql.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "kizashi/store/engine.hpp"

namespace kizashi::store::internal {
namespace {

void append_big(std::string& to, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift & 255);
}

void append_little(std::string& to, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) to += static_cast<char>(number >> shift & 255);
}

auto literal(net::address a) -> std::string {
  if (!a.is_ipv6()) return fmt::format("{}", a.as_ipv4().value());
  return fmt::format("toFixedString(unhex('{:016x}{:016x}'), 16)", a.as_ipv6().high(),
                     a.as_ipv6().low());
}

auto in_words(std::string_view expression, std::string const& words) -> std::string {
  return fmt::format(
      "{} in (select reinterpretAsUInt32(substring({}, number * 4 + 1, 4)) from numbers({}))",
      expression, sql_text(words), words.size() / 4);
}

}  // namespace

auto in_ranges(std::string_view column, std::span<net::address_range const> ranges) -> std::string {
  std::string sql;
  for (auto const& each : ranges)
    sql += fmt::format("{}({} >= {} and {} <= {})", sql.empty() ? "(" : " or ", column,
                       literal(each.first), column, literal(each.last));
  return sql + ")";
}

auto in_addresses(std::string_view column, std::span<net::address const> addresses) -> std::string {
  std::string bytes;
  if (!addresses.front().is_ipv6()) {
    for (auto const& each : addresses) append_little(bytes, each.as_ipv4().value());
    return in_words(column, bytes);
  }
  for (auto const& each : addresses) {
    append_big(bytes, each.as_ipv6().high());
    append_big(bytes, each.as_ipv6().low());
  }
  return fmt::format(
      "{} in (select toFixedString(substring({}, number * 16 + 1, 16), 16) from numbers({}))",
      column, sql_text(bytes), addresses.size());
}

auto in_blocks(std::string_view column, std::span<net::address_range const> blocks) -> std::string {
  if (blocks.front().first.is_ipv6()) {
    std::vector<net::address> firsts;
    for (auto const& each : blocks) firsts.push_back(each.first);
    return in_addresses(column, firsts);
  }
  std::string bytes;
  for (auto const& each : blocks) append_little(bytes, each.first.as_ipv4().value() >> 8);
  return in_words(fmt::format("bitShiftRight({}, 8)", column), bytes);
}

auto in_days(std::span<sketch_day const> days) -> std::string {
  constexpr std::size_t most = 32;
  constexpr std::uint64_t length = 86'400'000'000;  // microseconds
  constexpr std::uint64_t end_of_days = (std::uint64_t{UINT32_MAX} + 1) * 1'000'000;
  struct stretch {
    std::uint64_t first;
    std::uint64_t last;
  };
  std::vector<stretch> stretches;
  std::string sql;
  for (auto const day : days) {
    auto const number = static_cast<std::uint64_t>(day);
    if (day == 0)
      sql = fmt::format("ts < {} or ts >= {}", length, end_of_days);
    else if (!stretches.empty() &&
             (stretches.back().last + 1 == number || stretches.size() == most))
      stretches.back().last = number;
    else
      stretches.push_back({number, number});
  }
  for (auto const& [first, last] : stretches)
    sql += fmt::format("{}(ts >= {} and ts < {})", sql.empty() ? "" : " or ", first * length,
                       std::min((last + 1) * length, end_of_days));
  return fmt::format("({})", sql);
}

}  // namespace kizashi::store::internal
