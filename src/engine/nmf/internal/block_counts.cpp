#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "kizashi/engine/nmf/factorise.hpp"
#include "kizashi/engine/nmf/internal/lanes.hpp"

namespace kizashi::engine::nmf::internal {

namespace {

/// A column, and in which rows it is not zero.
struct keyed_column {
  std::uint64_t key = 0;   // place of `rows_used` in the reflected Gray code
  std::uint64_t rows = 0;  // bit t: row t is not zero
  std::uint32_t number = 0;
  std::uint32_t weight = 1;  // columns that are equal to it
};

/// Where a word stands in the reflected Gray code, in which neighbours differ in one bit.
[[nodiscard]] auto place_in_gray_code(std::uint64_t word) noexcept -> std::uint64_t {
  for (unsigned shift = 1; shift < 64; shift *= 2) word ^= word >> shift;
  return word;
}

/// Columns in such an order that equal ones stand together, and that sixteen neighbours are zero in
/// the same rows more often than chance.
[[nodiscard]] auto sorted_columns(std::span<std::uint32_t const> counts, std::size_t rows)
    -> std::vector<keyed_column> {
  std::vector<keyed_column> answer(counts.size() / rows);
  for (std::uint32_t number = 0; number < answer.size(); ++number) {
    auto& one = answer[number];
    one.number = number;
    for (std::size_t t = 0; t < rows; ++t)
      one.rows |= std::uint64_t{counts[number * rows + t] != 0} << t;
    one.key = place_in_gray_code(one.rows);
  }
  std::ranges::sort(answer, [&](keyed_column const& a, keyed_column const& b) {
    if (a.key != b.key) return a.key > b.key;
    for (auto left = a.rows; left != 0; left &= left - 1) {
      auto const t = static_cast<std::size_t>(std::countr_zero(left));
      auto const x = counts[a.number * rows + t], y = counts[b.number * rows + t];
      if (x != y) return x > y;
    }
    return a.number < b.number;
  });
  return answer;
}

/// Of sorted columns one of each, with its weight; says which one each column of V is.
[[nodiscard]] auto distinct_columns(std::vector<keyed_column> const& sorted,
                                    std::span<std::uint32_t const> counts, std::size_t rows,
                                    std::vector<std::uint32_t>& place_of)
    -> std::vector<keyed_column> {
  std::vector<keyed_column> answer;
  place_of.resize(sorted.size());
  for (auto const& each : sorted) {
    auto const is_known = !answer.empty() && answer.back().key == each.key &&
                          std::ranges::equal(counts.subspan(answer.back().number * rows, rows),
                                             counts.subspan(each.number * rows, rows));
    if (is_known)
      ++answer.back().weight;
    else
      answer.push_back(each);
    place_of[each.number] = static_cast<std::uint32_t>(answer.size() - 1);
  }
  return answer;
}

/// Adds a column's products with itself to the upper triangle of V V'.
void add_products(std::span<std::uint32_t const> column, keyed_column const& of,
                  std::vector<double>& products) {
  for (auto left = of.rows; left != 0; left &= left - 1) {
    auto const t = static_cast<std::size_t>(std::countr_zero(left));
    auto const weighted = static_cast<double>(of.weight) * column[t];
    for (auto other = left; other != 0; other &= other - 1) {
      auto const s = static_cast<std::size_t>(std::countr_zero(other));
      products[t * column.size() + s] += weighted * column[s];
    }
  }
}

}  // namespace

auto block_counts(std::span<std::uint32_t const> counts, std::size_t rows) -> blocked_counts {
  blocked_counts answer;
  answer.rows = rows;
  answer.columns = counts.size() / rows;
  auto const distinct =
      distinct_columns(sorted_columns(counts, rows), counts, rows, answer.place_of);
  answer.distinct = distinct.size();
  answer.blocks = (distinct.size() + lanes - 1) / lanes;
  answer.weights.resize(answer.blocks);
  answer.row_products.resize(rows * rows);
  std::array<lane_cell, most_rows> block_rows{};
  for (std::size_t block = 0; block < answer.blocks; ++block) {
    answer.first.push_back(static_cast<std::uint32_t>(answer.entries.size()));
    auto const used = std::min(lanes, distinct.size() - block * lanes);
    std::uint64_t rows_used = 0;
    for (std::size_t i = 0; i < used; ++i) {
      auto const& one = distinct[block * lanes + i];
      auto const column = counts.subspan(one.number * rows, rows);
      for (auto left = one.rows; left != 0; left &= left - 1) {
        auto const t = static_cast<std::size_t>(std::countr_zero(left));
        block_rows[t].value[i] = static_cast<float>(column[t]);
      }
      rows_used |= one.rows;
      answer.weights[block].value[i] = static_cast<float>(one.weight);
      add_products(column, one, answer.row_products);
    }
    for (auto left = rows_used; left != 0; left &= left - 1) {
      auto const t = static_cast<std::uint32_t>(std::countr_zero(left));
      answer.entries.push_back(block_rows[t]);
      answer.entry_rows.push_back(t);
      block_rows[t] = {};
    }
  }
  answer.first.push_back(static_cast<std::uint32_t>(answer.entries.size()));
  for (std::size_t t = 0; t < rows; ++t) {
    answer.squares += answer.row_products[t * rows + t];
    for (std::size_t s = 0; s < t; ++s)
      answer.row_products[t * rows + s] = answer.row_products[s * rows + t];
  }
  return answer;
}

}  // namespace kizashi::engine::nmf::internal
