#include "kizashi/telescope/dos/uniformity.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kizashi::telescope {
namespace {

constexpr unsigned fewest_parts = 16;
constexpr double least_expected = 5;
constexpr double least_probability = 0.001;
constexpr double small_effect = 0.01;  // w squared

/// How many of `addresses` positions lie in `part` of `parts`: those p with p * parts / addresses
/// rounded down to `part`.
auto size_of_part(std::uint64_t part, std::uint64_t parts, std::uint64_t addresses) noexcept
    -> double {
  auto const begin = (part * addresses + parts - 1) / parts;
  auto const end = ((part + 1) * addresses + parts - 1) / parts;
  return static_cast<double>(end - begin);
}

}  // namespace

auto chi_square_tail(double statistic, unsigned degrees) noexcept -> double {
  if (!(statistic > 0)) return 1;
  auto const x = statistic / 2;
  auto sum = std::erfc(std::sqrt(x));
  // x^(j - 1/2) e^-x / gamma(j + 1/2), from j = 1 on.
  auto term = std::exp(-x) * 2 * std::sqrt(x * std::numbers::inv_pi);
  for (unsigned j = 1; 2 * j < degrees; ++j) {
    sum += term;
    term *= x / (j + 0.5);
  }
  return std::min(sum, 1.0);
}

void part_counts::add(std::uint64_t hash, std::uint64_t position,
                      std::uint64_t addresses) noexcept {
  if (is_full() || position >= addresses) return;
  auto const mark = (hash >> 32) % marks;
  if (seen_.test(mark)) return;
  seen_.set(mark);
  ++sample_;
  ++counts_[position * parts / addresses];
}

auto part_counts::test(std::uint64_t addresses) const noexcept -> uniformity_result {
  uniformity_result answer;
  auto const n = static_cast<double>(sample_);
  auto const all = static_cast<double>(addresses);
  answer.parts = parts;
  while (answer.parts > fewest_parts &&
         (n < least_expected * answer.parts || addresses < answer.parts))
    answer.parts /= 2;
  if (n < least_expected * answer.parts || addresses < answer.parts) return {};
  answer.is_tested = true;
  double statistic = 0;
  for (unsigned part = 0; part < answer.parts; ++part) {
    auto const joined = parts / answer.parts;
    double seen = 0;
    for (auto each = part * joined; each < (part + 1) * joined; ++each) seen += counts_[each];
    auto const expected = n * size_of_part(part, answer.parts, addresses) / all;
    statistic += (seen - expected) * (seen - expected) / expected;
  }
  // Where too few are left for their number to be like a chi-square variable, the plain statistic
  // rejects too seldom, which is the lesser evil.
  if (all - n >= least_expected * answer.parts) statistic *= (all - 1) / (all - n);
  answer.probability = chi_square_tail(statistic, answer.parts - 1);
  answer.is_uniform =
      answer.probability >= least_probability || statistic - (answer.parts - 1) <= small_effect * n;
  return answer;
}

}  // namespace kizashi::telescope
