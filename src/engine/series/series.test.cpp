// Properties of the methods on series, and slow twins.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/series/bursts.hpp"
#include "kizashi/engine/series/change_finder.hpp"
#include "kizashi/engine/series/cusum.hpp"
#include "kizashi/engine/series/tail.hpp"

namespace kizashi::engine {
namespace {

[[nodiscard]] auto gaussian(random_source& from) -> double {
  auto const radius = std::sqrt(-2 * std::log(1 - from.unit()));
  return radius * std::cos(6.283185307179586 * from.unit());
}

TEST(solve_symmetric, solves_and_gives_the_shortest_where_there_are_many) {
  auto const x = solve_symmetric({4, 1, 1, 3}, {1, 2});
  EXPECT_NEAR(x[0], 1.0 / 11, 1e-12);
  EXPECT_NEAR(x[1], 7.0 / 11, 1e-12);
  auto const shortest = solve_symmetric({1, 1, 1, 1}, {2, 2});
  EXPECT_NEAR(shortest[0], 1, 1e-12);
  EXPECT_NEAR(shortest[1], 1, 1e-12);
  EXPECT_EQ(solve_symmetric({0, 0, 0, 0}, {1, 1}), (std::vector<double>{0, 0}));
  auto const negative = solve_symmetric({0, 2, 2, 0}, {2, 4});
  EXPECT_NEAR(negative[0], 2, 1e-12);
  EXPECT_NEAR(negative[1], 1, 1e-12);
}

TEST(change_finder, says_a_number_whatever_comes) {
  for (double const value : {0.0, 7.0, 1e15, -1e15}) {
    change_finder finder{{}};
    for (int i = 0; i < 300; ++i) EXPECT_TRUE(std::isfinite(finder.next(value))) << value;
    EXPECT_TRUE(std::isfinite(finder.next(value * 2 + 1)));
    for (int i = 0; i < 30'000; ++i) ASSERT_TRUE(std::isfinite(finder.next(value))) << i;
  }
}

// Scores are logarithms of densities: a series that is k times as large has scores of both stages
// that differ by a constant, ln k, once; a shift of all values changes less and less.
TEST(change_finder, keeps_its_form_when_the_series_is_scaled) {
  random_source chance{5};
  discounting_regression one{2, 0.01};
  discounting_regression other{2, 0.01};
  for (int i = 0; i < 500; ++i) {
    auto const value = 10 + gaussian(chance);
    auto const a = one.next(value);
    auto const b = other.next(value * 1000);
    if (i >= 2) {
      EXPECT_NEAR(b - a, std::log(1000), 1e-6);
    }
  }
}

TEST(moving_mean, is_the_mean_of_the_last) {
  moving_mean mean{4};
  std::vector<double> const values{3, 1, 4, 1, 5, 9, 2, 6};
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const from = i < 3 ? 0 : i - 3;
    auto const sum = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(from),
                                     values.begin() + static_cast<std::ptrdiff_t>(i) + 1, 0.0);
    EXPECT_NEAR(mean.next(values[i]), sum / static_cast<double>(i - from + 1), 1e-12);
  }
}

TEST(cusum, runs_as_long_as_the_chain_says) {
  random_source chance{17};
  for (double const mean : {0.0, 1.0}) {
    double total = 0;
    int const runs = mean == 0 ? 400 : 4000;
    for (int i = 0; i < runs; ++i) {
      cusum sum{0.5};
      for (;;) {
        ++total;
        if (sum.next(mean + gaussian(chance)) > 4) break;
      }
    }
    auto const expected = normal_run_length(0.5, 4, mean);
    EXPECT_NEAR(total / runs, expected, expected * 5 / std::sqrt(runs));
  }
}

TEST(cusum, of_poisson_counts_runs_as_long_as_the_chain_says) {
  random_source chance{23};
  auto const poisson = [&](double mean) {
    auto const least = std::exp(-mean);
    double product = chance.unit();
    double count = 0;
    for (; product > least; ++count) product *= chance.unit();
    return count;
  };
  auto const reference = poisson_reference(4, 6);
  EXPECT_NEAR(reference, 4.9326, 1e-4);
  double total = 0;
  for (int i = 0; i < 600; ++i) {
    cusum sum{reference};
    do ++total;
    while (sum.next(poisson(4)) <= 10);
  }
  auto const expected = poisson_run_length(reference, 10, 4);
  EXPECT_NEAR(total / 600, expected, expected * 0.2);
}

/// All walks, the cheapest chosen.
[[nodiscard]] auto cheapest_walk(std::vector<double> const& times, double base, double cost,
                                 std::size_t states) -> double {
  auto const gaps = times.size() - 1;
  auto const mean = (times.back() - times.front()) / static_cast<double>(gaps);
  double best = 1e300;
  std::vector<std::size_t> walk(gaps, 0);
  for (;;) {
    double sum = 0;
    std::size_t before = 0;
    for (std::size_t i = 0; i < gaps; ++i) {
      if (walk[i] > before)
        sum += static_cast<double>(walk[i] - before) * cost * std::log(static_cast<double>(gaps));
      auto const rate = std::pow(base, static_cast<double>(walk[i])) / mean;
      sum -= std::log(rate) - rate * (times[i + 1] - times[i]);
      before = walk[i];
    }
    best = std::min(best, sum);
    std::size_t at = 0;
    while (at < gaps && ++walk[at] == states) walk[at++] = 0;
    if (at == gaps) return best;
  }
}

TEST(bursts, are_the_cheapest_of_all_walks) {
  random_source chance{3};
  for (int round = 0; round < 20; ++round) {
    std::vector<double> times{0};
    for (int i = 0; i < 7; ++i)
      times.push_back(times.back() + 1 + std::floor(chance.unit() * (i < 3 ? 20 : 3)));
    auto const states = burst_states(times, 2, 0.3);
    auto const most = *std::ranges::max_element(states);
    if (most > 3) continue;
    double cost = 0;
    std::size_t before = 0;
    auto const mean = times.back() / 7;
    for (std::size_t i = 0; i < 7; ++i) {
      if (states[i] > before) cost += static_cast<double>(states[i] - before) * 0.3 * std::log(7.0);
      auto const rate = std::pow(2.0, static_cast<double>(states[i])) / mean;
      cost -= std::log(rate) - rate * (times[i + 1] - times[i]);
      before = states[i];
    }
    EXPECT_NEAR(cost, cheapest_walk(times, 2, 0.3, 4), 1e-9);
  }
}

TEST(count_bursts, rise_with_the_counts_and_fall_with_them) {
  count_bursts walk{2, 3, 4};
  for (int i = 0; i < 50; ++i) EXPECT_EQ(walk.next(i % 2 == 0 ? 9 : 11, 10), 0U);
  std::size_t state = 0;
  for (int i = 0; i < 10; ++i) state = walk.next(41, 10);
  EXPECT_EQ(state, 2U);
  EXPECT_GT(walk.advantage(), 0);
  for (int i = 0; i < 10; ++i) state = walk.next(10, 10);
  EXPECT_EQ(state, 0U);
  EXPECT_LT(walk.advantage(), 0);
}

TEST(normal_quantile, inverts_the_distribution) {
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-9);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 1e-9);
  EXPECT_NEAR(normal_quantile(1e-9), -5.997807015007687, 1e-8);
}

/// The share of values that cross the level learnt from the `history` before them.
template <class Draw>
[[nodiscard]] auto crossed(Draw&& draw, std::size_t history, double probability, int rounds)
    -> double {
  int crossings = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> past(history);
    for (auto& each : past) each = draw();
    crossings += draw() > exceeded_with(probability, past) ? 1 : 0;
  }
  return static_cast<double>(crossings) / rounds;
}

TEST(exceeded_with, holds_whatever_the_tail_is) {
  random_source chance{99};
  auto const normal = [&] { return gaussian(chance); };
  auto const lognormal = [&] { return std::exp(gaussian(chance)); };
  auto const exponential = [&] { return -std::log(1 - chance.unit()); };
  auto const pareto = [&] { return std::pow(1 - chance.unit(), -0.5); };
  auto const bound = 0.01 + 4 * std::sqrt(0.01 / 6000);
  // An order statistic: exact for all.
  EXPECT_LT(crossed(normal, 199, 0.01, 6000), bound);
  EXPECT_LT(crossed(lognormal, 199, 0.01, 6000), bound);
  EXPECT_LT(crossed(exponential, 199, 0.01, 6000), bound);
  EXPECT_LT(crossed(pareto, 199, 0.01, 6000), bound);
  EXPECT_GT(crossed(pareto, 199, 0.01, 6000), 0.004);
  // Extrapolated, five times beyond what was seen.
  EXPECT_LT(crossed(normal, 100, 0.002, 20'000), 0.004);
  EXPECT_LT(crossed(exponential, 100, 0.002, 20'000), 0.005);
  EXPECT_LT(crossed(pareto, 100, 0.002, 20'000), 0.007);
}

TEST(normal_score, is_normal_for_a_heavy_tail) {
  random_source chance{4};
  std::vector<double> past(999);
  for (auto& each : past) each = std::pow(1 - chance.unit(), -1.0);
  EXPECT_NEAR(normal_score(2, past), 0, 0.15);  // the median of this Pareto distribution
  EXPECT_NEAR(normal_score(1e9, past), normal_quantile(999.5 / 1000), 1e-9);
  EXPECT_NEAR(normal_score(0, past), normal_quantile(0.5 / 1000), 1e-9);
}

}  // namespace
}  // namespace kizashi::engine
