// What is known of each source: its totals, and when and at which port it was last seen.
#pragma once

#include <cstdint>
#include <utility>

#include "kizashi/net/address.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/hashing.hpp"
#include "kizashi/telescope/internal/pages.hpp"
#include "kizashi/telescope/internal/stamp.hpp"

namespace kizashi::telescope::internal {

/// One source. Its last port saves the probe for (port, source) when a source knocks at the same
/// port again, which most of a darknet's packets do.
template <class Address>
struct source_entry {
  Address address;
  std::uint32_t raw_stamp;  ///< 0: the place is empty
  std::uint32_t
      last_port;  ///< tag of the last port counted in the stamped window, or `port_tag::none`
  std::uint64_t packets;
  std::uint64_t wire_bytes;
};

/// Memory: 32 B (IPv4) or 40 B (IPv6) per place, 2 to 4 places per source.
template <class Address>
class source_table {
public:
  using entry = source_entry<Address>;

  source_table() : entries_{first_size} {}

  /// Fetches the place where `a` is or would be; its hash is for `find`.
  [[nodiscard, gnu::always_inline]] inline auto fetch(Address a) const noexcept -> std::uint64_t {
    auto const hash = hash_of(a);
    __builtin_prefetch(&entries_[hash & (entries_.size() - 1)], 1);
    return hash;
  }

  /// The entry of `a`, made when it is not there: then its stamp is that of no window. Valid until
  /// the next call.
  [[nodiscard]] auto find(Address a) -> entry& { return find(a, hash_of(a)); }
  [[nodiscard]] auto find(Address a, std::uint64_t hash) -> entry& {
    auto* found = &probe(a, hash);
    if (found->raw_stamp == 0) {
      if (is_crowded(size_ + 1, entries_.size())) {
        grow();
        found = &probe(a, hash);
      }
      ++size_;
      found->address = a;
      found->raw_stamp = stamp{serial::closed, false}.raw();
      found->last_port = port_tag::none;
    }
    return *found;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (auto const& each : entries_.all())
      if (each.raw_stamp != 0) visit(each);
  }

  /// Forgets the sources that no open window has seen, and the totals of the others.
  void keep_open(std::uint32_t current) {
    std::size_t kept_size = 0;
    for (auto const& each : entries_.all())
      kept_size += each.raw_stamp != 0 && stamp{each.raw_stamp}.is_open(current);
    auto const old = std::exchange(entries_, pages<entry>{places_for(kept_size, first_size)});
    size_ = 0;
    for (auto const& each : old.all()) {
      if (each.raw_stamp == 0 || !stamp{each.raw_stamp}.is_open(current)) continue;
      auto& kept = find(each.address);
      kept.raw_stamp = each.raw_stamp;
      kept.last_port = each.last_port;
    }
  }
  void renumber(std::uint32_t current) {
    for (auto& each : entries_.all())
      if (each.raw_stamp != 0) each.raw_stamp = stamp{each.raw_stamp}.renumbered(current).raw();
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return entries_.bytes(); }

private:
  static constexpr std::size_t first_size = std::size_t{1} << 8;

  [[nodiscard]] auto probe(Address a, std::uint64_t hash) noexcept -> entry& {
    auto const mask = entries_.size() - 1;
    auto at = hash & mask;
    while (entries_[at].raw_stamp != 0 && entries_[at].address != a) at = (at + 1) & mask;
    return entries_[at];
  }

  [[gnu::noinline]] void grow() {
    auto const old = std::exchange(entries_, pages<entry>{entries_.size() * 2});
    for (auto const& each : old.all())
      if (each.raw_stamp != 0) probe(each.address, hash_of(each.address)) = each;
  }

  pages<entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
