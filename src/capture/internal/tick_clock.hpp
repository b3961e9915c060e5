// What a capture's numbers of ticks are in nanoseconds.
#pragma once

#include <cstdint>

#include "kizashi/base/time.hpp"

namespace kizashi::capture::internal {

/// How a pcapng interface counts time (options if_tsresol and if_tsoffset): ticks of 10^-n or 2^-n
/// seconds since an offset. Microseconds since 1970 where nothing is said.
class tick_clock {
public:
  tick_clock() noexcept { set(6, 0); }
  /// `resolution` as if_tsresol has it: the exponent of 10, or of 2 with the highest bit set.
  /// `offset_seconds` as if_tsoffset.
  tick_clock(std::uint8_t resolution, std::int64_t offset_seconds) noexcept {
    set(resolution, offset_seconds);
  }

  /// Unknown when `ticks` and the offset are zero and when the time is not in 1970 .. 2261. What is
  /// finer than a nanosecond is cut off.
  [[nodiscard]] auto at(std::uint64_t ticks) const noexcept -> timestamp {
    // Zero, which wraps, is looked at slowly.
    if (ticks - 1 < largest_fast_) [[likely]] {
      return timestamp{static_cast<std::int64_t>(ticks * multiplier_)};
    }
    return at_slowly(ticks);
  }

private:
  void set(std::uint8_t resolution, std::int64_t offset_seconds) noexcept;
  [[nodiscard]] auto at_slowly(std::uint64_t ticks) const noexcept -> timestamp;

  std::uint64_t multiplier_ = 0;    // nanoseconds in a tick; 0: a tick is no whole number of them
  std::uint64_t largest_fast_ = 0;  // up to here `ticks * multiplier_` is the answer
  std::uint8_t resolution_ = 6;
  std::int64_t offset_seconds_ = 0;
};

}  // namespace kizashi::capture::internal
