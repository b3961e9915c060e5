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

/// What the blocks add up to, one sum per lane until the end.
struct lane_sums {
  std::vector<lane_cell> products;  // rows x rank
  std::vector<lane_cell> grams;     // rank x rank, the upper triangle
};

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
                                                float const* inverse, lane_cell* h_out,
                                                lane_sums& sums) noexcept {
  lane target[Rank] = {};
  auto const* const begin = of.entries.data() + of.first[block];
  auto const* const end = of.entries.data() + of.first[block + 1];
  for (auto const* each = begin; each != end; ++each) {
    auto const* const factors = w + each->row * Rank;
    for (std::size_t k = 0; k < Rank; ++k) target[k] += factors[k] * each->values;
  }
  lane h[Rank];
  for (std::size_t k = 0; k < Rank; ++k) h[k] = h_out[k].value;
  descend<Rank>(target, row_gram, inverse, h);
  auto const weight = of.weights[block].value;
  for (std::size_t k = 0; k < Rank; ++k) h_out[k].value = h[k];
  lane weighted[Rank];
  for (std::size_t k = 0; k < Rank; ++k) weighted[k] = weight * h[k];
  for (std::size_t k = 0; k < Rank; ++k)
    for (std::size_t l = k; l < Rank; ++l) sums.grams[k * Rank + l].value += weighted[k] * h[l];
  for (auto const* each = begin; each != end; ++each) {
    auto* const into = sums.products.data() + each->row * Rank;
    for (std::size_t k = 0; k < Rank; ++k) into[k].value += each->values * weighted[k];
  }
}

template <std::size_t Rank>
[[gnu::always_inline]] inline void update_blocks(blocked_counts const& of, float const* w,
                                                 float const* row_gram, float const* inverse,
                                                 lane_cell* h, lane_sums& sums) noexcept {
  for (std::size_t block = 0; block < of.blocks; ++block)
    update_block<Rank>(of, block, w, row_gram, inverse, h + block * Rank, sums);
}

/// `w`: rows x rank.
KIZASHI_THREE_WIDTHS
void update_all(blocked_counts const& of, std::size_t rank, float const* w, float const* row_gram,
                float const* inverse, lane_cell* h, lane_sums& sums) noexcept {
  switch (rank) {
    case 1:
      return update_blocks<1>(of, w, row_gram, inverse, h, sums);
    case 2:
      return update_blocks<2>(of, w, row_gram, inverse, h, sums);
    case 3:
      return update_blocks<3>(of, w, row_gram, inverse, h, sums);
    case 4:
      return update_blocks<4>(of, w, row_gram, inverse, h, sums);
    case 5:
      return update_blocks<5>(of, w, row_gram, inverse, h, sums);
    case 6:
      return update_blocks<6>(of, w, row_gram, inverse, h, sums);
    case 7:
      return update_blocks<7>(of, w, row_gram, inverse, h, sums);
    case 8:
      return update_blocks<8>(of, w, row_gram, inverse, h, sums);
    case 9:
      return update_blocks<9>(of, w, row_gram, inverse, h, sums);
    default:
      return update_blocks<most_ranks>(of, w, row_gram, inverse, h, sums);
  }
}

[[nodiscard]] auto sum_of(lane_cell const& of) noexcept -> double {
  double answer = 0;
  for (std::size_t i = 0; i < lanes; ++i) answer += static_cast<double>(of.value[i]);
  return answer;
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

  lane_sums sums;
  sums.products.resize(of.rows * rank);
  sums.grams.resize(rank * rank);
  update_all(of, rank, w.data(), row_gram.data(), inverse.data(), state.h.data(), sums);
  for (std::size_t k = 0; k < rank; ++k) {
    for (std::size_t l = k; l < rank; ++l)
      state.gram[k * rank + l] = state.gram[l * rank + k] = sum_of(sums.grams[k * rank + l]);
    for (std::size_t t = 0; t < of.rows; ++t)
      state.product_row(k)[t] = static_cast<float>(sum_of(sums.products[t * rank + k]));
  }
}

}  // namespace kizashi::engine::nmf::internal
