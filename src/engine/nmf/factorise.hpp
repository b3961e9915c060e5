// Non-negative matrix factorisation of counts: V (rows x columns, such as minutes x sources) as W H
// with W and H non-negative, of 1 to 10 columns and rows. Sources that act together in the same
// minutes end in the same row of H.
//
//   minimise  ||V - W H||^2 / (rows * columns)
//
// Start: the absolute values of the first singular vectors (as Dark-NMF does). Method: HALS,
// coordinate descent row by row (Cichocki, Phan: "Fast local algorithms for large scale nonnegative
// matrix and tensor factorizations", IEICE Trans. 2009), several passes per product as Gillis and
// Glineur advise ("Accelerated multiplicative updates and hierarchical ALS", Neural Computation
// 2012). Equal columns are one column with a weight. Stops when the loss moves by less than
// `tolerance`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::engine::nmf {

inline constexpr std::uint32_t most_ranks = 10;
inline constexpr std::size_t most_rows = 64;

struct factor_settings {
  std::uint32_t lowest_rank = 1;
  std::uint32_t highest_rank = most_ranks;
  double tolerance = 1e-5;  ///< of the loss, as an absolute difference
  std::uint32_t most_iterations = 3000;
};

/// Factors of one rank. Columns are distinct ones; `factorisation::column_of` says whose they are.
struct factors {
  std::uint32_t rank = 0;
  double loss = 0;  ///< mean squared error per entry
  std::uint32_t iterations = 0;
  std::vector<float> w;  ///< rank x rows
  std::vector<float> h;  ///< rank x distinct columns
};

struct factorisation {
  std::size_t rows = 0;
  std::size_t distinct = 0;              ///< columns that differ
  std::vector<std::uint32_t> column_of;  ///< for each column of V its distinct one
  std::vector<factors> ranks;
};

/// `counts`: column after column, `rows` numbers each. Fails when `rows` is not 1 to `most_rows`,
/// when it does not divide the number of counts, or when the ranks are not in 1..`most_ranks`; a
/// rank above the number of rows is left out. No columns, or nothing but zeros: loss 0 and factors
/// of zeros. Deterministic. Cost per iteration: about (2 z + 3 r) r multiplications per column, z
/// being its rows that are not zero; floats.
[[nodiscard]] auto factorise(std::span<std::uint32_t const> counts, std::size_t rows,
                             factor_settings const& how) -> result<factorisation>;

}  // namespace kizashi::engine::nmf
