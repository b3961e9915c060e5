// CUSUM: sums of what is above the expected, and how long it goes on without a false alarm.
#pragma once

#include "kizashi/base/state.hpp"

namespace kizashi::engine {

/// One-sided: g <- max(0, g + x - reference). E. S. Page: "Continuous inspection schemes",
/// Biometrika 41, 1954. For values that are standard normal unless something changes `reference` is
/// half of the smallest shift that matters; for Poisson counts see `poisson_reference`.
class cusum {
public:
  explicit cusum(double reference) noexcept : reference_{reference} {}
  [[nodiscard]] auto next(double value) noexcept -> double {
    sum_ = sum_ + value - reference_;
    if (!(sum_ > 0)) sum_ = 0;
    return sum_;
  }
  void clear() noexcept { sum_ = 0; }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.sum_);
  }

private:
  double reference_;
  double sum_ = 0;
};

/// (λ1 - λ0) / ln(λ1 / λ0), the best reference to tell means 0 < `usual` < `other` of Poisson
/// counts apart (J. M. Lucas: "Counted data CUSUM's", Technometrics 27, 1985).
[[nodiscard]] auto poisson_reference(double usual, double other) -> double;

/// Mean number of values until g > `limit`, when values are normal with variance 1 and `mean`: the
/// Markov chain of D. Brook and D. A. Evans, Biometrika 59, 1972, with `states` states.
/// O(states^3).
[[nodiscard]] auto normal_run_length(double reference, double limit, double mean,
                                     std::size_t states = 100) -> double;

/// The same for Poisson counts with that mean. O(states^3).
[[nodiscard]] auto poisson_run_length(double reference, double limit, double mean,
                                      std::size_t states = 100) -> double;

/// The limit at which standard normal values alarm once in `values` on average; to 0.001.
[[nodiscard]] auto normal_limit(double reference, double values) -> double;

}  // namespace kizashi::engine
