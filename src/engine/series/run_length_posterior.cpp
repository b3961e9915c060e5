#include "kizashi/engine/series/run_length_posterior.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kizashi::engine {

run_length_posterior::run_length_posterior(settings const& with)
    : with_{with}, runs_{{0, 1.0, with.mean, with.weight, with.shape, with.rate}} {}

void run_length_posterior::next(double value) {
  auto const hazard = 1 / with_.mean_run;
  double changed = 0;
  double total = 0;
  for (auto& one : runs_) {
    // The prediction is Student's t with 2 shape degrees of freedom.
    auto const scale = one.rate * (one.weight + 1) / (one.shape * one.weight);
    auto const freedom = 2 * one.shape;
    auto const miss = value - one.mean;
    auto const density = std::exp(std::lgamma((freedom + 1) / 2) - std::lgamma(freedom / 2) -
                                  0.5 * std::log(freedom * std::numbers::pi * scale) -
                                  (freedom + 1) / 2 * std::log1p(miss * miss / (freedom * scale)));
    auto const joint = one.probability * density;
    changed += joint * hazard;
    one.probability = joint * (1 - hazard);
    total += joint;
    one.rate += one.weight * miss * miss / (2 * (one.weight + 1));
    one.mean = (one.weight * one.mean + value) / (one.weight + 1);
    one.weight += 1;
    one.shape += 0.5;
    ++one.length;
  }
  runs_.insert(runs_.begin(), {0, changed, with_.mean, with_.weight, with_.shape, with_.rate});
  if (!(total > 0)) {  // no run length explains the value: everything begins anew
    runs_.resize(1);
    runs_.front().probability = total = 1;
  }
  for (auto& one : runs_) one.probability /= total;
  if (with_.least > 0) {
    std::erase_if(runs_,
                  [&](run const& one) { return one.length > 0 && one.probability < with_.least; });
    double kept = 0;
    for (auto const& one : runs_) kept += one.probability;
    for (auto& one : runs_) one.probability /= kept;
  }
}

auto run_length_posterior::most_probable() const -> std::size_t {
  return static_cast<std::size_t>(std::ranges::max_element(runs_, {}, &run::probability)->length);
}

auto run_length_posterior::highest() const -> double {
  return std::ranges::max_element(runs_, {}, &run::probability)->probability;
}

auto run_length_posterior::probability_below(std::size_t values) const -> double {
  double sum = 0;
  for (auto const& one : runs_)
    if (one.length < values) sum += one.probability;
  return std::clamp(sum, 0.0, 1.0);
}

}  // namespace kizashi::engine
