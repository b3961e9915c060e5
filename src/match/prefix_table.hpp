// Which of many prefixes holds an address: prefixes that nest, cut into stretches that do not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::match {

struct owned_prefix {
  net::prefix where;
  std::uint32_t owner = 0;  ///< not 0
};

/// Stretches of addresses, each with one owner or none (0).
template <class Key>
struct owned_stretches {
  std::vector<Key> starts;  ///< ascending; the first is 0. A stretch ends where the next begins.
  std::vector<std::uint32_t> owners;
};

/// From an address to the owner of the longest prefix that holds it. Immutable. Memory: 2.3 MiB,
/// 8 B for each stretch of IPv4 addresses and 20 B for IPv6; n prefixes make 2 n + 1 stretches at
/// most.
class prefix_table {
public:
  /// `sorted`: ascending, so that wider prefixes come before those inside of them; none twice.
  explicit prefix_table(std::span<owned_prefix const> sorted);
  /// The same of `count` prefixes that others keep: `at` is asked for each, in order, once for each
  /// family.
  prefix_table(std::size_t count, std::function<owned_prefix(std::size_t)> const& at);

  /// Whether a prefix begins, ends or lies in the /24 of an address. The bits of the /16s stay in
  /// the first-level cache: for a short list they are all that is asked.
  [[nodiscard, gnu::always_inline]] inline auto is_touched(net::ipv4 a) const noexcept -> bool {
    if ((blocks_16_[a.value() >> 22] >> (a.value() >> 16 & 63) & 1) == 0) return false;
    return (blocks_24_[a.value() >> 14] >> (a.value() >> 8 & 63) & 1) != 0;
  }
  [[nodiscard]] auto has_ipv6() const noexcept -> bool { return ipv6_.starts.size() > 1; }
  /// 0: no prefix holds it.
  [[nodiscard]] auto find(net::ipv4 a) const noexcept -> std::uint32_t;
  [[nodiscard]] auto find(net::ipv6 a) const noexcept -> std::uint32_t;
  [[nodiscard]] auto find(net::address a) const noexcept -> std::uint32_t {
    return a.is_ipv6() ? find(a.as_ipv6()) : find(a.as_ipv4());
  }

  /// Whether a prefix holds an address of a stretch, whose ends are of one family.
  [[nodiscard]] auto touches(net::address first, net::address last) const noexcept -> bool;

private:
  void touch(std::uint32_t first, std::uint32_t last);

  owned_stretches<std::uint32_t> ipv4_;
  owned_stretches<net::ipv6> ipv6_;
  std::vector<std::uint32_t> index_;  ///< of block b, a /16, the stretch of its first address
  std::array<std::uint64_t, 1U << 10> blocks_16_{};  ///< a bit for each /16 that has a prefix in it
  std::vector<std::uint64_t> blocks_24_;             ///< likewise
};

}  // namespace kizashi::match
