// ChangeFinder: how surprising a value is to a model that learns and forgets, in two stages.
//
// J. Takeuchi, K. Yamanishi: "A unifying framework for detecting outliers and change points from
// time series", IEEE TKDE 18(4), 2006, sections 3 and 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/base/state.hpp"

namespace kizashi::engine {

/// Sequentially discounting autoregression: mean, autocovariances and variance of the prediction,
/// discounted by 1 - rate. Mean and covariances learn a value before it is predicted, as in the
/// published implementation. O(order^3) a value.
class discounting_regression {
public:
  /// `order` 1 .. 16, 0 < `rate` < 1.
  discounting_regression(std::size_t order, double rate);

  /// The logarithmic loss of `value` in nats. 0 for the first `order` values, and while nothing has
  /// ever varied: there the density is not defined. `value` must be finite.
  [[nodiscard]] auto next(double value) -> double;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.seen_, self.mean_, self.variance_, self.covariances_, self.last_);
  }

private:
  [[nodiscard]] auto weights() const -> std::vector<double>;

  std::size_t order_;
  double rate_;
  std::uint64_t seen_ = 0;
  double mean_ = 0;
  double variance_ = 0;
  std::vector<double> covariances_;  // lags 0 .. order
  std::vector<double> last_;         // the latest first
};

/// The mean of the last `width` values, of fewer at the beginning.
class moving_mean {
public:
  explicit moving_mean(std::size_t width) : ring_(width) {}
  [[nodiscard]] auto next(double value) -> double;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.seen_, self.ring_);
  }

private:
  std::vector<double> ring_;
  std::uint64_t seen_ = 0;
};

/// Both stages: regression, mean, regression, mean.
class change_finder {
public:
  struct settings {
    std::size_t order = 2;
    double rate = 0.005;
    std::size_t first_width = 10;
    std::size_t second_width = 5;
  };
  explicit change_finder(settings const& with);

  [[nodiscard]] auto next(double value) -> double;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.first_, self.first_mean_, self.second_, self.second_mean_);
  }

private:
  discounting_regression first_;
  moving_mean first_mean_;
  discounting_regression second_;
  moving_mean second_mean_;
};

/// The x of least length that solves `a` x = `b` as well as can be, `a` symmetric, row by row.
/// Eigenvalues below sqrt(epsilon) of the largest count as zero.
[[nodiscard]] auto solve_symmetric(std::vector<double> a, std::vector<double> const& b)
    -> std::vector<double>;

}  // namespace kizashi::engine
