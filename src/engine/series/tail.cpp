#include "kizashi/engine/series/tail.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "kizashi/base/error.hpp"

namespace kizashi::engine {
namespace {

/// Level over the threshold `from`, the smallest of the `over` values above it, exceeded with the
/// share `conditional` of them.
[[nodiscard]] auto pareto_level(std::span<double const> over, double from, double conditional)
    -> double {
  auto const n = static_cast<double>(over.size());
  double mean = 0;      // a0
  double weighted = 0;  // a1: excesses weighted by the share of larger ones
  for (std::size_t i = 0; i < over.size(); ++i) {  // descending
    auto const excess = over[i] - from;
    mean += excess / n;
    weighted += excess * (static_cast<double>(i) / std::max(n - 1, 1.0)) / n;
  }
  if (!(mean > 0)) return from;
  auto const denominator = mean - 2 * weighted;
  auto shape = denominator > 0 ? 2 - mean / denominator : 0.9;
  shape = std::clamp(shape, 0.0, 0.9);
  auto const scale = mean * (1 - shape);
  if (shape < 1e-6) return from - scale * std::log(conditional);
  return from + scale / shape * (std::pow(conditional, -shape) - 1);
}

}  // namespace

auto exceeded_with(double probability, std::span<double const> values) -> double {
  KIZASHI_ASSERT(values.size() >= 50 && probability > 0 && probability < 1);
  auto const n = static_cast<double>(values.size());
  auto const rank = static_cast<std::size_t>(probability * (n + 1));
  auto const tenth = std::max<std::size_t>(values.size() / 10, 5);
  auto const kept = std::max(rank, tenth) + 1;
  std::vector<double> largest(std::min(kept, values.size()));
  std::ranges::partial_sort_copy(values, largest, std::greater{});
  if (rank >= 1) return largest[rank - 1];
  auto const from = largest[tenth];
  auto const level = pareto_level(std::span{largest}.first(tenth), from,
                                  probability * n / static_cast<double>(tenth));
  return std::max(level, largest[0]);
}

void score_history::add(double score) {
  if (age_ < 16) ++age_;
  if (values_.size() < most_) {
    values_.push_back(score);
    return;
  }
  values_[next_] = score;
  next_ = (next_ + 1) % most_;
}

auto normal_quantile(double p) -> double {
  static constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                                 -2.759285104469687e+02, 1.383577518672690e+02,
                                 -3.066479806614716e+01, 2.506628277459239e+00};
  static constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                                 -1.556989798598866e+02, 6.680131188771972e+01,
                                 -1.328068155288572e+01};
  static constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                                 -2.400758277161838e+00, -2.549732539343734e+00,
                                 4.374664141464968e+00,  2.938163982698783e+00};
  static constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01,
                                 2.445134137142996e+00, 3.754408661907416e+00};
  auto const tail = [&](double q) {
    return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
           ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
  };
  double x = 0;
  if (p < 0.02425) {
    x = tail(std::sqrt(-2 * std::log(p)));
  } else if (p > 1 - 0.02425) {
    x = -tail(std::sqrt(-2 * std::log1p(-p)));
  } else {
    auto const q = p - 0.5;
    auto const r = q * q;
    x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
        (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
  }
  auto const miss = std::erfc(-x / std::numbers::sqrt2) / 2 - p;
  auto const step = miss * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
  return x - step / (1 + x * step / 2);
}

auto normal_score(double value, std::span<double const> values) -> double {
  std::size_t below = 0;
  std::size_t equal = 0;
  for (auto const each : values) {
    below += each < value ? 1 : 0;
    equal += each == value ? 1 : 0;
  }
  auto const rank = static_cast<double>(below) + static_cast<double>(equal) / 2 + 0.5;
  return normal_quantile(rank / (static_cast<double>(values.size()) + 1));
}

}  // namespace kizashi::engine
