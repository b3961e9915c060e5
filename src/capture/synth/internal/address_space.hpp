// Address space by number: the dark space that is hit, and where sources lie.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::capture::synth {

/// The IPv4 addresses of some prefixes, numbered from 0 in the order of the prefixes. IPv6 prefixes
/// are left out.
class address_space {
public:
  address_space() = default;
  explicit address_space(std::span<net::prefix const> prefixes);

  [[nodiscard]] auto size() const noexcept -> std::uint64_t { return size_; }
  [[nodiscard]] auto is_empty() const noexcept -> bool { return size_ == 0; }
  /// `index` is below `size()`.
  [[nodiscard]] auto at(std::uint64_t index) const noexcept -> std::uint32_t {
    auto each = blocks_.begin();
    while (index >= each->size) {
      index -= each->size;
      ++each;
    }
    return each->first + static_cast<std::uint32_t>(index);
  }

private:
  struct block {
    std::uint64_t size;
    std::uint32_t first;
  };
  std::vector<block> blocks_;
  std::uint64_t size_ = 0;
};

/// Whether an IPv4 address may be routed in the Internet: not in the IANA IPv4 Special-Purpose
/// Address Registry, not multicast or reserved.
[[nodiscard]] auto is_global(std::uint32_t address) noexcept -> bool;

/// `count` different IPv4 addresses from the prefixes in `pool`, or from all global ones when it is
/// empty, in an order that depends on `key` alone. No more than the pool has.
[[nodiscard]] auto draw_ipv4(std::span<net::prefix const> pool, std::uint32_t count,
                             std::uint64_t key) -> std::vector<std::uint32_t>;

/// An IPv6 address in `inside`, its bits below the prefix's length taken from `high` and `low`.
[[nodiscard]] auto ipv6_inside(net::prefix const& inside, std::uint64_t high,
                               std::uint64_t low) noexcept -> net::ipv6;

/// The same as `draw_ipv4` for IPv6; the pool defaults to 2000::/3 (RFC 4291).
[[nodiscard]] auto draw_ipv6(std::span<net::prefix const> pool, std::uint32_t count,
                             std::uint64_t key) -> std::vector<net::ipv6>;

}  // namespace kizashi::capture::synth
