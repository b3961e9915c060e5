// The algebra against the slow, obvious twin: every set of columns, XORed row by row.
#include "kizashi/recognise/discover/null_space.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::recognise::discover {
namespace {

constexpr std::size_t few = 11;
constexpr std::uint32_t few_columns = (1U << few) - 1;

auto pointers(std::vector<sample_row> const& rows) -> std::vector<sample_row const*> {
  std::vector<sample_row const*> out;
  for (auto const& row : rows) out.push_back(&row);
  return out;
}

auto has_one_value(std::vector<sample_row> const& rows, std::uint32_t columns_of) -> bool {
  for (auto const& row : rows) {
    std::uint8_t sum = 0;
    std::uint8_t first = 0;
    for (std::size_t i = 0; i < columns; ++i)
      if ((columns_of >> i & 1) != 0) {
        sum = static_cast<std::uint8_t>(sum ^ row.bytes[i]);
        first = static_cast<std::uint8_t>(first ^ rows.front().bytes[i]);
      }
    if (sum != first) return false;
  }
  return true;
}

/// All sums of relations: a set of columns as an index.
auto span_of(null_space const& solved) -> std::vector<bool> {
  std::vector<std::uint32_t> sums{0};
  for (auto const relation : solved.relation)
    if (relation != 0)
      for (auto i = sums.size(); i-- > 0;) sums.push_back(sums[i] ^ relation);
  std::vector<bool> out(few_columns + 1);
  for (auto const each : sums) out[each] = true;
  return out;
}

TEST(NullSpace, FindsExactlyTheRelationsThatHold) {
  random_source random{11};
  for (int round = 0; round < 200; ++round) {
    std::vector<sample_row> rows(2 + random.below(6));
    // Bytes of few or many values, some of them computed from others.
    auto const mask = static_cast<std::uint8_t>(round % 3 == 0 ? 0x03 : 0xFF);
    auto const target = random.below(few);
    auto const terms = random.next32() & few_columns & ~(1U << target);
    auto const constant = static_cast<std::uint8_t>(random.next32());
    auto const frozen = random.below(few);
    for (auto& row : rows) {
      for (std::size_t i = 0; i < few; ++i)
        row.bytes[i] = static_cast<std::uint8_t>(random.next32() & mask);
      row.bytes[frozen] = 77;
      if (target != frozen)
        row.bytes[target] = static_cast<std::uint8_t>(row.fold(terms) ^ constant);
    }
    auto const solved = solve(pointers(rows), few_columns);
    auto const in_span = span_of(solved);
    for (std::uint32_t set = 0; set <= few_columns; ++set)
      ASSERT_EQ(in_span[set], has_one_value(rows, set)) << "round " << round << " set " << set;
    EXPECT_NE(solved.constant >> frozen & 1, 0U);
  }
}

TEST(NullSpace, ARelationIsSolvedForItsLastColumn) {
  random_source random{5};
  std::vector<sample_row> rows(9);
  for (auto& row : rows) {
    row.set(word::destination, random.next32());
    row.set(word::destination_port, random.next32());
    row.set(word::sequence, random.next32());
    row.set(word::ip_id, row.value(word::destination) ^ row.value(word::destination_port) ^
                             row.value(word::sequence));
  }
  auto const solved = solve(pointers(rows), (1U << columns) - 1);
  auto const id = begin_of(word::ip_id);
  EXPECT_EQ(solved.relation[id], 1U << id | 1U << 2 | 1U << 8 | 1U << 14);
  EXPECT_EQ(solved.relation[id + 1], 1U << (id + 1) | 1U << 3 | 1U << 9 | 1U << 15);
  for (std::size_t column = 12; column < 16; ++column) EXPECT_EQ(solved.relation[column], 0U);
  EXPECT_EQ(solved.excess, 8 * 8 - 12);
}

TEST(NullSpace, NoRowsAndOneRowShowNothing) {
  EXPECT_EQ(solve({}, few_columns).constant, 0U);
  std::vector<sample_row> const one(1);
  auto const solved = solve(pointers(one), few_columns);
  EXPECT_EQ(solved.constant, few_columns);
  EXPECT_EQ(solved.excess, 0);
}

}  // namespace
}  // namespace kizashi::recognise::discover
