// Sixteen columns at a time: how NMF lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kizashi::engine::nmf::internal {

inline constexpr std::size_t lanes = 16;

/// Sixteen floats that are calculated with as one.
// The alignment would else depend on what the processor is taken for.
using lane =
    float __attribute__((vector_size(lanes * sizeof(float)), aligned(lanes * sizeof(float))));
/// One of them in a container, which would not align the bare type.
struct alignas(lanes * sizeof(float)) lane_cell {
  lane value{};
};

/// Distinct columns in blocks of sixteen; the last block is filled up with columns of weight 0.
struct blocked_counts {
  std::size_t rows = 0;
  std::size_t blocks = 0;
  /// Rows of sixteen columns of which one at least is not zero, of all blocks one after the other.
  std::vector<lane_cell> entries;
  std::vector<std::uint32_t> entry_rows;  // which row of V each of them is
  std::vector<std::uint32_t> first;       // of each block in `entries`, and the end
  std::vector<lane_cell> weights;         // of each block: how many columns are equal to it
  std::vector<std::uint32_t> place_of;    // of each column of V: block * 16 + lane
  std::vector<double> row_products;       // V V', rows x rows
  double squares = 0;                     // sum of V^2
  std::size_t columns = 0;                // of V
  std::size_t distinct = 0;
};

[[nodiscard]] auto block_counts(std::span<std::uint32_t const> counts, std::size_t rows)
    -> blocked_counts;

/// The state of one rank. W lies as rank x `padded` floats, H as blocks x rank lanes.
struct factor_state {
  std::size_t rank = 0;
  std::size_t padded = 0;          // rows, rounded up to lanes
  std::vector<lane_cell> w;        // rank x padded / lanes
  std::vector<lane_cell> h;        // blocks x rank
  std::vector<lane_cell> product;  // V H', likewise rank x padded / lanes
  std::vector<double> gram;        // H H', rank x rank
  // What a pass over the blocks adds up, a sum for each lane; here so that it is made once.
  std::vector<lane_cell> product_sums;  // rows x rank
  std::vector<lane_cell> gram_sums;     // rank x rank, the upper triangle

  [[nodiscard]] auto w_row(std::size_t k) noexcept -> float* {
    return reinterpret_cast<float*>(w.data()) + k * padded;
  }
  [[nodiscard]] auto product_row(std::size_t k) noexcept -> float* {
    return reinterpret_cast<float*>(product.data()) + k * padded;
  }
};

/// One pass over the blocks: H from W, and from the new H its products with V and itself.
/// `row_gram`: W' W, rank x rank.
void update_columns(blocked_counts const& of, factor_state& state, std::span<float const> row_gram);

}  // namespace kizashi::engine::nmf::internal
