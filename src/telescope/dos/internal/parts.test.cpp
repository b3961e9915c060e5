// The small parts of a vector, each against a slow twin.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/dos/internal/address_index.hpp"
#include "kizashi/telescope/dos/internal/distinct_hashes.hpp"
#include "kizashi/telescope/dos/internal/minute_rate.hpp"
#include "kizashi/telescope/dos/internal/port_ranking.hpp"

namespace kizashi::telescope::internal {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(minute_rate, of_nothing_and_one) {
  minute_rate rate;
  EXPECT_EQ(rate.most(), 0U);
  rate.add(0);
  EXPECT_EQ(rate.most(), 1U);
}

TEST(minute_rate, buckets_begin_with_the_first_packet) {
  minute_rate rate;
  rate.add(7 * second);
  rate.add(67 * second - 1);  // the last nanosecond of the sixth bucket
  EXPECT_EQ(rate.most(), 2U);
  rate.add(67 * second);  // the seventh: with the second to the sixth
  EXPECT_EQ(rate.most(), 2U);
  rate.add(68 * second);
  EXPECT_EQ(rate.most(), 3U);
}

TEST(minute_rate, before_the_first_packet) {
  minute_rate rate;
  rate.add(1000 * second);
  rate.add(1000 * second - 1);  // bucket -1
  rate.add(980 * second);       // bucket -2
  EXPECT_EQ(rate.most(), 3U);
  rate.add(1030 * second);  // bucket 3: the minute from -2 on
  rate.add(1040 * second);  // bucket 4: the minute from -1 on
  EXPECT_EQ(rate.most(), 4U);
}

TEST(minute_rate, of_packets_too_far_behind_is_a_lower_bound) {
  minute_rate rate;
  rate.add(0);
  rate.add(100 * second);
  for (int i = 0; i < 10; ++i) rate.add(20 * second);  // 8 buckets behind the latest
  EXPECT_EQ(rate.most(), 1U);
}

TEST(minute_rate, agrees_with_counting_all_minutes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    random_source random{seed};
    minute_rate rate;
    std::vector<std::int64_t> times;
    auto now = std::int64_t{100'000} * second;
    for (int i = 0; i < 300; ++i) {
      now += random.below(2'000'000'000) * (random.below(20) == 0 ? 20 : 1);
      times.push_back(now - static_cast<std::int64_t>(random.below(20)) * second);
      rate.add(times.back());
    }
    std::uint64_t most = 0;
    for (auto begin = times.front() - 200 * second; begin <= now; begin += 10 * second)
      most = std::max(most, static_cast<std::uint64_t>(std::ranges::count_if(times, [&](auto time) {
                        return time >= begin && time < begin + 60 * second;
                      })));
    ASSERT_EQ(rate.most(), most) << seed;
  }
}

TEST(distinct_hashes, are_exact_up_to_256) {
  random_source random{1};
  distinct_hashes seen;
  std::set<std::uint64_t> twin;
  while (twin.size() < distinct_hashes::most_exact) {
    auto const hash = random.next() % 600 * 0x10001;
    seen.add(hash);
    twin.insert(hash == 0 ? 1 : hash);
    ASSERT_EQ(seen.count(), twin.size());
    ASSERT_TRUE(seen.is_exact());
  }
  for (auto const hash : twin) seen.add(hash);
  EXPECT_TRUE(seen.is_exact());
  EXPECT_EQ(seen.bytes(), 512 * sizeof(std::uint64_t));
}

TEST(distinct_hashes, are_a_sketch_beyond) {
  distinct_hashes seen;
  hyperloglog<11> twin;
  random_source random{2};
  for (int i = 0; i < 5000; ++i) {
    auto const hash = random.next();
    seen.add(hash);
    twin.add(hash);
  }
  EXPECT_FALSE(seen.is_exact());
  EXPECT_EQ(seen.count(), static_cast<std::uint64_t>(twin.estimate() + 0.5));
  EXPECT_EQ(seen.bytes(), sizeof(twin));
}

TEST(port_ranking, is_exact_up_to_64_ports) {
  random_source random{3};
  port_ranking ranking;
  std::map<std::uint16_t, std::uint64_t> twin;
  for (int i = 0; i < 5000; ++i) {
    auto const port = static_cast<std::uint16_t>(random.below(64) & random.below(64));
    ranking.add(6, port);
    ++twin[port];
  }
  EXPECT_TRUE(ranking.is_exact());
  EXPECT_EQ(ranking.count(), twin.size());
  auto const busiest = ranking.busiest();
  ASSERT_EQ(busiest.size(), 8U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(busiest[i].packets, twin[busiest[i].port]);
    EXPECT_TRUE(i == 0 || busiest[i - 1].packets >= busiest[i].packets);
    twin.erase(busiest[i].port);
  }
  for (auto const& [port, packets] : twin) EXPECT_LE(packets, busiest[7].packets);
}

TEST(port_ranking, tells_protocols_apart_and_orders_equals) {
  port_ranking ranking;
  ranking.add(17, 53);
  ranking.add(6, 53);
  ranking.add(6, 22);
  auto const busiest = ranking.busiest();
  ASSERT_EQ(busiest.size(), 3U);
  EXPECT_EQ(busiest[0].port, 22);
  EXPECT_EQ(busiest[1].ip_protocol, 6);
  EXPECT_EQ(busiest[2].ip_protocol, 17);
}

TEST(port_ranking, keeps_heavy_ports_among_very_many) {
  random_source random{4};
  port_ranking ranking;
  std::uint64_t heavy = 0;
  for (int i = 0; i < 30'000; ++i) {
    bool const is_heavy = random.below(10) == 0;
    heavy += is_heavy;
    ranking.add(6, static_cast<std::uint16_t>(is_heavy ? 443 : 1024 + random.below(20'000)));
  }
  EXPECT_FALSE(ranking.is_exact());
  auto const busiest = ranking.busiest();
  EXPECT_EQ(busiest[0].port, 443);
  EXPECT_LE(busiest[0].packets, heavy);
  EXPECT_GE(busiest[0].packets, heavy - 30'000 / 64);
  // 20,000 (1 - e^(-27,000 / 20,000)) = 14,815 are expected; the sketch has 3.3 %.
  EXPECT_NEAR(ranking.count(), 14'815, 1500);
  EXPECT_EQ(ranking.bytes(), 64U * 24 + 1024);
}

struct record {
  net::address address;
  int value = 0;
};

TEST(address_index, agrees_with_a_map) {
  random_source random{5};
  address_index<record> index;
  std::map<net::address, int> twin;
  for (int i = 0; i < 100'000; ++i) {
    net::address key = net::ipv4{random.below(3000)};
    if (random.below(3) == 0) key = net::ipv6{random.below(3), random.below(500)};
    auto const hash = hash_of(key);
    auto const at = index.find(key, hash);
    auto const known = twin.find(key);
    ASSERT_EQ(at == index.none, known == twin.end());
    if (at == index.none) {
      auto const made = index.add({key, i}, hash);
      ASSERT_EQ(index[made].value, i);
      twin[key] = i;
    } else {
      ASSERT_EQ(index[at].value, known->second);
      if (random.below(3) != 0 || i > 80'000) {
        index.erase(at);
        twin.erase(known);
      }
    }
    ASSERT_EQ(index.size(), twin.size());
  }
  std::size_t used = 0;
  for (std::uint32_t each = 0; each < index.numbers(); ++each) used += index.is_used(each);
  EXPECT_EQ(used, twin.size());
  for (auto const& [key, value] : twin)
    EXPECT_EQ(index[index.find(key, hash_of(key))].value, value);
}

}  // namespace
}  // namespace kizashi::telescope::internal
