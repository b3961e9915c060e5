#include "kizashi/capture/internal/tick_clock.hpp"

namespace kizashi::capture::internal {
namespace {

// Wide enough for any number of ticks times a thousand million.
__extension__ using wide = __int128;

constexpr wide second = 1'000'000'000;
constexpr auto latest = timestamp::latest().nanoseconds();
constexpr unsigned base_two = 0x80;

/// 10^exponent, or 0 when no 64 bits can count that many ticks.
constexpr auto power_of_ten(unsigned exponent) -> std::uint64_t {
  if (exponent > 19) return 0;
  std::uint64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

void tick_clock::set(std::uint8_t resolution, std::int64_t offset_seconds) noexcept {
  resolution_ = resolution;
  offset_seconds_ = offset_seconds;
  if (offset_seconds != 0 || resolution > 9) return;
  multiplier_ = power_of_ten(9U - resolution);
  largest_fast_ = static_cast<std::uint64_t>(latest) / multiplier_;
}

auto tick_clock::at_slowly(std::uint64_t ticks) const noexcept -> timestamp {
  auto const exponent = resolution_ & ~base_two;
  wide nanoseconds = 0;
  if ((resolution_ & base_two) != 0) {
    if (exponent > 63) return timestamp::unknown();
    auto const fraction = ticks & ((std::uint64_t{1} << exponent) - 1);
    nanoseconds = wide{ticks >> exponent} * second + ((wide{fraction} * second) >> exponent);
  } else {
    auto const per_second = power_of_ten(exponent);
    if (per_second == 0) return timestamp::unknown();
    nanoseconds =
        wide{ticks / per_second} * second + wide{ticks % per_second} * second / per_second;
  }
  if (ticks == 0 && offset_seconds_ == 0) return timestamp::unknown();
  nanoseconds += wide{offset_seconds_} * second;
  if (nanoseconds < 0 || nanoseconds > latest) return timestamp::unknown();
  return timestamp{static_cast<std::int64_t>(nanoseconds)};
}

}  // namespace kizashi::capture::internal
