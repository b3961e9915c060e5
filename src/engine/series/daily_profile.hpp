// What a series usually is at this time of the day.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::engine {

/// Means of a value by the hour of the day (UTC), each drawn to the mean of the day as long as it
/// has been seen on few days. They forget with a half-life of about two weeks.
class daily_profile {
public:
  static constexpr std::size_t hours = 24;

  /// 0 before the first value.
  [[nodiscard]] auto expected(timestamp at) const noexcept -> double;
  /// `value` is finite; `length` of its interval, at most a day.
  void learn(timestamp at, duration length, double value) noexcept;
  [[nodiscard]] static auto hour_of(timestamp at) noexcept -> std::size_t {
    auto const hour = at.nanoseconds() / 3'600'000'000'000 % 24;
    return static_cast<std::size_t>(hour < 0 ? hour + 24 : hour);
  }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.mean_, self.weight_, self.means_, self.weights_);
  }

private:
  double mean_ = 0;
  double weight_ = 0;  // days
  std::array<double, hours> means_{};
  std::array<double, hours> weights_{};  // days
};

}  // namespace kizashi::engine
