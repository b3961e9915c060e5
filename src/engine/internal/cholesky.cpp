#include "kizashi/engine/internal/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "kizashi/engine/internal/rows.hpp"

namespace kizashi::engine::internal {

// Blocks of columns, upper factor: the rows of U = L' that are ready are subtracted from a block of
// rows at once, so the inner loop runs along rows.
auto log_determinant(std::vector<double> matrix, std::size_t n) -> std::optional<double> {
  auto const at = [&](std::size_t row) { return matrix.data() + row * n; };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) at(j)[i] = at(i)[j];
  double answer = 0;
  std::vector<scaled_row<double>> done;
  constexpr std::size_t block = 32;
  for (std::size_t begin = 0; begin < n; begin += block) {
    auto const end = std::min(n, begin + block);
    for (std::size_t i = begin; i < end; ++i) {
      done.clear();
      for (std::size_t k = begin; k < i; ++k) done.push_back({at(k) + i, -at(k)[i]});
      add_rows(done, n - i, at(i) + i);
      auto const pivot = at(i)[i];
      if (!(pivot > 0) || !std::isfinite(pivot)) return std::nullopt;
      answer += std::log(pivot);
      auto const scale = 1 / std::sqrt(pivot);
      for (std::size_t j = i; j < n; ++j) at(i)[j] *= scale;
    }
    for (std::size_t i = end; i < n; ++i) {
      done.clear();
      for (std::size_t k = begin; k < end; ++k) done.push_back({at(k) + i, -at(k)[i]});
      add_rows(done, n - i, at(i) + i);
    }
  }
  return answer;
}

}  // namespace kizashi::engine::internal
