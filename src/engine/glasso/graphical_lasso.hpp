// The graphical lasso: a sparse inverse covariance, whose entries say which sources act together
// when all others are known.
//
//   minimise  -log det T + trace(S T) + penalty * sum |T_ij|      (the diagonal is penalised too)
//
// Method: block coordinate descent on the dual, one row of W = T^-1 at a time (Friedman, Hastie,
// Tibshirani: "Sparse inverse covariance estimation with the graphical lasso", Biostatistics 2008),
// with four exact savings:
// - a row's lasso is solved on the sources it is linked with; all others are looked at once after;
// - sources with equal counts are one variable (see `internal/component.hpp` for the algebra);
// - what is not linked by |S_ij| > penalty is solved apart (Witten, Friedman, Simon: "New insights
//   and faster computations for the graphical lasso", JCGS 2011; Mazumder, Hastie, JMLR 2012);
// - the next smaller penalty begins with the answer of the one before: S + (W - S) * next / before
//   has the right diagonal, keeps |W - S| <= penalty and stays positive definite.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/engine/glasso/covariance.hpp"

namespace kizashi::engine::glasso {

struct solver_settings {
  /// A sweep that moves W by less than this times the mean of |S_ij|, per entry, is the last.
  double tolerance = 1e-6;
  std::uint32_t most_sweeps = 200;
  /// Whether the objective and the duality gap are wanted: two decompositions, n^3 / 3.
  bool is_certified = false;
  bool has_links = false;  ///< whether `solution::links` is wanted
};

/// An entry of T between two groups of sources, first < second; or within one, first == second:
/// then it is the entry between two of its sources.
struct link {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  double value = 0;
  friend auto operator==(link const&, link const&) -> bool = default;
};

struct solution {
  double penalty = 0;
  std::uint64_t edges = 0;  ///< pairs of sources with |T_ij| > 1e-8
  double density = 0;       ///< edges over pairs of sources, 0..1; 0 with fewer than 2 sources
  std::uint32_t components = 0;
  std::uint32_t largest_component = 0;  ///< in sources
  std::uint32_t sweeps = 0;             ///< the most that a component took
  bool is_converged = true;
  double objective = 0;  ///< of the symmetric T; only when certified
  /// (objective - dual objective) / |objective|: the objective is at most this far, relatively,
  /// above the minimum. Infinite when it could not be formed. Only when certified.
  double gap = 0;
  std::vector<link> links;  ///< ascending (first, second)
};

/// One solution for each penalty, in the order of `penalties`, which are above 0. Deterministic.
/// Memory: three matrices of groups^2 doubles.
[[nodiscard]] auto solve_graphical_lasso(covariance const& of, std::span<double const> penalties,
                                         solver_settings const& how) -> std::vector<solution>;

}  // namespace kizashi::engine::glasso
