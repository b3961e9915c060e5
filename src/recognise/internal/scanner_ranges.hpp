// Whose an address is: prefixes that nest, cut into stretches that do not.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise::internal {

/// A prefix by its first and last address. Two of them nest or are apart.
template <class Key>
struct owned_prefix {
  Key first;
  Key last;
  std::uint16_t owner = 0;
};

/// Stretches of addresses, each with one owner or none (0).
template <class Key>
struct owned_stretches {
  std::vector<Key> starts;  ///< ascending; the first is 0. A stretch ends where the next begins.
  std::vector<std::uint16_t> owners;
};

/// Cuts outer prefixes where inner ones lie. Prefixes of `nameless`, if it is not 0, count only
/// where no other prefix is around them. `sorted` by first address, the wider of two that begin
/// together before the narrower; no prefix twice. Time: linear.
template <class Key>
[[nodiscard]] auto cut_stretches(std::span<owned_prefix<Key> const> sorted, std::uint16_t nameless)
    -> owned_stretches<Key>;

/// Answers for single addresses and whole batches.
class owner_table {
public:
  owner_table(std::span<owned_prefix<std::uint32_t> const> ipv4,
              std::span<owned_prefix<net::ipv6> const> ipv6, std::uint16_t nameless);

  [[nodiscard]] auto find(net::ipv4 a) const noexcept -> std::uint16_t;
  [[nodiscard]] auto find(net::ipv6 a) const noexcept -> std::uint16_t;
  void match(net::packet_batch const& batch, std::uint16_t* to) const noexcept;

private:
  [[nodiscard]] auto is_touched(std::uint32_t a) const noexcept -> bool {
    return (touched_[a >> 22] >> (a >> 16 & 63) & 1) != 0;
  }

  owned_stretches<std::uint32_t> ipv4_;
  owned_stretches<net::ipv6> ipv6_;
  std::vector<std::uint32_t> index_;  ///< of block b, a /16, the stretch of its first address
  std::array<std::uint64_t, 1024> touched_{};  ///< a bit for each /16 with an owner in it
};

}  // namespace kizashi::recognise::internal
