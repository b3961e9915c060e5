#include "kizashi/net/address_range.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

namespace kizashi::net {
namespace {

/// An address as one number of 128 bits.
struct wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(wide, wide) noexcept = default;
};

auto wide_of(address a) -> wide {
  if (a.is_ipv6()) return {a.as_ipv6().high(), a.as_ipv6().low()};
  return {0, a.as_ipv4().value()};
}

/// b - a, where a <= b.
auto distance(wide a, wide b) -> wide {
  return {b.high - a.high - (b.low < a.low ? 1 : 0), b.low - a.low};
}

/// Whether nothing lies between the end of one stretch and the begin of the next.
auto is_next(address end, address begin) -> bool {
  return distance(wide_of(end), wide_of(begin)) == wide{0, 1};
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
  std::vector<std::pair<wide, std::size_t>> gaps;
  for (std::size_t i = 1; i < ranges.size(); ++i)
    gaps.emplace_back(distance(wide_of(ranges[i - 1].last), wide_of(ranges[i].first)),
                      std::numeric_limits<std::size_t>::max() - i);
  auto const kept = gaps.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::ranges::nth_element(gaps, kept, std::greater{});
  std::vector<std::size_t> begins{0};
  for (auto at = gaps.begin(); at != kept; ++at)
    begins.push_back(std::numeric_limits<std::size_t>::max() - at->second);
  std::ranges::sort(begins);
  std::vector<address_range> out;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    auto const end = i + 1 < begins.size() ? begins[i + 1] : ranges.size();
    out.push_back({ranges[begins[i]].first, ranges[end - 1].last});
  }
  return out;
}

}  // namespace kizashi::net
