#include <algorithm>
#include <array>
#include <vector>

#include "kizashi/engine/nmf/factorise.hpp"
#include "kizashi/engine/nmf/internal/lanes.hpp"

// Three versions, chosen when the program starts; sums are formed in the same order by all of them.
// Sanitizers have to be there before the function that chooses runs, and are not.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(KIZASHI_SANITIZED)
#define KIZASHI_THREE_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define KIZASHI_THREE_WIDTHS
#endif

namespace kizashi::engine::nmf::internal {

namespace {

/// HALS on sixteen columns: each row of H in turn gets its best value, twice. The row that has just
/// changed comes last in each sum: until then the processor need not wait for it.
template <std::size_t Rank>
[[gnu::always_inline]] inline void descend(lane const (&target)[Rank], float const* row_gram,
                                           float const* inverse, lane (&h)[Rank]) noexcept {
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t k = 0; k < Rank; ++k) {
      lane rest = target[k];
      for (std::size_t l = k + 1; l < Rank; ++l) rest -= row_gram[k * Rank + l] * h[l];
      for (std::size_t l = 0; l < k; ++l) rest -= row_gram[k * Rank + l] * h[l];
      rest *= inverse[k];
      h[k] = rest > 0.0F ? rest : lane{};
    }
  }
}

template <std::size_t Rank>
[[gnu::always_inline]] inline void update_block(blocked_counts const& of, std::size_t block,
                                                float const* w, float const* row_gram,
                                                float const* inverse,
                                                factor_state& state) noexcept {
  lane target[Rank] = {};
  auto const begin = of.first[block], end = of.first[block + 1];
  for (auto i = begin; i != end; ++i) {
    auto const* const factors = w + of.entry_rows[i] * Rank;
    for (std::size_t k = 0; k < Rank; ++k) target[k] += factors[k] * of.entries[i].value;
  }
  auto* const h_out = state.h.data() + block * Rank;
  lane h[Rank];
  for (std::size_t k = 0; k < Rank; ++k) h[k] = h_out[k].value;
  descend<Rank>(target, row_gram, inverse, h);
  auto const weight = of.weights[block].value;
  for (std::size_t k = 0; k < Rank; ++k) h_out[k].value = h[k];
  lane weighted[Rank];
  for (std::size_t k = 0; k < Rank; ++k) weighted[k] = weight * h[k];
  for (std::size_t k = 0; k < Rank; ++k)
    for (std::size_t l = k; l < Rank; ++l)
      state.gram_sums[k * Rank + l].value += weighted[k] * h[l];
  for (auto i = begin; i != end; ++i) {
    auto* const into = state.product_sums.data() + of.entry_rows[i] * Rank;
    for (std::size_t k = 0; k < Rank; ++k) into[k].value += of.entries[i].value * weighted[k];
  }
}

template <std::size_t Rank>
[[gnu::always_inline]] inline void update_blocks(blocked_counts const& of, float const* w,
                                                 float const* row_gram, float const* inverse,
                                                 factor_state& state) noexcept {
  for (std::size_t block = 0; block < of.blocks; ++block)
    update_block<Rank>(of, block, w, row_gram, inverse, state);
}

/// `w`: rows x rank.
KIZASHI_THREE_WIDTHS
void update_all(blocked_counts const& of, std::size_t rank, float const* w, float const* row_gram,
                float const* inverse, factor_state& state) noexcept {
  switch (rank) {
    case 1:
      return update_blocks<1>(of, w, row_gram, inverse, state);
    case 2:
      return update_blocks<2>(of, w, row_gram, inverse, state);
    case 3:
      return update_blocks<3>(of, w, row_gram, inverse, state);
    case 4:
      return update_blocks<4>(of, w, row_gram, inverse, state);
    case 5:
      return update_blocks<5>(of, w, row_gram, inverse, state);
    case 6:
      return update_blocks<6>(of, w, row_gram, inverse, state);
    case 7:
      return update_blocks<7>(of, w, row_gram, inverse, state);
    case 8:
      return update_blocks<8>(of, w, row_gram, inverse, state);
    case 9:
      return update_blocks<9>(of, w, row_gram, inverse, state);
    default:
      return update_blocks<most_ranks>(of, w, row_gram, inverse, state);
  }
}

[[nodiscard]] auto sum_of(lane_cell const& of) noexcept -> double {
  std::array<double, 4> part{};  // four sums at once: none waits for the one before
  for (std::size_t i = 0; i < lanes; ++i) part[i % 4] += static_cast<double>(of.value[i]);
  return (part[0] + part[1]) + (part[2] + part[3]);
}

}  // namespace

void update_columns(blocked_counts const& of, factor_state& state,
                    std::span<float const> row_gram) {
  auto const rank = state.rank;
  std::vector<float> w(of.rows * rank);
  for (std::size_t k = 0; k < rank; ++k)
    for (std::size_t t = 0; t < of.rows; ++t) w[t * rank + k] = state.w_row(k)[t];
  std::vector<float> inverse(rank);
  for (std::size_t k = 0; k < rank; ++k)
    inverse[k] = row_gram[k * rank + k] > 0 ? 1 / row_gram[k * rank + k] : 0;

  std::ranges::fill(state.product_sums, lane_cell{});
  std::ranges::fill(state.gram_sums, lane_cell{});
  update_all(of, rank, w.data(), row_gram.data(), inverse.data(), state);
  for (std::size_t k = 0; k < rank; ++k) {
    for (std::size_t l = k; l < rank; ++l)
      state.gram[k * rank + l] = state.gram[l * rank + k] = sum_of(state.gram_sums[k * rank + l]);
    for (std::size_t t = 0; t < of.rows; ++t)
      state.product_row(k)[t] = static_cast<float>(sum_of(state.product_sums[t * rank + k]));
  }
}

}  // namespace kizashi::engine::nmf::internal
