// The graphical lasso of one connected component, in groups of equal sources.
//
// Let group g have m_g sources with variance s_g. The minimum is unique, so it is the same for all
// sources of a group: T has a_g on the diagonal of the group's block, b_g beside it, and one value
// per pair of groups. The same holds for W. A rotation of each block that splits off the mean takes
// the problem apart into m_g - 1 times log(d_g - o_g), where d_g and o_g are W's entries on and
// beside the diagonal of the block, and a problem of one variable per group, with
//
//   S_gh -> sqrt(m_g m_h) s_gh,   penalty -> sqrt(m_g m_h) penalty,   R_gg = d_g + (m_g - 1) o_g.
//
// A row's lasso does not see R_gg. With c its explained part, the best o_g is c / m_g, put between
// s_g - penalty and s_g + penalty; it is inside exactly when b_g is zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/engine/glasso/graphical_lasso.hpp"

namespace kizashi::engine::glasso::internal {

/// What a row's lasso gave: sparse coefficients.
struct row_coefficients {
  std::vector<std::uint32_t> of;
  std::vector<double> values;
};

struct component {
  std::size_t size = 0;                ///< groups
  double penalty = 0;                  ///< of one pair of sources
  std::vector<double> s;               ///< scaled by the sizes; size x size
  std::vector<double> w;               ///< likewise; holds the start, and then the answer
  std::vector<double> sizes;           ///< sources in each group
  std::vector<double> roots;           ///< their square roots
  std::vector<double> variances;       ///< s_g of one source
  std::vector<double> beside;          ///< o_g
  std::vector<row_coefficients> rows;  ///< the start, and then the answer
  std::vector<double> precision;       ///< answer: the diagonal of R^-1

  [[nodiscard]] auto row(std::size_t g) noexcept -> double* { return w.data() + g * size; }
};

/// Sweeps over the rows until W moves by less than `tolerance` per entry, at most `most_sweeps`
/// times. Returns how many it took, `most_sweeps` + 1 when that was not enough.
[[nodiscard]] auto solve(component& problem, double tolerance, std::uint32_t most_sweeps)
    -> std::uint32_t;

/// Adds edges and, if they are wanted, links, objective and dual objective of a solved component.
/// `groups`: its groups' numbers. False when a decomposition failed.
struct component_value {
  double objective = 0, dual = 0;
};
[[nodiscard]] auto conclude(component const& solved, std::vector<std::uint32_t> const& groups,
                            solver_settings const& how, solution& into, component_value& value)
    -> bool;

}  // namespace kizashi::engine::glasso::internal
