// Attacks on many addresses of a prefix at once, and what happens when memory is short.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/dos/internal/test_stream.hpp"

namespace kizashi::telescope {
namespace {

using internal::test_answer;
using internal::track;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;

auto at(std::int64_t time, net::address victim, std::uint32_t place = 0) -> test_answer {
  test_answer each;
  each.time = time;
  each.victim = victim;
  each.destination = net::ipv4{0xC6120000 + place};
  if (victim.is_ipv6()) each.destination = net::ipv6{0x20010DB800000000, place};
  return each;
}

/// `victims` addresses of 5.6.7.0/24 take turns, one answer each second.
auto carpet(std::uint32_t victims, std::int64_t packets) -> std::vector<test_answer> {
  std::vector<test_answer> answer;
  for (std::int64_t i = 0; i < packets; ++i) {
    auto const number = static_cast<std::uint32_t>(i);
    answer.push_back(at(start + i * second, net::ipv4{0x05060700 + number % victims}, number));
  }
  return answer;
}

TEST(carpet, is_one_event_for_its_prefix) {
  auto const found = track(carpet(100, 250));
  ASSERT_EQ(found.events.size(), 1U);
  auto const& event = found.events[0];
  EXPECT_EQ(event.victim.to_string(), "5.6.7.0/24");
  EXPECT_EQ(event.victims, 100U);
  // From the packet on by which there were two.
  EXPECT_EQ(event.packets, 249U);
  EXPECT_EQ(event.first, timestamp{start + second});
  EXPECT_EQ(event.last, timestamp{start + 249 * second});
  EXPECT_EQ(event.most_per_minute, 60U);
  EXPECT_EQ(event.spoofed, 249U);
  EXPECT_EQ(found.counts.vectors, 100U);
  EXPECT_EQ(found.counts.joined, 0U);  // no single victim was an attack
}

TEST(carpet, needs_16_victims) {
  EXPECT_TRUE(track(carpet(15, 250)).events.empty());
  ASSERT_EQ(track(carpet(16, 250)).events.size(), 1U);
  EXPECT_EQ(track(carpet(16, 250)).events[0].victims, 16U);
}

TEST(carpet, needs_them_at_one_time) {
  // One after the other, each for five minutes: never two within a timeout and its sweep.
  std::vector<test_answer> stream;
  for (std::uint32_t who = 0; who < 40; ++who)
    for (std::int64_t i = 0; i < 20; ++i)
      stream.push_back(at(start + (who * 600 + i) * second, net::ipv4{0x05060700 + who}));
  EXPECT_TRUE(track(stream).events.empty());
}

TEST(carpet, thresholds_apply_to_the_sum) {
  EXPECT_TRUE(track(carpet(20, 61)).events.empty());  // 60 packets in 59 s
  EXPECT_EQ(track(carpet(20, 62)).events.size(), 1U);
}

TEST(carpet, tells_its_victims_attacks_as_its_own) {
  auto stream = carpet(20, 20 * 120);  // 120 packets of each, one each 20 s
  dos_options options;
  options.least_per_minute = 3;
  auto const found = track(stream, options);
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].victims, 20U);
  EXPECT_EQ(found.counts.joined, 20U);
  options.carpet_victims = 0;
  EXPECT_EQ(track(stream, options).events.size(), 20U);
  options.carpet_victims = 1;
  EXPECT_EQ(track(stream, options).events.size(), 20U);
}

TEST(carpet, tells_besides_a_victim_that_has_most_of_it) {
  auto stream = carpet(20, 200);
  for (std::int64_t i = 0; i < 1000; ++i)
    stream.push_back(at(start + i * second / 5, net::ipv4{0x05060709}));
  std::ranges::stable_sort(stream, {}, &test_answer::time);
  auto const found = track(stream);
  ASSERT_EQ(found.events.size(), 2U);
  EXPECT_EQ(found.events[0].victim.to_string(), "5.6.7.0/24");
  EXPECT_EQ(found.events[1].victim.to_string(), "5.6.7.9/32");
  EXPECT_EQ(found.events[1].packets, 1010U);
  EXPECT_EQ(found.counts.joined, 0U);
}

TEST(carpet, begins_at_most_a_timeout_before_it_is_wide_and_ends_when_it_no_longer_is) {
  std::vector<test_answer> stream;
  // Two victims for 2,000 s, then 30 for 100 s, then the two for 2,000 s more.
  auto const add = [&](std::int64_t from, std::int64_t to, std::uint32_t victims) {
    for (auto time = from; time < to; ++time)
      stream.push_back(at(start + time * second,
                          net::ipv4{0x05060700 + static_cast<std::uint32_t>(time) % victims}));
  };
  add(0, 2000, 2);
  add(2000, 2100, 30);
  add(2100, 4100, 2);
  auto const found = track(stream);
  ASSERT_EQ(found.events.size(), 3U);
  auto const& wide = found.events[0];
  EXPECT_EQ(wide.victim.to_string(), "5.6.7.0/24");
  EXPECT_EQ(wide.victims, 30U);
  EXPECT_GE(wide.first, timestamp{start + 1700 * second});
  EXPECT_LE(wide.first, timestamp{start + 2000 * second});
  // The other victims are silent from 2100 on, and are noticed within the timeout, the lateness and
  // a quarter; then it is narrow for as long.
  EXPECT_LE(wide.last, timestamp{start + 2900 * second});
  EXPECT_EQ(found.events[1].victims, 1U);
  EXPECT_EQ(found.events[2].victims, 1U);
}

TEST(carpet, of_ipv6_is_a_64) {
  std::vector<test_answer> stream;
  for (std::uint32_t i = 0; i < 2000; ++i)
    stream.push_back(at(start + i * (second / 5), net::ipv6{0x2400000000000001, i % 400}, i));
  auto const found = track(stream);
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].victim.to_string(), "2400:0:0:1::/64");
  EXPECT_NEAR(found.events[0].victims, 400, 30);  // above 256 by a sketch
}

TEST(dos_memory, stays_within_its_bound_and_keeps_those_with_most_packets) {
  std::vector<test_answer> stream;
  random_source random{1};
  for (std::int64_t i = 0; i < 60'000; ++i) {
    auto const time = start + i * (second / 400);
    stream.push_back(at(time, net::ipv4{random.next32() | 0x80000000}));
    if (i % 40 == 0)
      stream.push_back(at(time, net::ipv4{0x05060708}, static_cast<std::uint32_t>(i)));
  }
  dos_options options;
  options.memory = std::size_t{2} << 20;
  auto const found = track(stream, options);
  EXPECT_GT(found.counts.cut, 40'000U);
  EXPECT_EQ(found.counts.vectors, 60'001U);
  // A shard may exceed its share by one vector before it makes room.
  EXPECT_LE(found.counts.bytes, options.memory + 64 * 8192);
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].victim.to_string(), "5.6.7.8/32");
  EXPECT_EQ(found.events[0].packets, 1500U);
  EXPECT_FALSE(found.events[0].is_cut);
}

TEST(dos_memory, says_that_an_attack_was_cut) {
  dos_options options;
  options.memory = 0;
  options.least_packets = 1;
  options.least_duration = duration{0};
  options.least_per_minute = 1;
  auto const found = track(carpet(1, 3), options);
  ASSERT_EQ(found.events.size(), 3U);
  for (auto const& each : found.events) EXPECT_TRUE(each.is_cut);
  EXPECT_EQ(found.counts.cut, 3U);
}

TEST(dos_memory, a_flood_of_carpets_stays_within_its_bound) {
  std::vector<test_answer> stream;
  for (std::uint32_t i = 0; i < 60'000; ++i)
    stream.push_back(
        at(start + i * (second / 400), net::ipv4{0x20000000 + (i / 20) * 256 + i % 20}));
  dos_options options;
  options.memory = std::size_t{1} << 20;
  auto const found = track(stream, options);
  EXPECT_GT(found.counts.cut, 40'000U);
  EXPECT_LE(found.counts.bytes, options.memory + 64 * 8192);
  EXPECT_TRUE(found.events.empty());
}

}  // namespace
}  // namespace kizashi::telescope
