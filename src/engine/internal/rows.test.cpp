#include "kizashi/engine/internal/rows.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/internal/cholesky.hpp"
#include "kizashi/engine/internal/symmetric_eigen.hpp"

namespace kizashi::engine::internal {
namespace {

TEST(rows, are_added_with_their_factors) {
  random_source random{1};
  for (std::size_t count = 0; count < 11; ++count) {
    for (std::size_t length : {0U, 1U, 7U, 33U}) {
      std::vector<std::vector<double>> values(count, std::vector<double>(length));
      std::vector<scaled_row<double>> rows;
      for (auto& row : values) {
        for (auto& value : row) value = random.unit();
        rows.push_back({row.data(), random.unit() - 0.5});
      }
      std::vector<double> into(length, 2.0);
      add_rows(rows, length, into.data());
      for (std::size_t i = 0; i < length; ++i) {
        double expected = 2.0;
        for (auto const& row : rows) expected += row.factor * row.values[i];
        EXPECT_NEAR(into[i], expected, 1e-12);
      }
    }
  }
}

TEST(log_determinant, is_that_of_the_product_of_triangles) {
  random_source random{2};
  for (std::size_t n : {1U, 2U, 5U, 31U, 32U, 33U, 70U}) {
    std::vector<double> lower(n * n), matrix(n * n);
    double expected = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) lower[i * n + k] = random.unit() - 0.5;
      lower[i * n + i] = 0.5 + random.unit();
      expected += 2 * std::log(lower[i * n + i]);
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t k = 0; k < n; ++k)
          matrix[i * n + j] += lower[i * n + k] * lower[j * n + k];
    auto const answer = log_determinant(matrix, n);
    ASSERT_TRUE(answer);
    EXPECT_NEAR(*answer, expected, 1e-9 * static_cast<double>(n));
  }
  EXPECT_FALSE(log_determinant({1, 2, 2, 1}, 2)) << "not positive definite";
  EXPECT_FALSE(log_determinant({std::nan("")}, 1));
  EXPECT_EQ(log_determinant({}, 0), 0.0);
}

TEST(decompose_symmetric, gives_back_the_matrix) {
  random_source random{3};
  for (std::size_t n : {1U, 2U, 9U, 30U}) {
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = i; k < n; ++k)
        matrix[i * n + k] = matrix[k * n + i] = random.unit() - 0.5;
    auto const pairs = decompose_symmetric(matrix, n);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) {
        EXPECT_GE(pairs.values[i - 1], pairs.values[i]);
      }
      for (std::size_t k = 0; k < n; ++k) {
        double sum = 0;
        for (std::size_t v = 0; v < n; ++v)
          sum += pairs.values[v] * pairs.vectors[v * n + i] * pairs.vectors[v * n + k];
        EXPECT_NEAR(sum, matrix[i * n + k], 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace kizashi::engine::internal
