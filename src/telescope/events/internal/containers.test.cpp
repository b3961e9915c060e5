// What live sources are kept in, each against the standard library.
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/events/internal/distinct.hpp"
#include "kizashi/telescope/events/internal/source_index.hpp"
#include "kizashi/telescope/events/internal/source_timer.hpp"

namespace kizashi::telescope::internal {
namespace {

TEST(slots, keep_items_where_they_are_and_use_free_ones_again) {
  arena memory;
  slots<std::uint64_t> all{memory};
  std::map<std::uint32_t, std::uint64_t> wanted;
  std::map<std::uint32_t, std::uint64_t const*> places;
  random_source random{1};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    if (!wanted.empty() && random.below(3) == 0) {
      auto const gone = wanted.begin()->first;
      wanted.erase(gone);
      all.give_back(gone);
      continue;
    }
    auto const number = all.take(i);
    EXPECT_NE(number, 0U);
    EXPECT_TRUE(wanted.emplace(number, i).second);
    auto const place = places.emplace(number, &all[number]).first;
    EXPECT_EQ(place->second, &all[number]);
  }
  for (auto const& [number, value] : wanted) EXPECT_EQ(all[number], value);
  EXPECT_LT(all.bytes(), 20000 * sizeof(std::uint64_t));
}

template <class Key>
void expect_distinct(std::uint32_t range, int adds, std::uint64_t seed) {
  arena memory;
  set_memory blocks{memory};
  std::size_t charge = 0;
  distinct<Key> fast{};
  std::set<Key> slow;
  random_source random{seed};
  for (int i = 0; i < adds; ++i) {
    auto const key = static_cast<Key>(random.below(range));
    fast.add(key, blocks, charge);
    slow.insert(key);
    ASSERT_EQ(fast.is_exact(), slow.size() <= distinct<Key>::most_exact);
    if (!fast.is_exact()) continue;
    ASSERT_EQ(fast.count(blocks).count, slow.size());
  }
  if (fast.is_exact()) {
    std::set<Key> got;
    fast.for_each(blocks, [&](Key key) { EXPECT_TRUE(got.insert(key).second); });
    EXPECT_EQ(got, slow);
  }
  fast.clear(blocks, charge);
  EXPECT_EQ(charge, 0U);
}

TEST(distinct, is_exact_as_far_as_it_says) {
  for (std::uint32_t const range : {1U, 2U, 4U, 5U, 6U, 30U, 192U, 193U, 384U, 385U, 2000U}) {
    expect_distinct<std::uint32_t>(range, 4000, range);
    expect_distinct<std::uint64_t>(range, 4000, range);
  }
}

TEST(distinct, merges_sets_of_all_sizes) {
  for (std::uint32_t const a : {0U, 3U, 100U, 600U})
    for (std::uint32_t const b : {0U, 4U, 90U, 600U}) {
      arena memory;
      set_memory blocks{memory};
      std::size_t charge = 0;
      distinct<std::uint32_t> left{}, right{}, both{};
      for (std::uint32_t i = 0; i < a; ++i) left.add(i, blocks, charge);
      for (std::uint32_t i = 0; i < b; ++i) right.add(i * 2, blocks, charge);
      for (std::uint32_t i = 0; i < a; ++i) both.add(i, blocks, charge);
      for (std::uint32_t i = 0; i < b; ++i) both.add(i * 2, blocks, charge);
      left.merge(right, blocks, charge);
      EXPECT_EQ(left.count(blocks).count, both.count(blocks).count);
      EXPECT_EQ(left.is_exact(), both.is_exact());
    }
}

TEST(source_index, finds_inserts_and_erases_as_a_map) {
  arena memory;
  source_index<net::ipv4> fast;
  std::map<net::ipv4, std::uint32_t> slow;
  random_source random{7};
  for (std::uint32_t i = 1; i < 60000; ++i) {
    net::ipv4 const a{random.below(3000)};
    auto const hash = hash_of(a);
    auto const found = slow.find(a);
    ASSERT_EQ(fast.find(a, hash), found == slow.end() ? 0 : found->second);
    if (found == slow.end()) {
      fast.insert(a, hash, i, memory);
      slow[a] = i;
    } else if (random.below(2) == 0) {
      fast.erase(a);
      slow.erase(a);
    }
    ASSERT_EQ(fast.size(), slow.size());
  }
  std::set<std::uint32_t> numbers;
  fast.for_each([&](std::uint32_t number) { numbers.insert(number); });
  EXPECT_EQ(numbers.size(), slow.size());
  for (auto const& [a, number] : slow) EXPECT_TRUE(numbers.contains(number));
}

TEST(source_timer, visits_each_when_it_could_be_over_and_not_before) {
  constexpr std::int64_t silence = 1000;  // steps of 250
  auto const visits = [](std::int64_t last, std::int64_t now) {
    source_timer timer{silence};
    int count = 0;
    timer.advance(
        10'000, [](auto const&) { return true; }, [](auto const&, auto) {});
    timer.add({1, 1}, last);
    timer.advance(
        now, [](auto const&) { return true; },
        [&](timer_entry const& each, std::int64_t boundary) {
          EXPECT_EQ(each.number, 1U);
          EXPECT_GT(boundary, last + silence);
          EXPECT_LE(boundary, now);
          ++count;
        });
    return count;
  };
  EXPECT_EQ(visits(10'000, 11'249), 0);
  EXPECT_EQ(visits(10'000, 11'250), 1);
  EXPECT_EQ(visits(10'249, 11'250), 1);
  EXPECT_EQ(visits(10'250, 11'499), 0);
  EXPECT_EQ(visits(10'250, 11'500), 1);
  EXPECT_EQ(visits(10'250, 9'000'000), 1);
}

TEST(source_timer, forgets_what_has_gone) {
  source_timer timer{1000};
  for (std::uint32_t i = 0; i < 100; ++i) timer.add({i, i}, i * 10);
  auto const is_even = [](timer_entry const& each) { return each.serial % 2 == 0; };
  timer.clean(is_even);
  EXPECT_EQ(timer.entries(), 50U);
  int count = 0;
  timer.advance(100'000, is_even, [&](auto const&, auto) { ++count; });
  EXPECT_EQ(count, 50);
}

}  // namespace
}  // namespace kizashi::telescope::internal
