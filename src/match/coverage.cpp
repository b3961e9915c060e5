#include "kizashi/match/coverage.hpp"

#include <algorithm>

namespace kizashi::match {

coverage::coverage(address_list const& list) {
  for (auto const& each : list.entries()) {
    auto& family = each.where.first().is_ipv6() ? ipv6_ : ipv4_;
    net::append(family, {each.where.first(), each.where.last()});
  }
}

auto coverage::touches(net::address_range const& where) const noexcept -> bool {
  auto const& ranges = where.first.is_ipv6() ? ipv6_ : ipv4_;
  auto const at = std::ranges::lower_bound(ranges, where.first, {}, &net::address_range::last);
  return at != ranges.end() && at->first <= where.last;
}

}  // namespace kizashi::match
