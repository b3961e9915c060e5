#include "kizashi/engine/series/change_finder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace kizashi::engine {
namespace {

/// One Jacobi rotation that makes a[p][q] zero; `vectors` gathers the rotations.
void rotate_away(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t p,
                 std::size_t q) {
  auto const apq = a[p * n + q];
  if (apq == 0) return;
  auto const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  auto const t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::hypot(theta, 1.0));
  auto const c = 1 / std::hypot(t, 1.0);
  auto const s = t * c;
  for (std::size_t i = 0; i < n; ++i) {
    auto const ip = a[i * n + p];
    auto const iq = a[i * n + q];
    a[i * n + p] = c * ip - s * iq;
    a[i * n + q] = s * ip + c * iq;
  }
  for (std::size_t i = 0; i < n; ++i) {
    auto const pi = a[p * n + i];
    auto const qi = a[q * n + i];
    a[p * n + i] = c * pi - s * qi;
    a[q * n + i] = s * pi + c * qi;
  }
  for (std::size_t i = 0; i < n; ++i) {
    auto const ip = vectors[i * n + p];
    auto const iq = vectors[i * n + q];
    vectors[i * n + p] = c * ip - s * iq;
    vectors[i * n + q] = s * ip + c * iq;
  }
}

}  // namespace

auto solve_symmetric(std::vector<double> a, std::vector<double> const& b) -> std::vector<double> {
  auto const n = b.size();
  std::vector<double> vectors(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        all += a[i * n + j] * a[i * n + j];
        if (i != j) off += a[i * n + j] * a[i * n + j];
      }
    if (off <= 1e-32 * all) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) rotate_away(a, vectors, n, p, q);
  }
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(a[i * n + i]));
  auto const least = largest * std::sqrt(std::numeric_limits<double>::epsilon());
  std::vector<double> x(n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    auto const eigenvalue = a[k * n + k];
    if (std::abs(eigenvalue) <= least) continue;
    double along = 0;
    for (std::size_t i = 0; i < n; ++i) along += vectors[i * n + k] * b[i];
    for (std::size_t i = 0; i < n; ++i) x[i] += along / eigenvalue * vectors[i * n + k];
  }
  return x;
}

discounting_regression::discounting_regression(std::size_t order, double rate)
    : order_{order}, rate_{rate}, covariances_(order + 1, 0.0), last_(order, 0.0) {
  KIZASHI_ASSERT(order >= 1 && order <= 16 && rate > 0 && rate < 1);
}

auto discounting_regression::weights() const -> std::vector<double> {
  std::vector<double> toeplitz(order_ * order_);
  for (std::size_t i = 0; i < order_; ++i)
    for (std::size_t j = 0; j < order_; ++j)
      toeplitz[i * order_ + j] = covariances_[i > j ? i - j : j - i];
  return solve_symmetric(std::move(toeplitz), {covariances_.begin() + 1, covariances_.end()});
}

auto discounting_regression::next(double value) -> double {
  double loss = 0;
  if (seen_ >= order_) {
    mean_ = (1 - rate_) * mean_ + rate_ * value;
    for (std::size_t lag = 0; lag <= order_; ++lag) {
      auto const before = lag == 0 ? value : last_[lag - 1];
      covariances_[lag] =
          (1 - rate_) * covariances_[lag] + rate_ * (value - mean_) * (before - mean_);
    }
    auto const w = weights();
    auto predicted = mean_;
    for (std::size_t i = 0; i < order_; ++i) predicted += w[i] * (last_[i] - mean_);
    auto const miss = (value - predicted) * (value - predicted);
    variance_ = (1 - rate_) * variance_ + rate_ * miss;
    // A series that has never varied has no density; where it all but stands still, one that is
    // bounded.
    if (variance_ > std::numeric_limits<double>::min())
      loss = (std::log(2 * std::numbers::pi * variance_) + miss / variance_) / 2;
  }
  std::shift_right(last_.begin(), last_.end(), 1);
  last_.front() = value;
  ++seen_;
  return loss;
}

auto moving_mean::next(double value) -> double {
  ring_[seen_ % ring_.size()] = value;
  ++seen_;
  auto const many = std::min<std::uint64_t>(seen_, ring_.size());
  return std::accumulate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(many), 0.0) /
         static_cast<double>(many);
}

change_finder::change_finder(settings const& with)
    : first_{with.order, with.rate},
      first_mean_{with.first_width},
      second_{with.order, with.rate},
      second_mean_{with.second_width} {}

auto change_finder::next(double value) -> double {
  return second_mean_.next(second_.next(first_mean_.next(first_.next(value))));
}

}  // namespace kizashi::engine
