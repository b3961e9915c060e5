// Where to draw a line that is crossed by chance as often as was said, whatever the tail of the
// data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/state.hpp"

namespace kizashi::engine {

/// The level that a value of the same kind exceeds with `probability`, from `values` (finite, in
/// any order, 50 or more). With values enough it is an order statistic, and holds whatever the
/// distribution is: the value exceeds the k-th largest of n others with probability k / (n + 1).
/// With fewer the tail is extrapolated: a generalised Pareto distribution over the 90 % quantile,
/// by probability-weighted moments (J. R. M. Hosking, J. R. Wallis, Technometrics 29, 1987), never
/// lighter than the exponential one.
[[nodiscard]] auto exceeded_with(double probability, std::span<double const> values) -> double;

/// Past values of a score, and the level above which the next one is a finding. A value far above
/// the level is kept as the level: what was found does not hide what comes.
class score_history {
public:
  /// At most `most` values are kept, the latest; `least` are needed to judge, 50 or more.
  score_history(std::size_t least, std::size_t most) : least_{least}, most_{most} {}

  [[nodiscard]] auto is_ready() const noexcept -> bool { return values_.size() >= least_; }
  /// Only when ready; always with the same probability. It is reckoned again when sixteen values
  /// have come since: O(values) then.
  [[nodiscard]] auto level(double probability) -> double {
    if (age_ >= 16) {
      level_ = exceeded_with(probability, values_);
      age_ = 0;
    }
    return level_;
  }
  void add(double score);
  [[nodiscard]] auto size() const noexcept -> std::size_t { return values_.size(); }
  [[nodiscard]] auto least() const noexcept -> std::size_t { return least_; }
  [[nodiscard]] auto values() const noexcept -> std::vector<double> const& { return values_; }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    auto many = static_cast<std::uint64_t>(self.values_.size());
    io(many, self.next_, self.level_, self.age_);
    if constexpr (Io::is_reading) {
      io.expect(many <= self.most_ && self.next_ < self.most_, "past scores");
      self.values_.assign(io.is_good() ? static_cast<std::size_t>(many) : 0, 0.0);
    }
    io(self.values_);
  }

private:
  std::size_t least_;
  std::size_t most_;
  std::uint64_t next_ = 0;  // place of the next one when all are taken
  double level_ = 0;
  std::uint32_t age_ = 16;  // values since the level was reckoned
  std::vector<double> values_;
};

/// The normal score of `value` among `values`: the quantile of the standard normal distribution at
/// (values below + half of the equal ones + 1/2) / (n + 1). Standard normal for any continuous
/// distribution, as long as nothing changes. O(n).
[[nodiscard]] auto normal_score(double value, std::span<double const> values) -> double;

/// The x below which a standard normal value lies with probability 0 < p < 1; to 1e-9 (P. J.
/// Acklam's rational approximation and one step of Halley's method).
[[nodiscard]] auto normal_quantile(double p) -> double;

}  // namespace kizashi::engine
