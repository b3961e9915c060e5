// From an address to its record's number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/telescope/internal/hashing.hpp"

namespace kizashi::telescope::internal {

[[nodiscard]] inline auto hash_of(net::address a) noexcept -> std::uint64_t {
  return a.is_ipv6() ? hash_of(a.as_ipv6()) : hash_of(a.as_ipv4());
}

/// Records in the order in which they were made, found by address; freed ones are used again.
/// `Record` has `address` and can be moved. Records are visited in an order that does not depend on
/// the hash's secret.
template <class Record>
class address_index {
public:
  using number = std::uint32_t;
  static constexpr auto none = std::numeric_limits<number>::max();

  /// `hash`: `hash_of(key)`.
  [[nodiscard]] auto find(net::address key, std::uint64_t hash) const noexcept -> number {
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      auto const& each = places_[at];
      if (each.record == none) return none;
      if (each.tag == tag_of(hash) && (*this)[each.record].address == key) return each.record;
    }
  }
  void fetch_place(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&places_[hash & mask()]);
  }
  /// After `fetch_place`, when that has come.
  void fetch_record(std::uint64_t hash) const noexcept {
    auto const at = places_[hash & mask()].record;
    if (at == none) return;
    constexpr std::size_t line = 64;
    auto const* const bytes = reinterpret_cast<char const*>(&(*this)[at]);
    for (std::size_t i = 0; i < sizeof(Record); i += line) __builtin_prefetch(bytes + i, 1);
  }

  /// The address must not be there.
  auto add(Record record, std::uint64_t hash) -> number {
    if (is_crowded(size_ + 1, places_.size())) grow();
    number made;
    if (free_.empty()) {
      made = numbers();
      if (made % chunk == 0) chunks_.push_back(std::make_unique<Record[]>(chunk));
      is_used_.push_back(true);
    } else {
      made = free_.back();
      free_.pop_back();
      is_used_[made] = true;
    }
    (*this)[made] = std::move(record);
    ++size_;
    put(made, hash);
    return made;
  }
  void erase(number record) {
    auto at = place_of(record);
    // Those behind move up where that brings them nearer to their own place.
    for (auto next = (at + 1) & mask(); places_[next].record != none; next = (next + 1) & mask()) {
      auto const home = hash_of((*this)[places_[next].record].address) & mask();
      if (((next - home) & mask()) < ((next - at) & mask())) continue;
      places_[at] = places_[next];
      at = next;
    }
    places_[at] = {};
    (*this)[record] = Record{};
    is_used_[record] = false;
    free_.push_back(record);
    --size_;
  }

  [[nodiscard]] auto operator[](number record) noexcept -> Record& {
    return chunks_[record / chunk][record % chunk];
  }
  [[nodiscard]] auto operator[](number record) const noexcept -> Record const& {
    return chunks_[record / chunk][record % chunk];
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  /// Whether there is a record with that number, and how many numbers have been given.
  [[nodiscard]] auto is_used(number record) const noexcept -> bool { return is_used_[record]; }
  [[nodiscard]] auto numbers() const noexcept -> number {
    return static_cast<number>(is_used_.size());
  }

private:
  static constexpr number chunk = 64;

  struct place {
    number record = none;
    std::uint32_t tag = 0;
  };

  [[nodiscard]] static auto tag_of(std::uint64_t hash) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(hash >> 32);
  }
  [[nodiscard]] auto mask() const noexcept -> std::size_t { return places_.size() - 1; }
  void put(number record, std::uint64_t hash) noexcept {
    auto at = hash & mask();
    while (places_[at].record != none) at = (at + 1) & mask();
    places_[at] = {record, tag_of(hash)};
  }
  [[nodiscard]] auto place_of(number record) const noexcept -> std::size_t {
    auto at = hash_of((*this)[record].address) & mask();
    while (places_[at].record != record) at = (at + 1) & mask();
    return at;
  }
  void grow() {
    places_.assign(places_.size() * 2, {});
    for (number each = 0; each < numbers(); ++each)
      if (is_used_[each]) put(each, hash_of((*this)[each].address));
  }

  std::vector<place> places_ = std::vector<place>(16);  // open addressing
  std::vector<std::unique_ptr<Record[]>> chunks_;       // records stay where they are
  std::vector<bool> is_used_;
  std::vector<number> free_;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
