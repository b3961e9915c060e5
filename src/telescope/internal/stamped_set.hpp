// An exact set that knows which of its members the open windows have seen. Open addressing, linear
// probing.
#pragma once

#include <cstdint>
#include <utility>

#include "kizashi/net/address.hpp"
#include "kizashi/telescope/internal/hashing.hpp"
#include "kizashi/telescope/internal/pages.hpp"
#include "kizashi/telescope/internal/stamp.hpp"

namespace kizashi::telescope::internal {

/// An IPv4 address with a tag of up to 17 bits (a port and its protocol), packed into 49 bits; with
/// its stamp, one word.
struct packed_key {
  using address_type = net::ipv4;

  struct entry {
    std::uint64_t word;
    [[nodiscard]] auto is_empty() const noexcept -> bool { return word == 0; }
    [[nodiscard]] auto key() const noexcept -> packed_key { return {word >> stamp::bits}; }
    [[nodiscard]] auto mark() const noexcept -> stamp {
      return stamp{static_cast<std::uint32_t>(word & ((1U << stamp::bits) - 1))};
    }
    void set(packed_key key, stamp mark) noexcept { word = key.bits << stamp::bits | mark.raw(); }
  };

  std::uint64_t bits;

  [[nodiscard]] static auto of(net::ipv4 address, std::uint32_t tag) noexcept -> packed_key {
    return {std::uint64_t{tag} << 32 | address.value()};
  }
  [[nodiscard]] auto address() const noexcept -> net::ipv4 {
    return net::ipv4{static_cast<std::uint32_t>(bits)};
  }
  [[nodiscard]] auto tag() const noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(bits >> 32);
  }
  [[nodiscard]] auto hash() const noexcept -> std::uint64_t { return hash64(bits); }
  void absorb(packed_key) noexcept {}  // for `sorted_runs`: equal keys are one
  friend auto operator<=>(packed_key const&, packed_key const&) noexcept = default;
};

/// The same for an IPv6 address.
struct wide_key {
  using address_type = net::ipv6;

  struct entry {
    std::uint64_t high;
    std::uint64_t low;
    std::uint32_t tag;
    std::uint32_t raw_stamp;
    [[nodiscard]] auto is_empty() const noexcept -> bool { return raw_stamp == 0; }
    [[nodiscard]] auto key() const noexcept -> wide_key { return {high, low, tag}; }
    [[nodiscard]] auto mark() const noexcept -> stamp { return stamp{raw_stamp}; }
    void set(wide_key key, stamp mark) noexcept {
      *this = {key.high, key.low, key.tag_bits, mark.raw()};
    }
  };

  std::uint64_t high;
  std::uint64_t low;
  std::uint32_t tag_bits;

  [[nodiscard]] static auto of(net::ipv6 address, std::uint32_t tag) noexcept -> wide_key {
    return {address.high(), address.low(), tag};
  }
  [[nodiscard]] auto address() const noexcept -> net::ipv6 { return net::ipv6{high, low}; }
  [[nodiscard]] auto tag() const noexcept -> std::uint32_t { return tag_bits; }
  [[nodiscard]] auto hash() const noexcept -> std::uint64_t {
    return hash64(hash64(hash64(high) ^ low) ^ tag_bits);
  }
  void absorb(wide_key const&) noexcept {}
  friend auto operator<=>(wide_key const&, wide_key const&) noexcept = default;
};

/// Memory: 8 B (IPv4) or 24 B (IPv6) per place, 1.6 to 3.2 places per member.
template <class Key>
class stamped_set {
public:
  using entry = typename Key::entry;

  stamped_set() : entries_{first_size} {}

  /// What `fetch` found out and `see` may use: nothing here.
  struct place {};
  /// Brings the place where `key` is or would be on its way into the cache.
  [[gnu::always_inline]] inline auto fetch(Key key) const noexcept -> place {
    __builtin_prefetch(&entries_[place_of(key)], 1);
    return {};
  }

  /// Sees `key` in the window that `when` says.
  auto see(place, Key key, phase when, std::uint32_t current) -> first_sight {
    auto& found = probe(key);
    if (found.is_empty()) {
      stamp mark{serial::closed, false};
      bool const is_new = internal::see(mark, when, current);
      insert(found, key, mark);
      return {is_new, true};
    }
    auto mark = found.mark();
    bool const is_new = internal::see(mark, when, current);
    found.set(key, mark);
    return {is_new, false};
  }

  /// Puts back a member that was taken out. Answers false when it is there already.
  auto put(Key key, stamp mark) -> bool {
    auto& found = probe(key);
    if (!found.is_empty()) return false;
    insert(found, key, mark);
    return true;
  }
  /// Takes out the members for which `is_taken(key, mark)`.
  template <class IsTaken>
  void take(IsTaken&& is_taken) {
    rebuild(entries_.size(), [&](entry const& each) { return !is_taken(each.key(), each.mark()); });
  }
  /// To be called now and then, never between `fetch` and `see`.
  void settle() noexcept {}

  /// Calls `visit(key)` for each member, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (auto const& each : entries_.all())
      if (!each.is_empty()) visit(each.key());
  }

  /// Calls `visit(key, mark)` likewise.
  template <class Visit>
  void for_each_marked(Visit&& visit) const {
    for (auto const& each : entries_.all())
      if (!each.is_empty()) visit(each.key(), each.mark());
  }

  /// Forgets all members that no open window has seen.
  void keep_open(std::uint32_t current) {
    std::size_t kept = 0;
    for (auto const& each : entries_.all())
      kept += !each.is_empty() && each.mark().is_open(current);
    rebuild(places_for(kept, first_size),
            [&](entry const& each) { return each.mark().is_open(current); });
  }
  void renumber(std::uint32_t current) {
    for (auto& each : entries_.all())
      if (!each.is_empty()) each.set(each.key(), each.mark().renumbered(current));
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return entries_.bytes(); }

private:
  static constexpr std::size_t first_size = std::size_t{1} << 10;

  [[nodiscard]] auto place_of(Key key) const noexcept -> std::size_t {
    return key.hash() & (entries_.size() - 1);
  }

  /// The entry of `key`, or the empty one where it belongs.
  [[nodiscard]] auto probe(Key key) noexcept -> entry& {
    auto const mask = entries_.size() - 1;
    auto at = place_of(key);
    while (!entries_[at].is_empty() && entries_[at].key() != key) at = (at + 1) & mask;
    return entries_[at];
  }

  [[gnu::noinline]] void grow() {
    rebuild(entries_.size() * 2, [](entry const&) { return true; });
  }

  void insert(entry& empty, Key key, stamp mark) {
    empty.set(key, mark);
    if (is_crowded(++size_, entries_.size())) grow();
  }

  template <class Keep>
  void rebuild(std::size_t places, Keep&& keep) {
    auto const old = std::exchange(entries_, pages<entry>{places});
    size_ = 0;
    for (auto const& each : old.all()) {
      if (each.is_empty() || !keep(each)) continue;
      probe(each.key()) = each;
      ++size_;
    }
  }

  pages<entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
