#include "kizashi/telescope/events/coordination.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::telescope {
namespace {

using recognise::packet_type;

constexpr std::uint32_t darknet = 0xC6120000;  // 198.18.0.0
constexpr std::uint32_t size_20 = 4096;        // addresses of a /20

/// What each of some sources visits: positions in the telescope.
using visits = std::vector<std::vector<std::uint32_t>>;

struct looks {
  std::uint16_t port = 23;
  std::uint32_t quirk = 7;
  std::int64_t second = 1'700'000'000;
  std::uint32_t first_source = 0x0B000000;
  bool as_sketch = false;
};

void add(target_groups& to, visits const& of, looks const& as = {}) {
  for (std::size_t i = 0; i < of.size(); ++i) {
    std::vector<std::uint64_t> hashes;
    target_sketch sketch;
    for (auto const place : of[i]) {
      hashes.push_back(internal::sketch_hash(net::ipv4{darknet + place}));
      sketch.add(hashes.back());
    }
    target_event event;
    event.source = net::ipv4{as.first_source + static_cast<std::uint32_t>(i) * 7919};
    event.type = packet_type::tcp_syn;
    event.port = as.port;
    event.quirk = as.quirk;
    event.packets = of[i].size();
    event.first = timestamp{as.second * 1'000'000'000};
    event.last = event.first + std::chrono::minutes{10};
    event.destinations = hashes;
    if (as.as_sketch) event.sketch = &sketch;
    to.add(event);
  }
}

auto find(visits const& of, std::uint64_t addresses, looks const& as = {})
    -> std::vector<target_group> {
  target_groups groups;
  add(groups, of, as);
  return groups.find(addresses);
}

/// As the scenario kind `distributed` does: one shuffled list is dealt out, each target to any
/// source.
auto deal_out(std::uint32_t addresses, std::uint32_t targets, std::uint32_t sources,
              std::uint64_t seed) -> visits {
  std::vector<std::uint32_t> list(addresses);
  std::iota(list.begin(), list.end(), 0U);
  random_source random{seed};
  for (std::uint32_t i = 0; i + 1 < addresses; ++i)
    std::swap(list[i], list[i + random.below(addresses - i)]);
  visits answer(sources);
  for (std::uint32_t i = 0; i < targets; ++i) answer[random.below(sources)].push_back(list[i]);
  return answer;
}

/// Each source chooses `each` different targets for itself.
auto choose(std::uint32_t addresses, std::uint32_t each, std::uint32_t sources, std::uint64_t seed)
    -> visits {
  random_source random{seed};
  visits answer(sources);
  for (auto& mine : answer) {
    std::set<std::uint32_t> chosen;
    while (chosen.size() < each) chosen.insert(random.below(addresses));
    mine.assign(chosen.begin(), chosen.end());
  }
  return answer;
}

TEST(target_groups, finds_a_list_that_is_dealt_out_over_a_20) {
  auto const found = find(deal_out(size_20, 3000, 30, 1), size_20);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sharing, target_sharing::splits);
  EXPECT_EQ(found[0].port, 23);
  EXPECT_EQ(found[0].quirk, 7U);
  EXPECT_EQ(found[0].sources, 30U);
  EXPECT_EQ(found[0].events, 30U);
  EXPECT_EQ(found[0].packets, 3000U);
  EXPECT_EQ(found[0].targets_each, 3000U);
  // 1024 are exact; 3000 in a sketch with an error of 2.3 %.
  EXPECT_NEAR(static_cast<double>(found[0].targets), 3000, 210);
  EXPECT_FALSE(found[0].is_exact);
  // 4096 (1 - e^(-3000 / 4096)), within what unequal shares and d / N change.
  EXPECT_NEAR(found[0].expected_targets, 2127, 20);
}

TEST(target_groups, counts_few_targets_exactly) {
  auto const found = find(deal_out(2048, 1000, 40, 2), 2048);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].targets, 1000U);
  EXPECT_TRUE(found[0].is_exact);
}

TEST(target_groups, does_not_find_independent_sources) {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    for (std::uint32_t const each : {5U, 20U, 100U, 400U, 2000U})
      EXPECT_TRUE(
          find(choose(size_20, each, 30, seed), size_20, {.as_sketch = seed % 2 == 1}).empty())
          << seed << ' ' << each;
}

TEST(target_groups, finds_it_in_sketches_too) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const found = find(deal_out(size_20, 3500, 30, seed), size_20, {.as_sketch = true});
    ASSERT_EQ(found.size(), 1U) << seed;
    EXPECT_EQ(found[0].sharing, target_sharing::splits);
  }
}

TEST(target_groups, does_not_find_runs_of_neighbours_that_happen_to_be_apart) {
  // Ten sources with 256 neighbours each of a /16: chance gives 45 repeats, runs seldom touch.
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_source random{seed};
    visits runs(10);
    for (auto& mine : runs) {
      mine.resize(256);
      std::iota(mine.begin(), mine.end(), random.below(65536 - 256));
    }
    EXPECT_TRUE(find(runs, 65536).empty()) << seed;
  }
}

TEST(target_groups, four_sources_are_no_group) {
  EXPECT_TRUE(find(deal_out(size_20, 3500, 4, 3), size_20).empty());
  EXPECT_EQ(find(deal_out(size_20, 4096, 15, 3), size_20).size(), 1U);
}

TEST(target_groups, one_source_with_many_events_is_no_group) {
  target_groups groups;
  for (auto const& part : deal_out(size_20, 3500, 30, 4)) add(groups, {part});
  EXPECT_EQ(groups.counts().events, 30U);
  EXPECT_TRUE(groups.find(size_20).empty());
}

TEST(target_groups, sources_that_scan_everything_share_nothing) {
  visits all(20, std::vector<std::uint32_t>(256));
  for (auto& mine : all) std::iota(mine.begin(), mine.end(), 0U);
  EXPECT_TRUE(find(all, 256).empty());
}

TEST(target_groups, finds_that_all_have_the_same_list) {
  auto const list = choose(65536, 200, 1, 5)[0];
  visits all(12, list);
  auto const found = find(all, 65536);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sharing, target_sharing::repeats);
  EXPECT_EQ(found[0].targets, 200U);
  EXPECT_EQ(found[0].targets_each, 2400U);
  // 65536 (1 - (1 - 200/65536)^12) = 2360.2
  EXPECT_NEAR(found[0].expected_targets, 2360.2, 0.1);
}

TEST(target_groups, a_short_list_is_habit) {
  EXPECT_TRUE(find(visits(12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}), 65536).empty());
  EXPECT_EQ(find(visits(12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}), 65536).size(),
            1U);
}

TEST(target_groups, keeps_ports_quirks_and_days_apart) {
  auto const dealt = deal_out(size_20, 4000, 32, 6);
  target_groups groups;
  for (std::size_t i = 0; i < 4; ++i) {
    visits const part(dealt.begin() + static_cast<std::ptrdiff_t>(8 * i),
                      dealt.begin() + static_cast<std::ptrdiff_t>(8 * (i + 1)));
    add(groups, part,
        {.port = static_cast<std::uint16_t>(i == 1 ? 24 : 23),
         .quirk = i == 2 ? 8U : 7U,
         .second = 1'700'000'000 + (i == 3 ? 86400 : 0)});
  }
  // Quarters of the list do not touch often enough to be found alone.
  EXPECT_TRUE(groups.find(size_20).empty());
  EXPECT_EQ(find(dealt, size_20).size(), 1U);
}

TEST(target_groups, of_an_unknown_telescope_need_all_of_it_to_be_seen) {
  auto const dealt = deal_out(size_20, 3000, 30, 7);
  EXPECT_TRUE(find(dealt, 0).empty());
  target_groups groups;
  add(groups, dealt);
  add(groups, choose(size_20, 500, 60, 8), {.port = 80, .first_source = 0x0C000000});
  auto const found = groups.find(0);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].port, 23);
  EXPECT_EQ(found[0].sharing, target_sharing::splits);
}

/// Independent and dealt out, at several ports.
void add_mixture(target_groups& to, unsigned worker, unsigned workers) {
  for (std::uint16_t port = 1; port <= 12; ++port) {
    auto const all =
        port % 3 == 0 ? deal_out(size_20, 3900, 50, port) : choose(size_20, 60, 50, port);
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto const source = net::ipv4{0x0D000000U + static_cast<std::uint32_t>(i) * 65537 + port};
      if (shard_of(source) * workers / shards != worker) continue;
      add(to, {all[i]},
          {.port = port, .first_source = source.value(), .as_sketch = port == 9 && i % 2 == 0});
    }
  }
}

auto as_numbers(std::vector<target_group> const& found) -> std::vector<std::vector<double>> {
  std::vector<std::vector<double>> answer;
  for (auto const& each : found)
    answer.push_back({static_cast<double>(each.port), static_cast<double>(each.sources),
                      static_cast<double>(each.events), static_cast<double>(each.packets),
                      static_cast<double>(each.targets_each), static_cast<double>(each.targets),
                      each.expected_targets, static_cast<double>(each.sharing)});
  return answer;
}

TEST(target_groups, are_the_same_whatever_the_number_of_workers) {
  for (std::size_t const memory : {std::size_t{64} << 20, std::size_t{300} << 10}) {
    coordination_options options;
    options.memory = memory;
    target_groups alone{options};
    add_mixture(alone, 0, 1);
    auto const expected = as_numbers(alone.find(size_20));
    if (memory > 1 << 20) {
      EXPECT_EQ(expected.size(), 4U);
      EXPECT_EQ(alone.counts().dropped, 0U);
    } else {
      EXPECT_GT(alone.counts().dropped, 0U);
    }
    for (unsigned const workers : {2U, 3U, 64U}) {
      target_groups sum{options};
      for (unsigned worker = workers; worker-- > 0;) {
        target_groups part{options};
        add_mixture(part, worker, workers);
        sum.merge(part);
        EXPECT_EQ(part.counts().events, 0U);
      }
      EXPECT_EQ(as_numbers(sum.find(size_20)), expected) << workers;
      EXPECT_EQ(sum.counts().events, alone.counts().events);
      EXPECT_EQ(sum.counts().dropped, alone.counts().dropped);
    }
  }
}

TEST(target_groups, with_most_events_stay_when_memory_is_short) {
  coordination_options options;
  options.memory = std::size_t{4} << 20;
  target_groups groups{options};
  add(groups, deal_out(size_20, 4000, 400, 9), {.port = 445});
  random_source random{10};
  for (std::uint32_t i = 0; i < 40000; ++i)
    add(groups, {{random.below(size_20), random.below(size_20)}},
        {.port = 1, .quirk = i, .first_source = random.next32()});
  EXPECT_EQ(groups.counts().events, 40400U);
  EXPECT_GT(groups.counts().dropped, 10000U);
  auto const found = groups.find(size_20);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].port, 445);
  EXPECT_GT(found[0].events, 350U);
}

TEST(target_set, agrees_with_a_slow_twin_while_it_is_exact) {
  random_source random{11};
  target_set set;
  std::set<std::uint64_t> twin;
  for (int round = 0; round < 200 && twin.size() <= target_set::most_exact; ++round) {
    std::set<std::uint64_t> more;
    for (auto count = random.below(12); count > 0; --count) more.insert(random.below(900));
    std::vector<std::uint64_t> const hashes(more.begin(), more.end());
    set.add(hashes);
    twin.insert(more.begin(), more.end());
    ASSERT_TRUE(set.is_exact());
    ASSERT_EQ(set.count(), static_cast<double>(twin.size()));
  }
}

TEST(target_set, becomes_a_sketch_above_its_bound_whatever_the_order) {
  std::vector<std::uint64_t> hashes(target_set::most_exact + 1);
  random_source random{12};
  for (auto& each : hashes) each = random.next();
  target_set at_once;
  at_once.add(hashes);
  EXPECT_FALSE(at_once.is_exact());
  target_set left;
  target_set right;
  left.add(std::span{hashes}.first(700));
  right.add(std::span{hashes}.subspan(500));
  EXPECT_TRUE(left.is_exact() && right.is_exact());
  right.merge(left);
  EXPECT_FALSE(right.is_exact());
  EXPECT_EQ(right.count(), at_once.count());
  left.merge(right);
  EXPECT_EQ(left.count(), at_once.count());
}

TEST(target_sharing, has_names) {
  EXPECT_EQ(name_of(target_sharing::undecided), "undecided");
  EXPECT_EQ(name_of(target_sharing::splits), "splits");
  EXPECT_EQ(name_of(target_sharing::repeats), "repeats");
}

}  // namespace
}  // namespace kizashi::telescope
