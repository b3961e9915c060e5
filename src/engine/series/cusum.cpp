#include "kizashi/engine/series/cusum.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::engine {
namespace {

[[nodiscard]] auto normal_below(double x) noexcept -> double {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}

/// Solves (I - a) x = 1 by elimination with pivots; returns the first of x.
[[nodiscard]] auto first_passage(std::vector<double> a, std::size_t n) -> double {
  std::vector<double> x(n, 1.0);
  for (auto& each : a) each = -each;
  for (std::size_t i = 0; i < n; ++i) a[i * n + i] += 1;
  for (std::size_t column = 0; column < n; ++column) {
    auto pivot = column;
    for (std::size_t row = column + 1; row < n; ++row)
      if (std::abs(a[row * n + column]) > std::abs(a[pivot * n + column])) pivot = row;
    if (pivot != column) {
      for (std::size_t j = 0; j < n; ++j) std::swap(a[pivot * n + j], a[column * n + j]);
      std::swap(x[pivot], x[column]);
    }
    for (std::size_t row = column + 1; row < n; ++row) {
      auto const factor = a[row * n + column] / a[column * n + column];
      if (factor == 0) continue;
      for (std::size_t j = column; j < n; ++j) a[row * n + j] -= factor * a[column * n + j];
      x[row] -= factor * x[column];
    }
  }
  for (auto row = n; row-- > 0;) {
    for (auto j = row + 1; j < n; ++j) x[row] -= a[row * n + j] * x[j];
    x[row] /= a[row * n + row];
  }
  return x[0];
}

/// The chain over `states` equal parts of 0 .. limit, the first with all that is cut to zero.
/// `below(y)`: probability that a value minus the reference is at most y.
template <class Below>
[[nodiscard]] auto run_length(double limit, std::size_t states, Below&& below) -> double {
  auto const width = 2 * limit / static_cast<double>(2 * states - 1);
  std::vector<double> chain(states * states);
  for (std::size_t from = 0; from < states; ++from)
    for (std::size_t to = 0; to < states; ++to) {
      auto const step = (static_cast<double>(to) - static_cast<double>(from)) * width;
      chain[from * states + to] =
          below(step + width / 2) - (to == 0 ? 0.0 : below(step - width / 2));
    }
  return first_passage(std::move(chain), states);
}

}  // namespace

auto poisson_reference(double usual, double other) -> double {
  return (other - usual) / std::log(other / usual);
}

auto normal_run_length(double reference, double limit, double mean, std::size_t states) -> double {
  return run_length(limit, states, [&](double y) { return normal_below(y + reference - mean); });
}

auto poisson_run_length(double reference, double limit, double mean, std::size_t states) -> double {
  std::vector<double> sums;  // P(count <= i)
  double sum = 0;
  auto const most = static_cast<std::size_t>(limit + reference + 2);
  for (std::size_t i = 0; i <= most; ++i) {
    auto const count = static_cast<double>(i);
    sum += std::exp(count * std::log(mean) - mean - std::lgamma(count + 1));
    sums.push_back(std::min(sum, 1.0));
  }
  return run_length(limit, states, [&](double y) {
    auto const most_count = std::floor(y + reference);
    if (most_count < 0) return 0.0;
    return sums[std::min(static_cast<std::size_t>(most_count), sums.size() - 1)];
  });
}

auto normal_limit(double reference, double values) -> double {
  double low = 0.01;
  double high = 40;
  while (high - low > 0.001) {
    auto const middle = (low + high) / 2;
    auto const length = normal_run_length(reference, middle, 0, 60);
    // Beyond what doubles can tell the chain answers anything: that is too long in any case.
    if (length > 0 && length < values && std::isfinite(length))
      low = middle;
    else
      high = middle;
  }
  return high;
}

}  // namespace kizashi::engine
