#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <sys/mman.h>
#include <utility>

namespace kizashi::telescope::internal {

/// Zeroed memory straight from the system, in huge pages where it grants them: a random probe into
/// a table of many megabytes then costs one miss and not two. `Item` must be valid as all zero bits
/// and needs no destructor.
template <class Item>
class pages {
public:
  pages() noexcept = default;
  explicit pages(std::size_t count) : size_{count} {
    if (count == 0) return;
    auto* const memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc{};
    madvise(memory, bytes(), MADV_HUGEPAGE);  // a wish; refusing it changes the speed only
    items_ = static_cast<Item*>(memory);
  }
  pages(pages&& other) noexcept
      : items_{std::exchange(other.items_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  auto operator=(pages&& other) noexcept -> pages& {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~pages() {
    if (items_ != nullptr) munmap(items_, bytes());
  }

  [[nodiscard]] auto operator[](std::size_t i) noexcept -> Item& { return items_[i]; }
  [[nodiscard]] auto operator[](std::size_t i) const noexcept -> Item const& { return items_[i]; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return size_ * sizeof(Item); }
  [[nodiscard]] auto all() const noexcept -> std::span<Item const> { return {items_, size_}; }
  [[nodiscard]] auto all() noexcept -> std::span<Item> { return {items_, size_}; }

private:
  Item* items_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
