// Different numbers: a few in place, more in a table, many in a sketch.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kizashi/base/state.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/telescope/events/internal/slots.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/internal/hyperloglog.hpp"

namespace kizashi::telescope::internal {

using destination_sketch = hyperloglog<11>;

/// What stands for an address in a `distinct`: IPv4 the address, IPv6 its hash. Two IPv6 addresses
/// have the same one with probability 2^-64.
[[nodiscard]] constexpr auto distinct_key(net::ipv4 a) noexcept -> std::uint32_t {
  return a.value();
}
[[nodiscard]] constexpr auto distinct_key(net::ipv6 a) noexcept -> std::uint64_t {
  return sketch_hash(a);
}
[[nodiscard]] constexpr auto hash_of_key(std::uint32_t key) noexcept -> std::uint64_t {
  return sketch_hash(net::ipv4{key});
}
[[nodiscard]] constexpr auto hash_of_key(std::uint64_t key) noexcept -> std::uint64_t {
  return key;
}

/// Where sets live that are too large to lie in place. Form f in 1 .. 6 is a table of 64 B 2^(f-1),
/// form 7 a sketch.
class set_memory {
public:
  static constexpr unsigned sketch = 7;

  explicit set_memory(arena& from) noexcept
      : forms_{slot_memory{from}, slot_memory{from}, slot_memory{from}, slot_memory{from},
               slot_memory{from}, slot_memory{from}, slot_memory{from}, slot_memory{from}} {}

  [[nodiscard]] static constexpr auto bytes_of(unsigned form) noexcept -> std::size_t {
    return form == sketch ? sizeof(destination_sketch) : std::size_t{32} << form;
  }
  [[nodiscard]] auto at(unsigned form, std::uint32_t number) const noexcept -> std::byte* {
    return forms_[form].at(number, bytes_of(form));
  }
  /// An empty one.
  [[nodiscard]] auto take(unsigned form, std::size_t& charge) -> std::uint32_t {
    auto const number = forms_[form].take(bytes_of(form));
    std::memset(at(form, number), 0, bytes_of(form));
    charge += bytes_of(form);
    return number;
  }
  void give_back(unsigned form, std::uint32_t number, std::size_t& charge) noexcept {
    forms_[form].give_back(number, bytes_of(form));
    charge -= bytes_of(form);
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    std::size_t sum = 0;
    for (unsigned form = 1; form <= sketch; ++form) sum += forms_[form].touched() * bytes_of(form);
    return sum;
  }

private:
  std::array<slot_memory, sketch + 1> forms_;
};

/// A set of numbers. All zero bits are an empty one. Exact up to 8 B of keys in place, then up to
/// three quarters of 2 KiB in a table (384 IPv4 addresses, 192 IPv6); beyond that an estimate with
/// a standard error of 2.3 %. What it holds does not depend on the order of `add`.
template <class Key>
class distinct {
public:
  static constexpr std::size_t in_place = 8 / sizeof(Key);
  static constexpr std::size_t most_exact = 2048 / sizeof(Key) * 3 / 4;

  [[gnu::always_inline]] inline void add(Key key, set_memory& memory, std::size_t& charge) {
    if (form_ == 0) {
      for (std::size_t i = 0; i < size_; ++i)
        if (few_[i] == key) return;
      if (size_ < in_place) {
        few_[size_++] = key;
        return;
      }
    }
    add_to_block(key, memory, charge);
  }
  /// Fetches what `add` of the key would touch.
  [[gnu::always_inline]] inline void prefetch(Key key, set_memory const& memory) const noexcept {
    if (form_ == 0) return;
    auto const* const block = memory.at(form_, block_);
    if (form_ == set_memory::sketch)
      __builtin_prefetch(block + (hash_of_key(key) >> 53), 1);
    else
      __builtin_prefetch(block + place_of(key) * sizeof(Key), 1);
  }
  /// Fetches the beginning of what `for_each` would read, behind which caches fetch by themselves.
  [[gnu::always_inline]] inline void prefetch_all(set_memory const& memory) const noexcept {
    if (form_ != 0) __builtin_prefetch(memory.at(form_, block_));
  }
  void merge(distinct const& other, set_memory& memory, std::size_t& charge) {
    if (other.form_ != set_memory::sketch) {
      other.for_each(memory, [&](Key key) { add(key, memory, charge); });
      return;
    }
    become_sketch(memory, charge);
    sketch(memory).merge(other.sketch(memory));
  }
  void clear(set_memory& memory, std::size_t& charge) noexcept {
    if (form_ != 0) memory.give_back(form_, block_, charge);
    *this = {};
  }

  [[nodiscard]] auto is_exact() const noexcept -> bool { return form_ != set_memory::sketch; }
  [[nodiscard]] auto count(set_memory const& memory) const noexcept -> distinct_count {
    if (is_exact()) return {size_, true};
    return {static_cast<std::uint64_t>(std::llround(sketch(memory).estimate())), false};
  }
  void save(state_writer& out, set_memory const& memory) const {
    out.number(is_exact() ? size_ + 1U : 0U);
    if (!is_exact()) return out(sketch(memory));
    for_each(memory, [&](Key key) {
      if constexpr (sizeof(Key) == 8)
        out.word(key);
      else
        out.half(key);
    });
  }
  /// Into an empty one. The form follows from the number of keys.
  void restore(state_reader& in, set_memory& memory, std::size_t& charge) {
    auto const code = in.at_most(most_exact + 1);
    if (code == 0) {
      become_sketch(memory, charge);
      return in(sketch(memory));
    }
    for (auto left = code - 1; left > 0 && in.is_good(); --left) {
      if constexpr (sizeof(Key) == 8)
        add(in.word(), memory, charge);
      else
        add(in.half(), memory, charge);
    }
    in.expect(is_exact() && size_ == code - 1, "different keys");
  }

  /// Only when it is not exact.
  [[nodiscard]] auto sketch(set_memory const& memory) const noexcept -> destination_sketch& {
    return *reinterpret_cast<destination_sketch*>(memory.at(form_, block_));
  }
  /// Visits each key of an exact set, in no order.
  template <class Visit>
  void for_each(set_memory const& memory, Visit&& visit) const {
    if (form_ == 0) {
      for (std::size_t i = 0; i < size_; ++i) visit(few_[i]);
      return;
    }
    if (has_zero_) visit(Key{0});
    auto const* const cells = cells_of(memory);
    for (std::size_t i = 0; i < cell_count(); ++i)
      if (cells[i] != 0) visit(Key{cells[i]});
  }

private:
  [[nodiscard]] auto cell_count() const noexcept -> std::size_t {
    return set_memory::bytes_of(form_) / sizeof(Key);
  }
  [[nodiscard]] auto cells_of(set_memory const& memory) const noexcept -> Key* {
    return reinterpret_cast<Key*>(memory.at(form_, block_));
  }
  /// The hash has no secret: whoever chooses destinations that fall together makes a table of at
  /// most 384 cells slow, not more.
  [[nodiscard]] auto place_of(Key key) const noexcept -> std::size_t {
    auto const spread = std::uint64_t{key} * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(spread >> 32) & (cell_count() - 1);
  }

  [[gnu::noinline]] void add_to_block(Key key, set_memory& memory, std::size_t& charge) {
    if (form_ == set_memory::sketch) {
      sketch(memory).add(hash_of_key(key));
      return;
    }
    if (form_ == 0) grow(memory, charge);
    if (insert(key, memory)) return;
    grow(memory, charge);
    if (form_ == set_memory::sketch)
      sketch(memory).add(hash_of_key(key));
    else
      insert(key, memory);
  }
  /// Answers false when the key is new and there is no room for it.
  auto insert(Key key, set_memory const& memory) noexcept -> bool {
    bool const is_full = size_ + 1U > cell_count() * 3 / 4;
    if (key == 0) {
      if (has_zero_ || is_full) return has_zero_;
      has_zero_ = true;
      ++size_;
      return true;
    }
    auto* const cells = cells_of(memory);
    auto const mask = cell_count() - 1;
    auto at = place_of(key);
    for (; cells[at] != 0; at = (at + 1) & mask)
      if (cells[at] == key) return true;
    if (is_full) return false;
    cells[at] = key;
    ++size_;
    return true;
  }
  void grow(set_memory& memory, std::size_t& charge) {
    if (form_ + 1U == set_memory::sketch) {
      become_sketch(memory, charge);
      return;
    }
    auto const old = *this;
    ++form_;
    block_ = memory.take(form_, charge);
    size_ = 0;
    has_zero_ = false;
    old.for_each(memory, [&](Key key) { insert(key, memory); });
    if (old.form_ != 0) memory.give_back(old.form_, old.block_, charge);
  }
  void become_sketch(set_memory& memory, std::size_t& charge) {
    if (form_ == set_memory::sketch) return;
    auto const old = *this;
    form_ = set_memory::sketch;
    block_ = memory.take(form_, charge);
    old.for_each(memory, [&](Key key) { sketch(memory).add(hash_of_key(key)); });
    if (old.form_ != 0) memory.give_back(old.form_, old.block_, charge);
  }

  std::array<Key, in_place> few_;
  std::uint32_t block_;
  std::uint16_t size_;
  std::uint8_t form_;  // 0: in place
  bool has_zero_;      // a table's cell with 0 is empty
};

}  // namespace kizashi::telescope::internal
