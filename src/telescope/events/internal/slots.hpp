// Items by number instead of by pointer: half the size, and they never move.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kizashi/telescope/events/internal/arena.hpp"

namespace kizashi::telescope::internal {

/// Memory for items of one size, numbered from 1. It comes in chunks of which each is as large as
/// all before it, so the number of an item says where it lies, and only what was touched is there.
/// What is given back is used again for items of this size.
class slot_memory {
public:
  explicit slot_memory(arena& from) noexcept : arena_{&from} {}

  [[nodiscard, gnu::always_inline]] inline auto at(std::uint32_t number,
                                                   std::size_t item_bytes) const noexcept
      -> std::byte* {
    auto const place = std::uint64_t{number} + first_chunk;
    auto const chunk = static_cast<unsigned>(std::bit_width(place)) - first_width;
    return starts_[chunk] + (place ^ std::bit_floor(place)) * item_bytes;
  }
  /// The number of an item whose bytes are what they happen to be.
  [[nodiscard]] auto take(std::size_t item_bytes) -> std::uint32_t {
    if (free_ != 0) {
      auto const number = free_;
      std::memcpy(&free_, at(number, item_bytes), sizeof(free_));
      return number;
    }
    auto const number = ++used_;
    if (std::has_single_bit(number + first_chunk) || number == 1) add_chunk(item_bytes);
    return number;
  }
  void give_back(std::uint32_t number, std::size_t item_bytes) noexcept {
    std::memcpy(at(number, item_bytes), &free_, sizeof(free_));
    free_ = number;
  }
  /// Items that were ever in use at one time.
  [[nodiscard]] auto touched() const noexcept -> std::size_t { return used_; }

private:
  static constexpr std::uint32_t first_chunk = 64;
  static constexpr unsigned first_width = 7;
  static_assert(std::bit_width(first_chunk) == first_width);

  [[gnu::noinline]] void add_chunk(std::size_t item_bytes) {
    auto const chunk = static_cast<unsigned>(std::bit_width(used_ + first_chunk)) - first_width;
    starts_[chunk] = arena_->take((std::size_t{first_chunk} << chunk) * item_bytes);
  }

  arena* arena_;
  std::array<std::byte*, 27> starts_{};
  std::uint32_t used_ = 0;
  std::uint32_t free_ = 0;
};

/// Items of one type, without constructors or destructors.
template <class Item>
class slots {
  static_assert(std::is_trivially_copyable_v<Item> && sizeof(Item) >= sizeof(std::uint32_t));

public:
  explicit slots(arena& from) noexcept : memory_{from} {}

  [[nodiscard]] auto operator[](std::uint32_t number) const noexcept -> Item& {
    return *reinterpret_cast<Item*>(memory_.at(number, sizeof(Item)));
  }
  /// The number of a copy of `from`.
  [[nodiscard]] auto take(Item const& from) -> std::uint32_t {
    auto const number = memory_.take(sizeof(Item));
    std::memcpy(memory_.at(number, sizeof(Item)), static_cast<void const*>(&from), sizeof(Item));
    return number;
  }
  void give_back(std::uint32_t number) noexcept { memory_.give_back(number, sizeof(Item)); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return memory_.touched() * sizeof(Item);
  }

private:
  slot_memory memory_;
};

}  // namespace kizashi::telescope::internal
