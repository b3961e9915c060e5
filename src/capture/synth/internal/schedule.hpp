// How many packets an actor sends in which slice of time.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

constexpr auto whole_seconds(duration length) -> std::int64_t {
  return length.count() / 1'000'000'000;
}

/// The day and night of a scenario: the factor on rates in a second, 0 .. 2, mean 1.
class rhythm {
public:
  explicit rhythm(scenario const& of);
  [[nodiscard]] auto factor(std::int64_t second) const noexcept -> double;
  /// The second of the day, 0 .. 86399.
  [[nodiscard]] auto second_of_day(std::int64_t second) const noexcept -> std::int64_t {
    return (start_ + second) % 86400;
  }

private:
  std::int64_t start_;
  double amplitude_;
  double peak_;
};

/// The packets of one actor over time. Rates do not change within a second. With a `rate` the
/// number in a slice is a Poisson number; with a number of packets it is that number's share,
/// rounded so that the sum is exact.
class schedule {
public:
  schedule(actor_spec const& spec, scenario const& of, actor const& plays, rhythm const& day,
           std::uint64_t seed);

  /// The mean number of packets over the whole scenario.
  [[nodiscard]] auto expected() const noexcept -> double;
  /// From here on exactly so many packets in all.
  void fix(std::uint64_t packets) noexcept {
    exact_ = packets;
    is_exact_ = true;
  }
  /// The highest mean number of packets in one second.
  [[nodiscard]] auto peak() const noexcept -> double;

  /// Begins a second; called with 0, 1, 2, ...
  void enter(std::int64_t second);
  /// The number of packets in slice `index` of `slices` equal ones of the second. In order.
  [[nodiscard]] auto count(std::uint32_t index, std::uint32_t slices) -> std::uint32_t;

private:
  [[nodiscard]] auto weight(std::int64_t second) const -> double;
  [[nodiscard]] auto up_to(double weights) const noexcept -> std::uint64_t;

  actor const* plays_;
  rhythm const* day_;
  random_source random_;
  std::int64_t start_;
  std::int64_t stop_;
  std::int64_t daily_start_;
  std::int64_t daily_stop_;
  bool follows_day_;
  double rate_;
  bool is_exact_ = false;
  std::uint64_t exact_ = 0;
  double whole_ = 0;    // sum of all weights
  double highest_ = 0;  // largest weight
  double before_ = 0;   // sum of the weights before this second
  double now_ = 0;      // this second's weight
  std::uint64_t in_second_ = 0;
};

}  // namespace kizashi::capture::synth
