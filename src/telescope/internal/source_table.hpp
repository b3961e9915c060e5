// What is known of each source: its totals, and when and at which port it was last seen.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "kizashi/net/address.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/hashing.hpp"
#include "kizashi/telescope/internal/pages.hpp"
#include "kizashi/telescope/internal/stamp.hpp"

namespace kizashi::telescope::internal {

/// The totals of one source, or a part of them.
template <class Address>
struct source_record {
  Address address;
  std::uint64_t packets;
  std::uint64_t wire_bytes;

  void absorb(source_record const& other) noexcept {
    packets += other.packets;
    wire_bytes += other.wire_bytes;
  }
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.address, self.packets, self.wire_bytes);
  }
  friend auto operator<(source_record const& a, source_record const& b) noexcept -> bool {
    return a.address < b.address;
  }
};

/// One source. Its last port saves the probe for (port, source) when a source knocks at the same
/// port again, which most of a darknet's packets do.
///
/// Small, because nothing is asked for more often: the sums are those modulo 2^32, and the stamp
/// and the port share a word.
template <class Address>
class source_entry {
public:
  [[nodiscard]] auto is_empty() const noexcept -> bool { return state_ == 0; }
  [[nodiscard]] auto mark() const noexcept -> stamp { return stamp{state_ % port_unit}; }
  /// Keeps the port.
  void set_mark(stamp mark) noexcept { state_ = state_ / port_unit * port_unit | mark.raw(); }
  /// Sets both; `port` is a tag or `port_tag::none`.
  void set(stamp mark, std::uint32_t port) noexcept {
    state_ = (port == port_tag::none ? no_port : port) * port_unit | mark.raw();
  }
  /// Makes `port` the last one. Answers whether it was not.
  auto change_port(std::uint32_t port) noexcept -> bool {
    auto const before = std::exchange(state_, port * port_unit | state_ % port_unit);
    return before != state_;
  }

private:
  static constexpr std::uint32_t port_unit = 1U << stamp::bits;
  static constexpr std::uint32_t no_port = port_tag::count;
  static_assert(std::uint64_t{no_port} * port_unit < (std::uint64_t{1} << 32));

  template <class>
  friend class source_table;

  Address address_;
  std::uint32_t state_;  // 0: the place is empty
  std::uint32_t packets_;
  std::uint32_t wire_bytes_;
};

/// Memory: 16 B (IPv4) or 32 B (IPv6) per place, 1.6 to 3.2 places per source.
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
  [[nodiscard]] auto find(Address a, std::uint64_t hash) -> entry& {
    auto* found = &probe(a, hash);
    if (found->is_empty()) {
      if (is_crowded(size_ + 1, entries_.size())) {
        grow();
        found = &probe(a, hash);
      }
      ++size_;
      found->address_ = a;
      found->set(stamp{serial::closed, false}, port_tag::none);
    }
    return *found;
  }
  [[nodiscard]] auto find(Address a) -> entry& { return find(a, hash_of(a)); }

  /// Adds a packet to the totals of `to`.
  [[gnu::always_inline]] inline void add_packet(entry& to, std::uint32_t wire_length) {
    bool const is_full = ++to.packets_ == 0;
    if (__builtin_add_overflow(to.wire_bytes_, wire_length, &to.wire_bytes_) || is_full)
      carry(to, wire_length, is_full);
  }

  /// Calls `visit(source_record)` for each source, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (auto const& each : entries_.all()) {
      if (each.is_empty()) continue;
      source_record<Address> totals{each.address_, each.packets_, each.wire_bytes_};
      if (!carried_.empty()) {
        if (auto const found = carried_.find(each.address_); found != carried_.end())
          totals.absorb(found->second);
      }
      visit(totals);
    }
  }

  /// Calls `visit(source_record, mark)` likewise.
  template <class Visit>
  void for_each_marked(Visit&& visit) const {
    for (auto const& each : entries_.all()) {
      if (each.is_empty()) continue;
      source_record<Address> totals{each.address_, each.packets_, each.wire_bytes_};
      if (auto const found = carried_.find(each.address_); found != carried_.end())
        totals.absorb(found->second);
      visit(totals, each.mark());
    }
  }
  /// Puts back a source, without its last port, which saves work and says nothing. Answers false
  /// when it is there already.
  auto put(source_record<Address> const& totals, stamp mark) -> bool {
    auto const before = size_;
    auto& made = find(totals.address);
    if (size_ == before) return false;
    made.set(mark, port_tag::none);
    made.packets_ = static_cast<std::uint32_t>(totals.packets);
    made.wire_bytes_ = static_cast<std::uint32_t>(totals.wire_bytes);
    source_record<Address> const lost{totals.address, totals.packets - made.packets_,
                                      totals.wire_bytes - made.wire_bytes_};
    if (lost.packets != 0 || lost.wire_bytes != 0) carried_.emplace(totals.address, lost);
    return true;
  }

  /// Forgets the sources that no open window has seen, and the totals of the others.
  void keep_open(std::uint32_t current) {
    auto const is_kept = [&](entry const& each) {
      return !each.is_empty() && each.mark().is_open(current);
    };
    std::size_t kept = 0;
    for (auto const& each : entries_.all()) kept += is_kept(each);
    auto const old = std::exchange(entries_, pages<entry>{places_for(kept, first_size)});
    size_ = kept;
    for (auto const& each : old.all()) {
      if (!is_kept(each)) continue;
      auto& place = probe(each.address_, hash_of(each.address_));
      place = each;
      place.packets_ = place.wire_bytes_ = 0;
    }
    carried_.clear();
  }
  void renumber(std::uint32_t current) {
    for (auto& each : entries_.all())
      if (!each.is_empty()) each.set_mark(each.mark().renumbered(current));
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return entries_.bytes(); }

private:
  static constexpr std::size_t first_size = std::size_t{1} << 8;

  struct address_hash {
    auto operator()(Address a) const noexcept -> std::size_t { return hash_of(a); }
  };

  [[nodiscard]] auto probe(Address a, std::uint64_t hashed) noexcept -> entry& {
    auto const mask = entries_.size() - 1;
    auto at = hashed & mask;
    while (!entries_[at].is_empty() && entries_[at].address_ != a) at = (at + 1) & mask;
    return entries_[at];
  }

  [[gnu::noinline]] void grow() {
    auto const old = std::exchange(entries_, pages<entry>{entries_.size() * 2});
    for (auto const& each : old.all())
      if (!each.is_empty()) probe(each.address_, hash_of(each.address_)) = each;
  }

  /// A sum of `to` went over 2^32: what it lost is kept apart.
  [[gnu::noinline, gnu::cold]] void carry(entry const& to, std::uint32_t wire_length,
                                          bool lost_packets) {
    constexpr auto unit = std::uint64_t{1} << 32;
    bool const lost_bytes = to.wire_bytes_ < wire_length;
    auto& kept =
        carried_.try_emplace(to.address_, source_record<Address>{to.address_, 0, 0}).first->second;
    kept.packets += lost_packets ? unit : 0;
    kept.wire_bytes += lost_bytes ? unit : 0;
  }

  pages<entry> entries_;
  std::size_t size_ = 0;
  std::unordered_map<Address, source_record<Address>, address_hash> carried_;
};

}  // namespace kizashi::telescope::internal
