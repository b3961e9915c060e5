#include "kizashi/net/address_range.hpp"

#include <algorithm>

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

}  // namespace kizashi::net
