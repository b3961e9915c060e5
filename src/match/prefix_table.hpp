// Which of many prefixes holds an address: prefixes that nest, cut into stretches that do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::match {

/// A prefix by its first and last address. Two of them nest or are apart.
template <class Key>
struct owned_prefix {
  Key first;
  Key last;
  std::uint32_t owner = 0;  ///< not 0
};

/// Stretches of addresses, each with one owner or none (0).
template <class Key>
struct owned_stretches {
  std::vector<Key> starts;  ///< ascending; the first is 0. A stretch ends where the next begins.
  std::vector<std::uint32_t> owners;
};

/// Cuts outer prefixes where inner ones lie. `sorted` by first address, the wider of two that begin
/// together before the narrower; no prefix twice. Time: linear. Keys: std::uint32_t for IPv4 in
/// host order, net::ipv6.
template <class Key>
[[nodiscard]] auto cut_stretches(std::span<owned_prefix<Key> const> sorted) -> owned_stretches<Key>;

/// From an address to the owner of the longest prefix that holds it. Immutable. Memory: 2.3 MiB,
/// 8 B for each stretch of IPv4 addresses and 20 B for IPv6; n prefixes make 2 n + 1 stretches at
/// most.
class prefix_table {
public:
  prefix_table(std::span<owned_prefix<std::uint32_t> const> ipv4,
               std::span<owned_prefix<net::ipv6> const> ipv6);

  /// Whether a prefix begins, ends or lies in the /24 of an address. One load.
  [[nodiscard]] auto is_touched(net::ipv4 a) const noexcept -> bool {
    return (touched_[a.value() >> 14] >> (a.value() >> 8 & 63) & 1) != 0;
  }
  [[nodiscard]] auto has_ipv6() const noexcept -> bool { return ipv6_.starts.size() > 1; }
  /// 0: no prefix holds it.
  [[nodiscard]] auto find(net::ipv4 a) const noexcept -> std::uint32_t;
  [[nodiscard]] auto find(net::ipv6 a) const noexcept -> std::uint32_t;
  [[nodiscard]] auto find(net::address a) const noexcept -> std::uint32_t {
    return a.is_ipv6() ? find(a.as_ipv6()) : find(a.as_ipv4());
  }

private:
  owned_stretches<std::uint32_t> ipv4_;
  owned_stretches<net::ipv6> ipv6_;
  std::vector<std::uint32_t> index_;    ///< of block b, a /16, the stretch of its first address
  std::vector<std::uint64_t> touched_;  ///< a bit for each /24
};

}  // namespace kizashi::match
