#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <sys/mman.h>
#include <utility>

namespace kizashi::telescope::internal {

/// Zeroed memory straight from the system. In large arrays it comes in huge pages where the system
/// grants them: a random probe then costs one miss and not two. `Item` must be valid as all zero
/// bits and needs no destructor.
template <class Item>
class pages {
public:
  pages() noexcept = default;
  enum class use { dense, sparse };  ///< sparse: most of it is never touched, so pages stay small
  explicit pages(std::size_t count, use how = use::dense) : size_{count} {
    if (count == 0) return;
    auto* const memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc{};
    // Wishes; refusing them changes the speed only. Filled at once, a table is spared the faults of
    // its first probes, each of which reads a shared page of zeros and then needs one of its own.
    if (how == use::dense) {
      madvise(memory, bytes(), MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE  // Linux 5.14
      madvise(memory, bytes(), MADV_POPULATE_WRITE);
#endif
    }
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

  [[nodiscard]] auto operator[](std::size_t i) noexcept -> Item& {
    return items_[i];
  }
  [[nodiscard]] auto operator[](std::size_t i) const noexcept -> Item const& {
    return items_[i];
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t {
    return size_;
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return size_ * sizeof(Item);
  }
  [[nodiscard]] auto all() const noexcept -> std::span<Item const> {
    return {items_, size_};
  }
  [[nodiscard]] auto all() noexcept -> std::span<Item> {
    return {items_, size_};
  }

private:
  Item* items_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
