#include "kizashi/engine/internal/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kizashi::engine::internal {

namespace {

/// Makes entry (p, q) zero; `vectors` turns with it. Rows are turned, and the columns are equal to
/// them.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t p,
            std::size_t q) {
  auto const app = a[p * n + p], aqq = a[q * n + q], apq = a[p * n + q];
  if (apq == 0) return;
  auto const theta = (aqq - app) / (2 * apq);
  auto const t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  auto const c = 1 / std::sqrt(t * t + 1), s = t * c;
  auto const turn = [&](double* const first, double* const second) {
    for (std::size_t k = 0; k < n; ++k) {
      auto const x = first[k], y = second[k];
      first[k] = c * x - s * y;
      second[k] = s * x + c * y;
    }
  };
  turn(a.data() + p * n, a.data() + q * n);
  turn(vectors.data() + p * n, vectors.data() + q * n);
  a[p * n + p] = app - t * apq;
  a[q * n + q] = aqq + t * apq;
  a[p * n + q] = a[q * n + p] = 0;
  for (std::size_t k = 0; k < n; ++k) {
    a[k * n + p] = a[p * n + k];
    a[k * n + q] = a[q * n + k];
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
