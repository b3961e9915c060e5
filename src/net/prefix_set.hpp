// A set of prefixes: which destinations belong to the darknet. Built once, asked for each packet.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::net {

/// Immutable. Overlapping and adjacent prefixes are joined. Memory: 12 B per IPv4 range, 32 B per
/// IPv6 range, and 8 KiB for the IPv4 index.
class prefix_set {
public:
  prefix_set() = default;
  explicit prefix_set(std::vector<prefix> const& prefixes);
  /// Reads "192.0.2.0/24,2001:db8::/32". Spaces around the commas are permitted, an empty list is
  /// not.
  [[nodiscard]] static auto parse(std::string_view list) -> result<prefix_set>;

  [[nodiscard]] auto is_empty() const noexcept -> bool { return ipv4_.empty() && ipv6_.empty(); }
  /// About one step for an address whose upper 16 bits no prefix touches, else a binary search.
  [[nodiscard]] auto contains(ipv4 a) const noexcept -> bool {
    auto const block = a.value() >> 16;
    if ((touched_.empty()) || !((touched_[block / 64] >> (block % 64)) & 1)) return false;
    return search(a) != nullptr;
  }
  [[nodiscard]] auto contains(ipv6 a) const noexcept -> bool;
  [[nodiscard]] auto contains(address a) const noexcept -> bool {
    return a.is_ipv6() ? contains(a.as_ipv6()) : contains(a.as_ipv4());
  }
  /// Calls `visit(first address, last address)` for each range, IPv4 first, ascending; no two
  /// touch.
  template <class Visit>
  void for_each_range(Visit&& visit) const {
    for (auto const& each : ipv4_) visit(address{ipv4{each.first}}, address{ipv4{each.last}});
    for (auto const& each : ipv6_) visit(address{each.first}, address{each.last});
  }
  /// Number of IPv4 addresses in the set, 0 .. 2^32.
  [[nodiscard]] auto ipv4_size() const noexcept -> std::uint64_t;
  /// How many IPv4 addresses of the set are below `a`; of an address that is not in the set
  /// `ipv4_size()`. A binary search.
  [[nodiscard]] auto position(ipv4 a) const noexcept -> std::uint64_t;

private:
  struct ipv4_range {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t before = 0;  // addresses of the set below `first`
  };
  struct ipv6_range {
    ipv6 first;
    ipv6 last;
  };
  /// The range that holds `a`; null: none.
  [[nodiscard]] auto search(ipv4 a) const noexcept -> ipv4_range const*;

  std::vector<ipv4_range> ipv4_;
  std::vector<ipv6_range> ipv6_;
  std::vector<std::uint64_t> touched_;  // one bit per /16 that a range touches
};

}  // namespace kizashi::net
