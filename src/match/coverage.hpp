// What a list covers, as stretches of addresses: for asking a store about no more than that.
#pragma once

#include <span>
#include <vector>

#include "kizashi/match/address_list.hpp"
#include "kizashi/net/address_range.hpp"

namespace kizashi::match {

/// The stretches that a list's entries cover: ascending, with at least one address between two of
/// them. Immutable.
class coverage {
public:
  explicit coverage(address_list const& list);

  [[nodiscard]] auto ipv4() const noexcept -> std::span<net::address_range const> { return ipv4_; }
  [[nodiscard]] auto ipv6() const noexcept -> std::span<net::address_range const> { return ipv6_; }

private:
  std::vector<net::address_range> ipv4_, ipv6_;
};

}  // namespace kizashi::match
