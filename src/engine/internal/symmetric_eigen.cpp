#include "kizashi/engine/internal/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kizashi::engine::internal {

namespace {

/// Makes entry (p, q) zero; `vectors` turns with it.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t p,
            std::size_t q) {
  auto const apq = a[p * n + q];
  if (apq == 0) return;
  auto const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  auto const t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  auto const c = 1 / std::sqrt(t * t + 1), s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    auto const x = a[k * n + p], y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (std::size_t k = 0; k < n; ++k) {
    auto const x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    auto const v = vectors[p * n + k], w = vectors[q * n + k];
    vectors[p * n + k] = c * v - s * w;
    vectors[q * n + k] = s * v + c * w;
  }
}

}  // namespace

auto decompose_symmetric(std::vector<double> matrix, std::size_t n) -> eigen_pairs {
  std::vector<double> vectors(n * n);
  double norm = 0;
  for (std::size_t i = 0; i < n; ++i) {
    vectors[i * n + i] = 1;
    for (std::size_t k = 0; k < n; ++k) norm += matrix[i * n + k] * matrix[i * n + k];
  }
  constexpr int most_sweeps = 40;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double beside = 0;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) beside += matrix[p * n + q] * matrix[p * n + q];
    if (!(beside > norm * 1e-26)) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) rotate(matrix, vectors, n, p, q);
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](auto a, auto b) { return matrix[a * n + a] > matrix[b * n + b]; });
  eigen_pairs answer;
  for (auto const i : order) {
    answer.values.push_back(matrix[i * n + i]);
    auto const row = vectors.begin() + static_cast<std::ptrdiff_t>(i * n);
    answer.vectors.insert(answer.vectors.end(), row, row + static_cast<std::ptrdiff_t>(n));
  }
  return answer;
}

}  // namespace kizashi::engine::internal
