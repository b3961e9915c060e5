#include "kizashi/engine/internal/rows.hpp"

// Two versions of each loop, chosen when the program starts. Neither contracts a product and a sum
// into one rounding (see CMakeLists.txt), so both give the same bits.
#if defined(__x86_64__) && !defined(KIZASHI_SANITIZED)
#define KIZASHI_TWO_WIDTHS __attribute__((target_clones("avx2", "default")))
#else
#define KIZASHI_TWO_WIDTHS
#endif

namespace kizashi::engine::internal {

namespace {

template <class Number>
__attribute__((always_inline)) inline void add_rows_of(std::span<scaled_row<Number> const> rows,
                                                       std::size_t length,
                                                       Number* __restrict into) noexcept {
  std::size_t at = 0;
  for (; at + 4 <= rows.size(); at += 4) {
    auto const* const a = rows[at].values;
    auto const* const b = rows[at + 1].values;
    auto const* const c = rows[at + 2].values;
    auto const* const d = rows[at + 3].values;
    auto const fa = rows[at].factor, fb = rows[at + 1].factor;
    auto const fc = rows[at + 2].factor, fd = rows[at + 3].factor;
    for (std::size_t i = 0; i < length; ++i)
      into[i] += (fa * a[i] + fb * b[i]) + (fc * c[i] + fd * d[i]);
  }
  for (; at < rows.size(); ++at) {
    auto const* const a = rows[at].values;
    auto const fa = rows[at].factor;
    for (std::size_t i = 0; i < length; ++i) into[i] += fa * a[i];
  }
}

template <class Number>
__attribute__((always_inline)) inline auto dot_of(Number const* a, Number const* b,
                                                  std::size_t length) noexcept -> double {
  constexpr std::size_t lanes = 8;
  Number sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= length; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  double total = 0;
  for (auto const sum : sums) total += static_cast<double>(sum);
  for (; i < length; ++i) total += static_cast<double>(a[i] * b[i]);
  return total;
}

}  // namespace

KIZASHI_TWO_WIDTHS
void add_rows(std::span<scaled_row<double> const> rows, std::size_t length, double* into) noexcept {
  add_rows_of(rows, length, into);
}
KIZASHI_TWO_WIDTHS
void add_rows(std::span<scaled_row<float> const> rows, std::size_t length, float* into) noexcept {
  add_rows_of(rows, length, into);
}
KIZASHI_TWO_WIDTHS
auto dot(double const* a, double const* b, std::size_t length) noexcept -> double {
  return dot_of(a, b, length);
}
KIZASHI_TWO_WIDTHS
auto dot(float const* a, float const* b, std::size_t length) noexcept -> double {
  return dot_of(a, b, length);
}

}  // namespace kizashi::engine::internal
