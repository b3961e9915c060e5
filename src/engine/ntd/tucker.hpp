// Non-negative Tucker decomposition of a sparse tensor of counts, minute x source x port:
//
//   X[i,j,k] ~ sum over a,b,c of core[a,b,c] time[i,a] source[j,b] port[k,c],   all >= 0
//
// which minimises the squared error over all entries, the zeros too. Sources that ask for the same
// ports in the same minutes end in one column of the source factor.
//
// Start: as many times as the rank an entry is drawn by its squared rest, and the best single block
// through it is taken off (power iteration; the fibres through an entry are also where FSTD begins:
// Caiafa, Cichocki, "Generalizing the column-row matrix decomposition to multi-way arrays", LAA
// 2010). Then alternating coordinate descent (HALS, Cichocki and Phan 2009) on the factors and on
// the core. Columns are scaled to a largest value of 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::engine::ntd {

inline constexpr std::size_t most_rank = 8;

/// The ways of the tensor.
enum way : std::size_t { minutes, sources, ports };

struct entry {
  std::array<std::uint32_t, 3> at{};  ///< minute, source, port
  float count = 0;
};

struct tensor {
  std::array<std::size_t, 3> lengths{};
  std::vector<entry> entries;  ///< each place at most once
};

struct tucker_settings {
  std::uint32_t rank = 5;      ///< of each way, 1 to `most_rank`
  std::uint32_t restarts = 4;  ///< 1 to 64
  std::uint32_t most_sweeps = 24;
  double tolerance = 1e-5;  ///< of the fit, as an absolute difference
  std::uint64_t seed = 1;
};

struct tucker {
  std::size_t rank = 0;
  std::array<std::vector<float>, 3> factors;  ///< length x rank, row after row; columns reach 1
  std::vector<float> core;                    ///< rank^3, [minute][source][port]
  double fit = 0;                             ///< 1 - squared error / squared counts, 0..1
  std::uint32_t sweeps = 0;
};

/// One decomposition for each restart. Fails when the settings are out of range, when an entry
/// lies outside of the lengths, or when a count is not finite and above 0. No entries: factors of
/// zeros, fit 0. Deterministic. A sweep costs about 75 multiplications for each entry.
[[nodiscard]] auto decompose(tensor const& of, tucker_settings const& how)
    -> result<std::vector<tucker>>;

}  // namespace kizashi::engine::ntd
