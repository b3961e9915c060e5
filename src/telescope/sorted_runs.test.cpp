#include "kizashi/telescope/internal/sorted_runs.hpp"

#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::telescope::internal {
namespace {

struct counted {
  std::uint32_t key;
  std::uint32_t number;
  void absorb(counted const& other) { number += other.number; }
  friend auto operator<(counted const& a, counted const& b) -> bool { return a.key < b.key; }
};

TEST(sorted_runs, give_each_key_once_in_order_through_several_levels_of_merging) {
  random_source random{1};
  std::map<std::uint32_t, std::uint32_t> wanted;
  sorted_runs<counted> runs;
  EXPECT_TRUE(runs.is_empty());
  for (int run = 0; run < 150; ++run) {  // more than 8 x 8: a third level
    std::vector<counted> records;
    for (std::uint32_t i = random.below(400); i > 0; --i) {
      counted const each{random.below(3000), 1 + random.below(9)};
      records.push_back(each);
      wanted[each.key] += each.number;
    }
    ASSERT_TRUE(runs.add(records));
    EXPECT_TRUE(records.empty());
  }
  std::vector<counted> got;
  ASSERT_TRUE(runs.merge([&](counted const& each) { got.push_back(each); }));
  ASSERT_EQ(got.size(), wanted.size());
  auto next = wanted.begin();
  for (auto const& each : got) {
    EXPECT_EQ(each.key, next->first);
    EXPECT_EQ(each.number, next->second);
    ++next;
  }
}

TEST(sorted_runs, read_runs_longer_than_a_buffer) {
  sorted_runs<counted> runs;
  for (std::uint32_t start : {0U, 1U}) {
    std::vector<counted> records;
    for (std::uint32_t key = start; key < 100000; key += 2) records.push_back({key, 1});
    ASSERT_TRUE(runs.add(records));
  }
  std::uint32_t next = 0;
  ASSERT_TRUE(runs.merge([&](counted const& each) { EXPECT_EQ(each.key, next++); }));
  EXPECT_EQ(next, 100000U);
}

}  // namespace
}  // namespace kizashi::telescope::internal
