// Zeroed memory in huge pages for tables that are probed at random. With pages of 4 KiB each probe
// of a table of some 100 MB costs a walk through the page tables besides the miss itself, several
// times as much (on a virtual machine 850 ns in place of 240 ns were measured).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include "kizashi/telescope/internal/pages.hpp"

namespace kizashi::telescope::internal {

/// Hands out memory until it is destroyed. What was asked for and never touched is not there, but
/// for the rest of a huge page.
class arena {
public:
  arena() = default;
  arena(arena const&) = delete;
  auto operator=(arena const&) -> arena& = delete;

  /// Zeroed, at a multiple of 64. Throws `std::bad_alloc`.
  [[nodiscard]] auto take(std::size_t bytes) -> std::byte* {
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > huge_page / 2) return take_region(bytes);
    if (bytes > rest_) {
      next_ = take_region(huge_page);
      rest_ = huge_page;
    }
    rest_ -= bytes;
    return std::exchange(next_, next_ + bytes);
  }

private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  /// From a multiple of the size of a huge page on: only then can the first one be huge.
  [[nodiscard]] auto take_region(std::size_t bytes) -> std::byte* {
    auto& region = regions_.emplace_back(bytes + huge_page, pages<std::byte>::use::sparse);
    auto const begin = reinterpret_cast<std::uintptr_t>(&region[0]);
    auto* const aligned = &region[(huge_page - begin % huge_page) % huge_page];
    madvise(aligned, bytes, MADV_HUGEPAGE);  // a wish: refusing it changes the speed only
    return aligned;
  }

  std::byte* next_ = nullptr;
  std::size_t rest_ = 0;
  std::vector<pages<std::byte>> regions_;
};

}  // namespace kizashi::telescope::internal
