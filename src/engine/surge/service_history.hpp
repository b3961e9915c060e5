// What a service usually gets: how many sources in an interval, in an hour, in six.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/engine/activity.hpp"

namespace kizashi::engine {

/// Intervals over which counts are summed, so that what grows slowly is seen as well.
inline constexpr std::array<std::size_t, 3> surge_scales{1, 6, 36};

/// How much has been learnt: the same for all services of a sensor, because they are seen together.
struct learnt_weight {
  double units = 0;       ///< intervals learnt from, discounted
  double kept = 0.99976;  ///< what is left of the old after one interval
};

/// What a count amounts to.
struct surge_judgement {
  double score = 0;  ///< -log10 of the probability of so much by chance, the largest of the scales
  double count = 0;  ///< at the scale of the score
  double expected = 0;
  std::size_t scale = 1;
};

/// Counts of one service. Means and variances are of what chance does; a count far beyond is learnt
/// as one that is not so far.
class service_history {
public:
  static constexpr std::size_t kept = 36;

  service_history() = default;
  explicit service_history(service at) : at_{at} {}

  [[nodiscard]] auto at() const noexcept -> service { return at_; }
  /// The next interval's count; `hour` of the day in which it lies.
  void push(std::uint32_t count, std::uint8_t hour);
  [[nodiscard]] auto judge(learnt_weight const& weight) const -> surge_judgement;
  /// Learns the last interval. `weight` is what it is with this one.
  void learn(learnt_weight const& weight);
  /// Sources in an interval, on average.
  [[nodiscard]] auto mean(learnt_weight const& weight) const noexcept -> double {
    return (sum_ + 1) / (weight.units + 1);
  }
  [[nodiscard]] auto last() const noexcept -> std::uint32_t { return counts_[newest_]; }
  /// The last counts, the oldest first.
  [[nodiscard]] auto recent() const -> std::vector<double>;
  /// Nothing is among the kept counts: it needs no looking after until something comes.
  [[nodiscard]] auto is_silent() const noexcept -> bool { return !is_alerted && total() == 0; }
  void sleep(learnt_weight const& weight, std::uint64_t interval);
  /// Learns all intervals that were slept through, in which nothing came, as `learn` would.
  void wake(learnt_weight const& weight, std::uint64_t interval);

  // What the engine keeps beside the numbers.
  bool is_alerted = false;
  std::uint8_t quiet = 0;        ///< normal intervals since the alert
  std::uint8_t level = 0;        ///< the highest told
  std::uint32_t suspicious = 0;  ///< intervals since it is too improbable to be learnt
  timestamp since;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.at_.protocol, self.at_.port, self.counts_, self.hours_, self.newest_, self.sum_,
       self.variances_, self.log_means_, self.log_variances_, self.slept_at_, self.slept_with_,
       self.is_alerted, self.quiet, self.level, self.suspicious, self.since);
    auto has_season = !self.season_.empty();
    io(has_season);
    if constexpr (Io::is_reading) self.season_.assign(has_season && io.is_good() ? 48 : 0, 0.0F);
    io(self.season_);
    if constexpr (Io::is_reading) {
      io.expect(self.newest_ < kept, "a place among the counts");
      if (self.newest_ >= kept) self.newest_ = 0;
      for (auto& hour : self.hours_) hour = static_cast<std::uint8_t>(hour % 24);
      bool is_finite = self.sum_ >= 0 && self.sum_ < 1e18;
      for (std::size_t i = 0; i < surge_scales.size(); ++i)
        is_finite = is_finite && self.variances_[i] >= 0 && self.variances_[i] < 1e30F &&
                    self.log_variances_[i] >= 0 && self.log_variances_[i] < 1e6F &&
                    self.log_means_[i] > -1e3F && self.log_means_[i] < 1e3F;
      for (auto const each : self.season_) is_finite = is_finite && each >= 0 && each < 1e6F;
      io.expect(is_finite, "numbers of a service that can be");
    }
  }

private:
  /// Sum and expected factor (of `mean`) of the last intervals.
  struct stretch {
    double count = 0;
    double factor = 0;
  };
  [[nodiscard]] auto last_of(std::size_t intervals) const -> stretch;
  [[nodiscard]] auto total() const noexcept -> std::uint64_t;
  [[nodiscard]] auto factor(std::uint8_t hour) const noexcept -> double;

  service at_;
  std::array<std::uint32_t, kept> counts_{};
  std::array<std::uint8_t, kept> hours_{};
  std::uint8_t newest_ = 0;
  double sum_ = 0;  // of counts, discounted
  std::array<float, 3> variances_{};
  std::array<float, 3> log_means_{};
  std::array<float, 3> log_variances_{};
  std::uint64_t slept_at_ = 0;
  double slept_with_ = 0;
  std::vector<float> season_;  // by hour the factor, then by hour its days; empty: none learnt
};

}  // namespace kizashi::engine
