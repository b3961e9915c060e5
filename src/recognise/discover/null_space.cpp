#include "kizashi/recognise/discover/null_space.hpp"

#include <bit>

namespace kizashi::recognise::discover {

namespace {

/// Equations in echelon form: the pivot of each is its lowest column.
class echelon {
public:
  void add(std::uint32_t equation) noexcept {
    while (equation != 0) {
      auto const pivot = static_cast<unsigned>(std::countr_zero(equation));
      if (by_pivot_[pivot] == 0) {
        by_pivot_[pivot] = equation;
        ++rank_;
        return;
      }
      equation ^= by_pivot_[pivot];
    }
  }
  /// Takes each pivot out of the other equations.
  void reduce() noexcept {
    for (auto pivot = columns; pivot-- > 0;) {
      if (by_pivot_[pivot] == 0) continue;
      for (std::size_t other = 0; other < pivot; ++other)
        if ((by_pivot_[other] >> pivot & 1) != 0) by_pivot_[other] ^= by_pivot_[pivot];
    }
  }
  [[nodiscard]] auto rank() const noexcept -> int { return rank_; }
  [[nodiscard]] auto at(std::size_t pivot) const noexcept -> std::uint32_t {
    return by_pivot_[pivot];
  }

private:
  std::array<std::uint32_t, columns> by_pivot_{};
  int rank_ = 0;
};

void add_differences(sample_row const& first, sample_row const& row, std::uint32_t varying,
                     echelon& system) noexcept {
  std::array<std::uint32_t, 8> equations{};
  for (auto left = varying; left != 0; left &= left - 1) {
    auto const column = static_cast<unsigned>(std::countr_zero(left));
    auto difference = static_cast<unsigned>(first.bytes[column] ^ row.bytes[column]);
    for (; difference != 0; difference &= difference - 1)
      equations[static_cast<unsigned>(std::countr_zero(difference))] |= 1U << column;
  }
  for (auto const each : equations) system.add(each);
}

}  // namespace

auto solve(std::span<sample_row const* const> rows, std::uint32_t considered) -> null_space {
  null_space out;
  if (rows.empty()) return out;
  auto const& first = *rows.front();
  std::uint32_t varying = 0;
  for (auto const* row : rows)
    for (std::size_t column = 0; column < columns; ++column)
      if (row->bytes[column] != first.bytes[column]) varying |= 1U << column;
  varying &= considered;
  out.constant = considered & ~varying;
  auto const unknowns = std::popcount(varying);
  out.excess = 8 * (static_cast<int>(rows.size()) - 1) - unknowns;
  echelon system;
  for (auto const* row : rows.subspan(1)) {
    add_differences(first, *row, varying, system);
    if (system.rank() == unknowns) break;
  }
  system.reduce();
  for (std::size_t column = 0; column < columns; ++column) {
    if ((out.constant >> column & 1) != 0) out.relation[column] = 1U << column;
    if ((varying >> column & 1) == 0 || system.at(column) != 0) continue;
    out.relation[column] = 1U << column;
    for (std::size_t pivot = 0; pivot < column; ++pivot)
      if ((system.at(pivot) >> column & 1) != 0) out.relation[column] |= 1U << pivot;
  }
  return out;
}

}  // namespace kizashi::recognise::discover
