#include "kizashi/engine/series/bursts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kizashi/base/error.hpp"

namespace kizashi::engine {
namespace {

/// The state from which `to` is reached most cheaply; of equal ones the lowest. Down is free.
[[nodiscard]] auto cheapest_from(std::vector<double> const& costs, std::size_t to, double up)
    -> std::pair<std::size_t, double> {
  std::size_t best = 0;
  auto least = std::numeric_limits<double>::infinity();
  for (std::size_t from = 0; from < costs.size(); ++from) {
    auto const cost = costs[from] + (from >= to ? 0.0 : static_cast<double>(to - from) * up);
    if (cost < least) {
      least = cost;
      best = from;
    }
  }
  return {best, least};
}

}  // namespace

auto burst_states(std::span<double const> times, double base, double cost)
    -> std::vector<std::size_t> {
  KIZASHI_ASSERT(times.size() >= 2 && base > 1);
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  auto const total = times.back() - times.front();
  auto const many = static_cast<double>(gaps.size());
  auto const shortest = *std::ranges::min_element(gaps);
  auto const states = static_cast<std::size_t>(std::clamp(
      std::ceil(1 + std::log(total) / std::log(base) + std::log(1 / shortest) / std::log(base)),
      1.0, 64.0));
  auto const up = cost * std::log(many);

  std::vector<double> costs(states, std::numeric_limits<double>::infinity());
  costs[0] = 0;
  std::vector<std::size_t> came_from(gaps.size() * states);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    std::vector<double> after(states);
    for (std::size_t to = 0; to < states; ++to) {
      auto const rate = std::pow(base, static_cast<double>(to)) * many / total;
      auto const [from, least] = cheapest_from(costs, to, up);
      after[to] = least - (std::log(rate) - rate * gaps[i]);
      came_from[i * states + to] = from;
    }
    costs = std::move(after);
  }
  std::vector<std::size_t> path(gaps.size());
  auto state = static_cast<std::size_t>(std::ranges::min_element(costs) - costs.begin());
  for (auto i = gaps.size(); i-- > 0;) {
    path[i] = state;
    state = came_from[i * states + state];
  }
  return path;
}

count_bursts::count_bursts(double base, double cost, std::size_t states)
    : base_{base}, cost_{cost}, costs_(states, 0.0) {
  KIZASHI_ASSERT(base > 1 && states >= 2 && cost >= 0);
  for (std::size_t i = 0; i < states; ++i) costs_[i] = static_cast<double>(i) * cost;
}

auto count_bursts::next(double count, double usual) -> std::size_t {
  std::vector<double> after(costs_.size());
  auto rate = usual;
  for (std::size_t to = 0; to < costs_.size(); ++to, rate *= base_)
    after[to] = cheapest_from(costs_, to, cost_).second + rate - count * std::log(rate);
  auto const least = *std::ranges::min_element(after);
  for (auto& each : after) each -= least;  // only differences matter, and sums would grow
  costs_ = std::move(after);
  return static_cast<std::size_t>(std::ranges::min_element(costs_) - costs_.begin());
}

auto count_bursts::advantage() const -> double {
  return costs_[0] - *std::min_element(costs_.begin() + 1, costs_.end());
}

}  // namespace kizashi::engine
