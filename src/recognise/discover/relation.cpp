#include "kizashi/recognise/discover/relation.hpp"

#include "kizashi/base/random.hpp"

namespace kizashi::recognise::discover {

auto value_of(operand const& each, sample_row const& row) noexcept -> std::uint32_t {
  auto const plain = row.number(each.column, each.size);
  if (!each.is_swapped) return plain;
  auto const swapped = __builtin_bswap32(plain);
  return each.size == 2 ? swapped >> 16 : swapped;
}

auto relation::support() const noexcept -> std::uint32_t {
  std::uint32_t all = 0;
  for (auto const lane : lanes) all |= lane;
  for (std::size_t i = 0; i < term_count; ++i)
    all |= ((1U << terms[i].size) - 1) << terms[i].column;
  return all;
}

auto relation::weight() const noexcept -> unsigned {
  unsigned sum = 0;
  for (auto const lane : lanes) sum += static_cast<unsigned>(std::popcount(lane));
  for (std::size_t i = 0; i < term_count; ++i) sum += terms[i].size;
  return sum;
}

auto evaluate(relation const& of, sample_row const& row) noexcept -> std::uint32_t {
  std::uint32_t value = 0;
  if (!of.is_sum()) {
    for (std::size_t i = 0; i < of.size; ++i) value = value << 8 | row.fold(of.lanes[i]);
    return value;
  }
  for (std::size_t i = 0; i < of.term_count; ++i) {
    auto const each = value_of(of.terms[i], row);
    value += of.terms[i].is_negative ? 0U - each : each;
  }
  return of.size == 4 ? value : value & 0xFFFF;
}

auto hash_of(relation const& of) noexcept -> std::uint64_t {
  auto hash = mix64(of.value ^ std::uint64_t{of.size} << 40 ^ std::uint64_t{of.is_key} << 50 ^
                    std::uint64_t{of.term_count} << 52);
  for (auto const lane : of.lanes) hash = mix64(hash ^ lane);
  for (std::size_t i = 0; i < of.term_count; ++i)
    hash = mix64(hash ^ (of.terms[i].column | unsigned{of.terms[i].size} << 8 |
                         unsigned{of.terms[i].is_swapped} << 16 |
                         unsigned{of.terms[i].is_negative} << 17));
  return hash;
}

}  // namespace kizashi::recognise::discover
