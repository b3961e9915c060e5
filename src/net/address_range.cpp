#include "kizashi/net/address_range.hpp"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdint>
#include <limits>

namespace kizashi::net {
namespace {

/// b - a, where a <= b; rounded where it has more than 53 bits.
auto distance(address a, address b) -> double {
  if (!a.is_ipv6()) return static_cast<double>(b.as_ipv4().value() - a.as_ipv4().value());
  auto const from = a.as_ipv6(), to = b.as_ipv6();
  auto const high = to.high() - from.high() - (to.low() < from.low() ? 1 : 0);
  constexpr double two_to_64 = 18446744073709551616.0;
  return static_cast<double>(high) * two_to_64 + static_cast<double>(to.low() - from.low());
}

/// Whether nothing lies between the end of one stretch and the begin of the next.
auto is_next(address end, address begin) -> bool {
  if (!end.is_ipv6()) return begin.as_ipv4().value() - end.as_ipv4().value() == 1;
  auto const a = end.as_ipv6(), b = begin.as_ipv6();
  return b.low() == a.low() + 1 && b.high() == a.high() + (b.low() == 0 ? 1 : 0);
}

/// An address as 128 bits, for arithmetic. IPv4: the lower 32.
struct wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(wide const&, wide const&) = default;
};

auto wide_of(address a) -> wide {
  if (!a.is_ipv6()) return {0, a.as_ipv4().value()};
  return {a.as_ipv6().high(), a.as_ipv6().low()};
}

auto address_of(wide a, bool is_ipv6) -> address {
  if (!is_ipv6) return address{ipv4{static_cast<std::uint32_t>(a.low)}};
  return address{ipv6{a.high, a.low}};
}

/// Number of zero bits at the lower end.
auto zeros_of(wide a) -> unsigned {
  return static_cast<unsigned>(a.low != 0 ? std::countr_zero(a.low)
                                          : 64 + std::countr_zero(a.high));
}

/// The last address of the block of 2^bits addresses that begins at `a`.
auto end_of(wide a, unsigned bits) -> wide {
  constexpr auto all = std::numeric_limits<std::uint64_t>::max();
  if (bits >= 128) return {all, all};
  if (bits >= 64) return {a.high | ((std::uint64_t{1} << (bits - 64)) - 1), all};
  return {a.high, a.low | ((std::uint64_t{1} << bits) - 1)};
}

auto next_of(wide a) -> wide {
  return {a.high + (a.low == std::numeric_limits<std::uint64_t>::max()), a.low + 1};
}

}  // namespace

void append(std::vector<address_range>& to, address_range const& next) {
  if (!to.empty() && (next.first <= to.back().last || is_next(to.back().last, next.first)))
    to.back().last = std::max(to.back().last, next.last);
  else
    to.push_back(next);
}

auto coarsen(std::span<address_range const> ranges, std::size_t most)
    -> std::vector<address_range> {
  if (ranges.size() <= most) return {ranges.begin(), ranges.end()};
  // The gap before each stretch but the first; of equal ones the earlier is kept.
  struct gap {
    double width;
    std::size_t before;
  };
  std::vector<gap> gaps(ranges.size() - 1);
  for (std::size_t i = 1; i < ranges.size(); ++i)
    gaps[i - 1] = {distance(ranges[i - 1].last, ranges[i].first), i};
  auto const kept = gaps.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::ranges::nth_element(gaps, kept, [](gap const& a, gap const& b) {
    return a.width != b.width ? a.width > b.width : a.before < b.before;
  });
  std::vector<std::size_t> begins{0};
  for (auto at = gaps.begin(); at != kept; ++at) begins.push_back(at->before);
  std::ranges::sort(begins);
  std::vector<address_range> out;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    auto const end = i + 1 < begins.size() ? begins[i + 1] : ranges.size();
    out.push_back({ranges[begins[i]].first, ranges[end - 1].last});
  }
  return out;
}

auto prefixes_of(address_range const& range) -> std::vector<prefix> {
  bool const is_ipv6 = range.first.is_ipv6();
  unsigned const width = is_ipv6 ? 128 : 32;
  auto const end = wide_of(range.last);
  std::vector<prefix> out;
  for (auto at = wide_of(range.first);;) {
    auto bits = std::min(zeros_of(at), width);
    while (end_of(at, bits) > end) --bits;
    out.emplace_back(address_of(at, is_ipv6), width - bits);
    auto const reached = end_of(at, bits);
    if (reached >= end) return out;
    at = next_of(reached);
  }
}

}  // namespace kizashi::net
