#include "kizashi/net/prefix_set.hpp"

#include <algorithm>

#include "kizashi/base/text.hpp"

namespace kizashi::net {

prefix_set::prefix_set(std::vector<prefix> const& prefixes) {
  auto sorted = prefixes;
  std::sort(sorted.begin(), sorted.end());
  for (auto const& each : sorted) {
    if (each.first().is_ipv6()) {
      auto const first = each.first().as_ipv6();
      auto const last = each.last().as_ipv6();
      // Prefixes nest or are apart, so a sorted one either lies inside the last range or begins a
      // new one.
      if (ipv6_.empty() || ipv6_.back().last < first) ipv6_.push_back({first, last});
      continue;
    }
    auto const first = each.first().as_ipv4().value();
    auto const last = each.last().as_ipv4().value();
    if (ipv4_.empty() || (ipv4_.back().last < first && first - ipv4_.back().last > 1))
      ipv4_.push_back({first, last});
    else
      ipv4_.back().last = std::max(ipv4_.back().last, last);
  }
  if (ipv4_.empty()) return;
  std::uint32_t before = 0;
  for (auto& range : ipv4_) {
    range.before = before;
    before += range.last - range.first + 1;  // 2^32 only behind the last range
  }
  touched_.assign(1024, 0);
  for (auto const& range : ipv4_)
    for (auto block = range.first >> 16; block <= range.last >> 16; ++block)
      touched_[block / 64] |= std::uint64_t{1} << (block % 64);
}

auto prefix_set::parse(std::string_view list) -> result<prefix_set> {
  std::vector<prefix> prefixes;
  for (auto const part : split(list, ',')) {
    KIZASHI_TRY(auto const each, prefix::parse(trim(part)));
    prefixes.push_back(each);
  }
  return prefix_set{prefixes};
}

auto prefix_set::search(ipv4 a) const noexcept -> ipv4_range const* {
  auto const after = std::upper_bound(
      ipv4_.begin(), ipv4_.end(), a.value(),
      [](std::uint32_t value, ipv4_range const& range) { return value < range.first; });
  if (after == ipv4_.begin() || a.value() > std::prev(after)->last) return nullptr;
  return &*std::prev(after);
}

auto prefix_set::position(ipv4 a) const noexcept -> std::uint64_t {
  auto const* const range = search(a);
  if (range == nullptr) return ipv4_size();
  return std::uint64_t{range->before} + (a.value() - range->first);
}

auto prefix_set::contains(ipv6 a) const noexcept -> bool {
  auto const after =
      std::upper_bound(ipv6_.begin(), ipv6_.end(), a,
                       [](ipv6 value, ipv6_range const& range) { return value < range.first; });
  return after != ipv6_.begin() && a <= std::prev(after)->last;
}

auto prefix_set::ipv4_size() const noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const& range : ipv4_) sum += std::uint64_t{range.last} - range.first + 1;
  return sum;
}

}  // namespace kizashi::net
