// A set for addresses that stand close together, as the destinations of a telescope do.
//
// Members begin in a hash table. Where a /16 has many members with one tag they move to a page with
// a stamp for each of its 65,536 addresses, which is found without search and is smaller than their
// places in the table were. It is the idea of Roaring bitmaps (Chambi, Lemire, Kaser, Godin:
// "Better bitmap performance with Roaring bitmaps", 2016) with stamps for bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kizashi/telescope/internal/hashing.hpp"
#include "kizashi/telescope/internal/pages.hpp"
#include "kizashi/telescope/internal/stamped_set.hpp"

namespace kizashi::telescope::internal {

/// Does what `stamped_set<packed_key>` does. Memory: 128 KiB for each (tag, /16) with 4,096 members
/// or more.
class paged_set {
public:
  /// The member's stamp in its page; null: it is in the table.
  using place = std::uint16_t*;

  [[gnu::always_inline]] inline auto fetch(packed_key key) noexcept -> place {
    auto* const stamps = page_of(key);
    if (stamps == nullptr) {
      (void)table_.fetch(key);
      return nullptr;
    }
    auto* const found = stamps + (key.bits & 0xffff);
    __builtin_prefetch(found, 1);
    return found;
  }

  auto see(place at, packed_key key, phase when, std::uint32_t current) -> first_sight {
    if (at == nullptr) return table_.see({}, key, when, current);
    bool const is_member = *at != 0;
    stamp mark{is_member ? *at : closed_stamp};
    bool const is_new = internal::see(mark, when, current);
    *at = static_cast<std::uint16_t>(mark.raw());
    paged_size_ += !is_member;
    return {is_new, !is_member};
  }

  /// To be called now and then, never between `fetch` and `see`: moves what has become dense.
  void settle() {
    if (table_.size() >= next_look_) look_for_dense();
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    table_.for_each(visit);
    for_each_paged([&](packed_key key, stamp) { visit(key); });
  }

  /// Calls `visit(key, mark)` likewise.
  template <class Visit>
  void for_each_marked(Visit&& visit) const {
    table_.for_each_marked(visit);
    for_each_paged(visit);
  }
  /// Puts back a member. Answers false when it is there already.
  auto put(packed_key key, stamp mark) -> bool {
    settle();
    auto* const stamps = page_of(key);
    if (stamps == nullptr) return table_.put(key, mark);
    auto& raw = stamps[key.bits & 0xffff];
    if (raw != 0) return false;
    raw = static_cast<std::uint16_t>(mark.raw());
    ++paged_size_;
    return true;
  }

  /// Forgets all members that no open window has seen. Pages that stay half dense stay pages.
  void keep_open(std::uint32_t current) {
    table_.keep_open(current);
    paged_size_ = 0;
    std::erase_if(pages_, [&](page& each) { return !keep_open(each, current); });
    index_pages();
    next_look_ = std::max(first_look, 2 * table_.size());
  }
  void renumber(std::uint32_t current) {
    table_.renumber(current);
    for (auto& each : pages_)
      for (auto& raw : each.stamps.all())
        if (raw != 0) raw = static_cast<std::uint16_t>(stamp{raw}.renumbered(current).raw());
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return table_.size() + paged_size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return table_.bytes() + pages_.size() * page_size * sizeof(std::uint16_t);
  }

private:
  static constexpr std::size_t page_size = 65536;
  static constexpr std::size_t dense = 4096;  // members that are worth a page
  static constexpr std::size_t first_look = 2 * dense;
  static constexpr std::uint16_t closed_stamp = stamp{serial::closed, false}.raw();

  struct page {
    std::uint64_t block;  // tag and upper half of the address: a key's bits without the lowest 16
    pages<std::uint16_t> stamps;
  };
  struct index_entry {
    std::uint64_t block;
    std::uint16_t* stamps;  // null: an empty place
  };

  [[nodiscard]] auto page_of(packed_key key) const noexcept -> std::uint16_t* {
    auto const block = key.bits >> 16;
    auto const mask = index_.size() - 1;
    for (auto at = hash64(block) & mask;; at = (at + 1) & mask) {
      auto const& each = index_[at];
      if (each.block == block || each.stamps == nullptr) return each.stamps;
    }
  }

  void index_pages() {
    index_.assign(places_for(pages_.size() * 2, 16), {});
    auto const mask = index_.size() - 1;
    for (auto& each : pages_) {
      auto at = hash64(each.block) & mask;
      while (index_[at].stamps != nullptr) at = (at + 1) & mask;
      index_[at] = {each.block, &each.stamps[0]};
    }
  }

  /// Answers whether the page stays; else its members have gone to the table.
  [[nodiscard]] auto keep_open(page& of, std::uint32_t current) -> bool {
    std::size_t kept = 0;
    for (auto& raw : of.stamps.all()) {
      raw = stamp{raw}.is_open(current) ? raw : std::uint16_t{0};
      kept += raw != 0;
    }
    if (kept >= dense / 2) {
      paged_size_ += kept;
      return true;
    }
    for_each_of(of, [&](packed_key key, stamp mark) { table_.put(key, mark); });
    return false;
  }

  template <class Visit>
  static void for_each_of(page const& each, Visit&& visit) {
    for (std::uint64_t low = 0; low < page_size; ++low)
      if (auto const raw = each.stamps[low]; raw != 0)
        visit(packed_key{each.block << 16 | low}, stamp{raw});
  }
  template <class Visit>
  void for_each_paged(Visit&& visit) const {
    for (auto const& each : pages_) for_each_of(each, visit);
  }

  [[gnu::noinline]] void look_for_dense() {
    auto const before = pages_.size();
    for (auto const& [block, members] : count_large_blocks())
      if (members >= dense) pages_.push_back({block, pages<std::uint16_t>{page_size}});
    if (pages_.size() != before) {
      index_pages();
      table_.take([&](packed_key key, stamp mark) {
        auto* const stamps = page_of(key);
        if (stamps == nullptr) return false;
        stamps[key.bits & 0xffff] = static_cast<std::uint16_t>(mark.raw());
        ++paged_size_;
        return true;
      });
    }
    next_look_ = std::max(first_look, 2 * table_.size());
  }

  /// The members in the table by block. Blocks that a coarse count shows to be small are left out.
  [[nodiscard]] auto count_large_blocks() const -> std::unordered_map<std::uint64_t, std::size_t> {
    std::vector<std::uint32_t> coarse(std::size_t{1} << 16);
    auto const mark_of = [](packed_key key) { return hash64(key.bits >> 16) & 0xffff; };
    table_.for_each([&](packed_key key) { ++coarse[mark_of(key)]; });
    std::unordered_map<std::uint64_t, std::size_t> exact;
    table_.for_each([&](packed_key key) {
      if (coarse[mark_of(key)] >= dense) ++exact[key.bits >> 16];
    });
    return exact;
  }

  stamped_set<packed_key> table_;
  std::vector<page> pages_;
  std::vector<index_entry> index_ = std::vector<index_entry>(16);  // open addressing
  std::size_t paged_size_ = 0;
  std::size_t next_look_ = first_look;
};

/// The set for destinations of each family. IPv6 telescopes are too wide for pages.
template <class Key>
using destination_set =
    std::conditional_t<std::is_same_v<Key, packed_key>, paged_set, stamped_set<Key>>;

}  // namespace kizashi::telescope::internal
