#include <algorithm>
#include <numeric>
#include <vector>

#include "kizashi/engine/nmf/internal/lanes.hpp"

namespace kizashi::engine::nmf::internal {

// Columns are sorted, so that equal ones stand together, and so that sixteen neighbours are zero in
// the same rows more often than chance.
auto block_counts(std::span<std::uint32_t const> counts, std::size_t rows) -> blocked_counts {
  blocked_counts answer;
  answer.rows = rows;
  answer.columns = counts.size() / rows;
  auto const column = [&](std::uint32_t number) { return counts.subspan(number * rows, rows); };
  std::vector<std::uint32_t> order(answer.columns);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    auto const left = column(a), right = column(b);
    auto const [x, y] = std::ranges::mismatch(left, right);
    return x != left.end() ? *x > *y : a < b;
  });
  answer.place_of.resize(answer.columns);
  std::vector<std::uint32_t> distinct;  // one of each
  std::vector<std::uint32_t> weights;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || !std::ranges::equal(column(order[i]), column(order[i - 1]))) {
      distinct.push_back(order[i]);
      weights.push_back(0);
    }
    ++weights.back();
    answer.place_of[order[i]] = static_cast<std::uint32_t>(distinct.size() - 1);
  }
  answer.distinct = distinct.size();
  answer.blocks = (distinct.size() + lanes - 1) / lanes;
  answer.weights.resize(answer.blocks);
  for (std::size_t block = 0; block < answer.blocks; ++block) {
    answer.first.push_back(static_cast<std::uint32_t>(answer.entries.size()));
    auto const used = std::min(lanes, distinct.size() - block * lanes);
    for (std::size_t i = 0; i < used; ++i)
      answer.weights[block].value[i] = static_cast<float>(weights[block * lanes + i]);
    for (std::uint32_t row = 0; row < rows; ++row) {
      lane_row entry{.values = {}, .row = row};
      bool has_any = false;
      for (std::size_t i = 0; i < used; ++i) {
        auto const count = column(distinct[block * lanes + i])[row];
        has_any |= count != 0;
        entry.values[i] = static_cast<float>(count);
        answer.squares += static_cast<double>(weights[block * lanes + i]) * count * count;
      }
      if (has_any) answer.entries.push_back(entry);
    }
  }
  answer.first.push_back(static_cast<std::uint32_t>(answer.entries.size()));
  return answer;
}

}  // namespace kizashi::engine::nmf::internal
