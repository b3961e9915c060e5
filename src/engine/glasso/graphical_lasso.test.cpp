#include "kizashi/engine/glasso/graphical_lasso.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/golden_counts.hpp"

namespace kizashi::engine::glasso {
namespace {

constexpr std::array published_penalties{0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

struct reference_result {
  double edges;
  double objective;
};

/// R package glasso 1.11 on the same counts (thr 1e-4, penalised diagonal).
void expect_reference(std::size_t sources, std::size_t together, std::uint64_t seed,
                      std::array<reference_result, 6> const& expected) {
  auto const counts = internal::golden_lasso_counts(12, sources, together, seed);
  auto const answer =
      solve_graphical_lasso(log_covariance(counts, 12), published_penalties,
                            {.tolerance = 1e-6, .is_certified = true, .has_links = false});
  ASSERT_EQ(answer.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(static_cast<double>(answer[i].edges), expected[i].edges, 1) << i;
    EXPECT_NEAR(answer[i].objective, expected[i].objective, 1e-7 * expected[i].objective) << i;
    EXPECT_LT(answer[i].gap, 1e-7) << i;
    EXPECT_GT(answer[i].gap, -1e-12) << i;
    EXPECT_TRUE(answer[i].is_converged) << i;
    auto const pairs = static_cast<double>(sources * (sources - 1) / 2);
    EXPECT_DOUBLE_EQ(answer[i].density, static_cast<double>(answer[i].edges) / pairs);
  }
}

TEST(graphical_lasso, gives_the_reference_results_of_50_sources) {
  expect_reference(50, 12, 1,
                   {{{252, 66.98240470},
                     {193, 73.02212146},
                     {141, 77.73225183},
                     {108, 81.58072115},
                     {72, 84.84291702},
                     {49, 87.71692479}}});
}

TEST(graphical_lasso, gives_the_reference_results_of_200_sources) {
  expect_reference(200, 30, 2,
                   {{{2219, 235.31229735},
                     {1857, 270.8093907},
                     {1517, 297.7706737},
                     {1166, 318.7933028},
                     {896, 335.6569143},
                     {678, 349.67802873}}});
}

#ifndef KIZASHI_SANITIZED  // a minute there
TEST(graphical_lasso, gives_the_reference_results_of_500_sources) {
  expect_reference(500, 60, 3,
                   {{{7440.5, 531.50505391},
                     {6693.5, 631.8406627},
                     {5857, 710.18775643},
                     {4888, 772.4980519},
                     {3871.5, 822.4812255},
                     {3013, 863.0153336}}});
}

TEST(graphical_lasso, gives_the_reference_results_of_1000_sources) {
  expect_reference(1000, 120, 4,
                   {{{17821, 993.94718707},
                     {16210, 1203.508211},
                     {14475.5, 1369.85646362},
                     {12561, 1505.079917},
                     {10374, 1615.802941},
                     {8095, 1706.43360233}}});
}
#endif

/// The obvious way: no groups, no components, no warm start. Row by row, each lasso from zero over
/// all variables, until nothing moves.
auto slow_precision(std::vector<double> const& s, std::size_t n, double penalty)
    -> std::vector<double> {
  auto w = s;
  for (std::size_t i = 0; i < n; ++i) w[i * n + i] += penalty;
  std::vector<double> answer(n * n);
  for (int sweep = 0; sweep < 300; ++sweep) {
    auto const before = w;
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<double> b(n);
      for (int pass = 0; pass < 300; ++pass) {
        double moved = 0;
        for (std::size_t k = 0; k < n; ++k) {
          if (k == j) continue;
          auto rest = s[j * n + k];
          for (std::size_t l = 0; l < n; ++l)
            if (l != j && l != k) rest -= w[k * n + l] * b[l];
          auto const size = std::max(0.0, std::abs(rest) - penalty) / w[k * n + k];
          auto const value = rest < 0 ? -size : size;
          moved = std::max(moved, std::abs(value - b[k]));
          b[k] = value;
        }
        if (moved < 1e-14) break;
      }
      auto own = w[j * n + j];
      for (std::size_t k = 0; k < n; ++k) {
        if (k == j) continue;
        double product = 0;
        for (std::size_t l = 0; l < n; ++l)
          if (l != j) product += w[k * n + l] * b[l];
        w[k * n + j] = w[j * n + k] = product;
        own -= product * b[k];
      }
      for (std::size_t k = 0; k < n; ++k) answer[j * n + k] = k == j ? 1 / own : -b[k] / own;
    }
    double moved = 0;
    for (std::size_t i = 0; i < n * n; ++i) moved = std::max(moved, std::abs(w[i] - before[i]));
    if (moved < 1e-13) break;
  }
  return answer;
}

/// The covariance between sources, all of them apart.
auto slow_covariance(std::vector<std::uint32_t> const& counts, std::size_t bins)
    -> std::vector<double> {
  auto const n = counts.size() / bins;
  auto const value = [&](std::size_t source, std::size_t i) {
    auto const count = counts[source * bins + i];
    return count == 0 ? std::log(0.1) : std::log(static_cast<double>(count));
  };
  std::vector<double> answer(n * n);
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      double sa = 0, sb = 0, sab = 0;
      for (std::size_t i = 0; i < bins; ++i)
        sa += value(a, i), sb += value(b, i), sab += value(a, i) * value(b, i);
      auto const count = static_cast<double>(bins);
      answer[a * n + b] = sab / count - sa / count * (sb / count);
    }
  }
  return answer;
}

/// Counts of which many are equal to another source's: `distinct` rows, each up to three times.
auto counts_with_twins(std::uint64_t seed, std::size_t bins, std::size_t distinct)
    -> std::vector<std::uint32_t> {
  internal::golden_source random{seed};
  std::vector<std::uint32_t> answer;
  for (std::size_t i = 0; i < distinct; ++i) {
    std::vector<std::uint32_t> row(bins);
    auto const rate = 0.3 + 4 * random.unit();
    for (auto& count : row) count = random.poisson(rate);
    auto const times = 1 + static_cast<int>(3 * random.unit());
    for (int k = 0; k < times; ++k) answer.insert(answer.end(), row.begin(), row.end());
  }
  return answer;
}

TEST(graphical_lasso, equals_its_slow_twin_with_equal_sources_apart) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto const counts = counts_with_twins(seed, 6, 6);
    auto const covariances = log_covariance(counts, 6);
    auto const s = slow_covariance(counts, 6);
    auto const n = covariances.sources();
    for (auto const penalty : {0.1, 0.4, 0.9}) {
      auto const answer = solve_graphical_lasso(
          covariances, std::array{penalty},
          {.tolerance = 1e-10, .most_sweeps = 2000, .is_certified = true, .has_links = true});
      std::map<std::pair<std::uint32_t, std::uint32_t>, double> links;
      for (auto const& each : answer[0].links) links[{each.first, each.second}] = each.value;
      auto const slow = slow_precision(s, n, penalty);
      std::uint64_t edges = 0;
      for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = a + 1; b < n; ++b) {
          auto const expected = (slow[a * n + b] + slow[b * n + a]) / 2;
          auto const [low, high] = std::minmax(covariances.group_of[a], covariances.group_of[b]);
          auto const at = links.find({low, high});
          EXPECT_NEAR(at == links.end() ? 0 : at->second, expected, 1e-5)
              << seed << ' ' << penalty << ' ' << a << ' ' << b;
          edges += std::abs(expected) > 1e-6;
        }
      }
      EXPECT_NEAR(static_cast<double>(answer[0].edges), static_cast<double>(edges), 2) << seed;
      EXPECT_LT(std::abs(answer[0].gap), 1e-7) << seed << ' ' << penalty;
    }
  }
}

TEST(graphical_lasso, does_not_depend_on_the_order_of_the_sources) {
  auto const counts = internal::golden_lasso_counts(12, 60, 15, 9);
  auto turned = counts;
  for (std::size_t i = 0; i < 30; ++i)
    std::swap_ranges(turned.begin() + 12 * i, turned.begin() + 12 * (i + 1),
                     turned.begin() + 12 * (59 - i));
  auto const a = solve_graphical_lasso(log_covariance(counts, 12), published_penalties, {});
  auto const b = solve_graphical_lasso(log_covariance(turned, 12), published_penalties, {});
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].edges, b[i].edges);
}

TEST(graphical_lasso, gives_the_same_whether_penalties_come_together_or_alone) {
  auto const covariances = log_covariance(internal::golden_lasso_counts(12, 80, 20, 10), 12);
  auto const together = solve_graphical_lasso(covariances, published_penalties, {});
  for (std::size_t i = 0; i < together.size(); ++i) {
    auto const alone = solve_graphical_lasso(covariances, std::array{published_penalties[i]}, {});
    EXPECT_EQ(alone[0].edges, together[i].edges);
  }
}

TEST(graphical_lasso, has_no_links_where_nothing_moves) {
  solver_settings const how{.is_certified = true};
  auto const constant = log_covariance(std::vector<std::uint32_t>(12 * 7, 3), 12);
  EXPECT_EQ(constant.groups, 1U);
  auto const answer = solve_graphical_lasso(constant, std::array{0.4}, how);
  EXPECT_EQ(answer[0].edges, 0U);
  EXPECT_EQ(answer[0].density, 0);
  EXPECT_NEAR(answer[0].objective, 7 * (1 + std::log(0.4)), 1e-9);
  EXPECT_NEAR(answer[0].gap, 0, 1e-12);

  auto const none = solve_graphical_lasso(log_covariance({}, 12), std::array{0.4}, how);
  EXPECT_EQ(none[0].edges, 0U);
  EXPECT_EQ(none[0].density, 0);
  auto const one = solve_graphical_lasso(
      log_covariance(std::vector<std::uint32_t>{0, 0, 9, 0, 0, 4'294'967'295U}, 6), std::array{0.4},
      how);
  EXPECT_EQ(one[0].edges, 0U);
  EXPECT_TRUE(std::isfinite(one[0].objective));
}

TEST(graphical_lasso, links_sources_that_do_the_same) {
  // Two sources with equal counts and one of its own.
  std::vector<std::uint32_t> const counts{9, 0, 9, 0, 0, 0, 9, 0, 9, 0, 0, 0, 0, 0, 0, 9, 0, 9};
  auto const covariances = log_covariance(counts, 6);
  EXPECT_EQ(covariances.groups, 2U);
  EXPECT_EQ(covariances.sizes, (std::vector<std::uint32_t>{2, 1}));
  auto const answer = solve_graphical_lasso(covariances, std::array{0.9}, {.has_links = true});
  ASSERT_FALSE(answer[0].links.empty());
  EXPECT_EQ(answer[0].links[0].first, 0U);
  EXPECT_EQ(answer[0].links[0].second, 0U);
  EXPECT_LT(answer[0].links[0].value, 0) << "alike means a negative entry of the inverse";
}

TEST(log_covariance, is_that_of_logarithms_divided_by_the_bins) {
  auto const counts = counts_with_twins(3, 8, 7);
  auto const fast = log_covariance(counts, 8);
  auto const slow = slow_covariance(counts, 8);
  auto const n = fast.sources();
  EXPECT_EQ(std::accumulate(fast.sizes.begin(), fast.sizes.end(), 0U), n);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      EXPECT_NEAR(fast.at(fast.group_of[a], fast.group_of[b]), slow[a * n + b], 1e-12);
}

}  // namespace
}  // namespace kizashi::engine::glasso
