#include "kizashi/engine/series/daily_profile.hpp"

#include <algorithm>

namespace kizashi::engine {
namespace {

constexpr double memory_days = 20;  // half-life: 20 ln 2 days
constexpr double prior_days = 2;

void learn_mean(double& mean, double& weight, double value, double more) noexcept {
  weight = std::min(weight + more, memory_days);
  mean += (value - mean) * more / weight;
}

}  // namespace

auto daily_profile::expected(timestamp at) const noexcept -> double {
  auto const hour = hour_of(at);
  return (weights_[hour] * means_[hour] + prior_days * mean_) / (weights_[hour] + prior_days);
}

void daily_profile::learn(timestamp at, duration length, double value) noexcept {
  auto const hour = hour_of(at);
  auto const of_hour = std::chrono::duration<double, std::ratio<3600>>{length}.count();
  learn_mean(mean_, weight_, value, of_hour / 24);
  learn_mean(means_[hour], weights_[hour], value, of_hour);
}

}  // namespace kizashi::engine
