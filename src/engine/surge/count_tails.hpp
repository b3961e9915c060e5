// How improbable it is that a count is so high.
#pragma once

namespace kizashi::engine {

/// log10 P(N >= count) of a negative binomial distribution with that mean and size k: variance mean
/// + mean^2 / k. 0 for count 0; not below -300. By the regularised incomplete beta function I_p(n,
/// k), p = mean / (mean + k), and its continued fraction (Abramowitz, Stegun 26.5.8); relative
/// error below 1e-5 for `size` up to 1e7, above which it counts as 1e7. `count` >= 0, `mean` and
/// `size` > 0.
[[nodiscard]] auto log10_negative_binomial_tail(double count, double mean, double size) -> double;

/// log10 P(Z >= z) of the standard normal distribution; not below -300.
[[nodiscard]] auto log10_normal_tail(double z) -> double;

}  // namespace kizashi::engine
