// From an address to the number of its live source.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "kizashi/telescope/events/internal/arena.hpp"
#include "kizashi/telescope/internal/hashing.hpp"

namespace kizashi::telescope::internal {

/// Open addressing with linear probing; what is removed leaves no mark. 8 B (IPv4) or 24 B (IPv6)
/// per place, 1.6 to 3.2 places per source, and as much again for the smaller tables before.
template <class Address>
class source_index {
public:
  /// Fetches the place where `a` is or would be; its hash is for `find`.
  [[nodiscard, gnu::always_inline]] inline auto fetch(Address a) const noexcept -> std::uint64_t {
    auto const hash = hash_of(a);
    __builtin_prefetch(places_.data() + (hash & mask_));
    return hash;
  }
  /// 0 when it is not there.
  [[nodiscard]] auto find(Address a, std::uint64_t hash) const noexcept -> std::uint32_t {
    if (places_.empty()) return 0;
    return places_[probe(a, hash)].number;
  }
  /// `a` is not there.
  void insert(Address a, std::uint64_t hash, std::uint32_t number, arena& from) {
    if (places_.empty() || is_crowded(size_ + 1, places_.size())) grow(from);
    ++size_;
    places_[probe(a, hash)] = {a, number};
  }
  /// `a` is there.
  void erase(Address a) noexcept {
    auto const mask = mask_;
    auto hole = probe(a, hash_of(a));
    for (auto at = (hole + 1) & mask; places_[at].number != 0; at = (at + 1) & mask) {
      auto const home = hash_of(places_[at].address) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places_[hole] = places_[at];
      hole = at;
    }
    places_[hole].number = 0;
    --size_;
  }
  void clear() noexcept {
    std::ranges::fill(places_, place{});
    size_ = 0;
  }
  /// Calls `visit(number)` for each, in an order that differs from run to run.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (auto const& each : places_)
      if (each.number != 0) visit(each.number);
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return 2 * places_.size_bytes(); }

private:
  static constexpr std::size_t first_size = 64;
  struct place {
    Address address;
    std::uint32_t number;
  };

  [[nodiscard]] auto probe(Address a, std::uint64_t hash) const noexcept -> std::size_t {
    auto const mask = mask_;
    auto at = hash & mask;
    while (places_[at].number != 0 && places_[at].address != a) at = (at + 1) & mask;
    return at;
  }
  /// What it was in before stays in the arena: half of what there is in the end.
  [[gnu::noinline]] void grow(arena& from) {
    auto const count = std::max(first_size, places_.size() * 2);
    auto* const begin = reinterpret_cast<place*>(from.take(count * sizeof(place)));
    auto const old = std::exchange(places_, std::span{begin, count});
    mask_ = count - 1;
    for (auto const& each : old)
      if (each.number != 0) places_[probe(each.address, hash_of(each.address))] = each;
  }

  std::span<place> places_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
