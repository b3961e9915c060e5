#include "kizashi/match/coverage.hpp"

namespace kizashi::match {

coverage::coverage(address_list const& list) {
  ipv4_.reserve(list.entries().size());  // what is not filled costs nothing
  for (auto const& each : list.entries()) {
    auto const first = each.where.first();
    if (first.is_ipv6())
      net::append(ipv6_, {first, each.where.last()});
    else
      net::append(ipv4_, {first, each.where.length() == 32 ? first : each.where.last()});
  }
}

}  // namespace kizashi::match
