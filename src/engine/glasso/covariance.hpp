// The covariance of what sources did in the bins of a window, with sources that did the same
// counted together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kizashi::engine::glasso {

/// Groups of sources whose counts are the same in every bin, and the covariance between groups.
/// Most sources of a darknet send one packet or two in a window, so there are far fewer groups
/// than sources.
struct covariance {
  std::size_t groups = 0;
  std::vector<double> values;           ///< groups x groups, row after row: of one source each
  std::vector<std::uint32_t> sizes;     ///< how many sources are in each group, 1 or more
  std::vector<std::uint32_t> group_of;  ///< the group of each source, in order of first use

  [[nodiscard]] auto at(std::size_t a, std::size_t b) const noexcept -> double {
    return values[a * groups + b];
  }
  [[nodiscard]] auto sources() const noexcept -> std::size_t { return group_of.size(); }
};

/// `counts`: packets, one row of `bins` for each source. Logarithms are taken, with 0 counted as
/// 0.1, and the covariance is divided by `bins` (Dark-TRACER does the same). `bins` is 1 or more
/// and divides the number of counts. Cost: sources x bins for the groups, groups^2 x bins after.
[[nodiscard]] auto log_covariance(std::span<std::uint32_t const> counts, std::size_t bins)
    -> covariance;

}  // namespace kizashi::engine::glasso
