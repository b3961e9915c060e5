// How far a share that was measured on a few may be trusted.
#pragma once

#include <cmath>
#include <cstdint>

namespace kizashi::screening::internal {

/// The lower end of Wilson's interval (1927) for `right` of `all`, `z` standard deviations below,
/// which unless told otherwise is 97.5 % on this side; 0 of 0 is 0. Nine of nine: 0.70; 50 of 50:
/// 0.93.
[[nodiscard]] inline auto wilson_bound(std::uint64_t right, std::uint64_t all,
                                       double z = 1.96) noexcept -> double {
  if (all == 0) return 0;
  auto const n = static_cast<double>(all);
  auto const share = static_cast<double>(right) / n;
  auto const spread = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return (share + z * z / (2 * n) - spread) / (1 + z * z / n);
}

/// What holds a pattern back that fits too much. Those that nothing is known of are no proof
/// against it, but many of them are a sign that it is loose.
struct looseness {
  double most_spread = 10;  ///< unlabelled sources for each labelled one
  double least_lift = 3;    ///< share of the labelled that fit, to that of the unlabelled

  [[nodiscard]] auto permits(std::uint64_t fit, std::uint64_t labelled,
                             std::uint64_t unlabelled_fit, std::uint64_t unlabelled) const noexcept
      -> bool {
    if (fit == 0 || labelled == 0) return false;
    auto const share = static_cast<double>(fit) / static_cast<double>(labelled);
    auto const other = static_cast<double>(unlabelled_fit);
    return other <= most_spread * static_cast<double>(fit) &&
           (unlabelled == 0 || share >= least_lift * other / static_cast<double>(unlabelled));
  }
};

}  // namespace kizashi::screening::internal
