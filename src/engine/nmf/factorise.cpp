#include "kizashi/engine/nmf/factorise.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kizashi/engine/internal/symmetric_eigen.hpp"
#include "kizashi/engine/nmf/internal/lanes.hpp"

namespace kizashi::engine::nmf {

namespace {

using internal::blocked_counts;
using internal::factor_state;
using internal::lane;
using internal::lane_cell;
using internal::lanes;

/// The left singular vectors of V, one row each, and the singular values.
auto left_vectors(blocked_counts const& of) -> kizashi::engine::internal::eigen_pairs {
  auto answer = kizashi::engine::internal::decompose_symmetric(of.row_products, of.rows);
  for (auto& value : answer.values) value = std::sqrt(std::max(0.0, value));
  return answer;
}

/// |U| and |V'| of the first singular vectors, of the highest rank; those of value zero stay zero.
struct start_vectors {
  std::vector<double> left;      // rank x rows
  std::vector<lane_cell> right;  // rank x blocks
};
auto start_vectors_of(blocked_counts const& of, std::size_t rank) -> start_vectors {
  auto const pairs = left_vectors(of);
  start_vectors answer;
  answer.left = pairs.vectors;
  answer.right.resize(rank * of.blocks);
  for (std::size_t k = 0; k < rank && pairs.values[k] > pairs.values[0] * 1e-12; ++k) {
    std::vector<float> scaled(of.rows);
    for (std::size_t t = 0; t < of.rows; ++t)
      scaled[t] = static_cast<float>(pairs.vectors[k * of.rows + t] / pairs.values[k]);
    for (std::size_t block = 0; block < of.blocks; ++block) {
      lane sum{};
      for (auto i = of.first[block]; i < of.first[block + 1]; ++i)
        sum += scaled[of.entry_rows[i]] * of.entries[i].value;
      answer.right[k * of.blocks + block].value = sum < 0.0F ? -sum : sum;
    }
  }
  return answer;
}

auto start(blocked_counts const& of, start_vectors const& from, std::size_t rank) -> factor_state {
  factor_state state;
  state.rank = rank;
  state.padded = (of.rows + lanes - 1) / lanes * lanes;
  state.w.resize(rank * state.padded / lanes);
  state.product = state.w;
  state.h.resize(of.blocks * rank);
  state.gram.assign(rank * rank, 0);
  state.product_sums.resize(of.rows * rank);
  state.gram_sums.resize(rank * rank);
  for (std::size_t k = 0; k < rank; ++k) {
    for (std::size_t t = 0; t < of.rows; ++t)
      state.w_row(k)[t] = static_cast<float>(std::abs(from.left[k * of.rows + t]));
    for (std::size_t block = 0; block < of.blocks; ++block)
      state.h[block * rank + k] = from.right[k * of.blocks + block];
  }
  return state;
}

/// W from H: HALS on all rows at once, three passes.
void update_rows(factor_state& state) {
  auto const rank = state.rank, width = state.padded / lanes;
  for (int pass = 0; pass < 3; ++pass) {
    for (std::size_t k = 0; k < rank; ++k) {
      auto const own = state.gram[k * rank + k];
      auto const inverse = own > 0 ? static_cast<float>(1 / own) : 0.0F;
      for (std::size_t part = 0; part < width; ++part) {
        lane rest = state.product[k * width + part].value;
        for (std::size_t l = 0; l < rank; ++l)
          if (l != k)
            rest -= static_cast<float>(state.gram[k * rank + l]) * state.w[l * width + part].value;
        rest *= inverse;
        state.w[k * width + part].value = rest > 0.0F ? rest : lane{};
      }
    }
  }
}

/// W' W.
auto row_gram(factor_state& state) -> std::vector<float> {
  auto const rank = state.rank;
  std::vector<float> answer(rank * rank);
  for (std::size_t k = 0; k < rank; ++k) {
    for (std::size_t l = k; l < rank; ++l) {
      float sum = 0;
      for (std::size_t t = 0; t < state.padded; ++t) sum += state.w_row(k)[t] * state.w_row(l)[t];
      answer[k * rank + l] = answer[l * rank + k] = sum;
    }
  }
  return answer;
}

/// ||V - W H||^2 from the products that are there anyway.
auto loss_of(blocked_counts const& of, factor_state& state, std::span<float const> rows_gram)
    -> double {
  double both = 0, own = 0;
  for (std::size_t k = 0; k < state.rank; ++k) {
    for (std::size_t t = 0; t < of.rows; ++t)
      both += static_cast<double>(state.w_row(k)[t]) * static_cast<double>(state.product_row(k)[t]);
    for (std::size_t l = 0; l < state.rank; ++l)
      own += static_cast<double>(rows_gram[k * state.rank + l]) * state.gram[k * state.rank + l];
  }
  auto const entries = static_cast<double>(of.rows) * static_cast<double>(of.columns);
  return std::max(0.0, of.squares - 2 * both + own) / entries;
}

auto factorise_rank(blocked_counts const& of, start_vectors const& from, std::uint32_t rank,
                    factor_settings const& how) -> factors {
  factors answer;
  answer.rank = rank;
  auto state = start(of, from, rank);
  auto gram = row_gram(state);
  double before = 0;
  for (std::uint32_t i = 1; i <= how.most_iterations && of.squares > 0; ++i) {
    internal::update_columns(of, state, gram);
    update_rows(state);
    gram = row_gram(state);
    answer.loss = loss_of(of, state, gram);
    answer.iterations = i;
    if (std::abs(before - answer.loss) < how.tolerance) break;
    before = answer.loss;
  }
  answer.w.reserve(rank * of.rows);
  answer.h.reserve(rank * of.distinct);
  for (std::size_t k = 0; k < rank; ++k) {
    answer.w.insert(answer.w.end(), state.w_row(k), state.w_row(k) + of.rows);
    for (std::size_t place = 0; place < of.distinct; ++place)
      answer.h.push_back(state.h[place / lanes * rank + k].value[place % lanes]);
  }
  return answer;
}

}  // namespace

auto factorise(std::span<std::uint32_t const> counts, std::size_t rows, factor_settings const& how)
    -> result<factorisation> {
  if (rows < 1 || rows > most_rows)
    return fail(errc::out_of_range,
                fmt::format("a matrix of {} rows; 1 to {} can be factorised", rows, most_rows));
  if (counts.size() % rows != 0)
    return fail(errc::out_of_range,
                fmt::format("{} counts are not whole columns of {}", counts.size(), rows));
  if (how.lowest_rank < 1 || how.lowest_rank > how.highest_rank || how.highest_rank > most_ranks)
    return fail(errc::out_of_range, fmt::format("ranks {} to {}; expected 1 to {}, ascending",
                                                how.lowest_rank, how.highest_rank, most_ranks));
  auto const blocked = internal::block_counts(counts, rows);
  factorisation answer;
  answer.rows = rows;
  answer.distinct = blocked.distinct;
  answer.column_of = blocked.place_of;
  auto const highest = std::min<std::size_t>(how.highest_rank, rows);
  auto const from = start_vectors_of(blocked, highest);
  for (auto rank = how.lowest_rank; rank <= highest; ++rank)
    answer.ranks.push_back(factorise_rank(blocked, from, rank, how));
  return answer;
}

}  // namespace kizashi::engine::nmf
