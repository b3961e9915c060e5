#include "kizashi/recognise/discover/packet_sample.hpp"

#include <map>

#include <gtest/gtest.h>

namespace kizashi::recognise::discover {
namespace {

auto row_of(std::uint32_t source, std::uint32_t sequence) -> sample_row {
  sample_row row;
  row.set(word::source, source);
  row.set(word::sequence, sequence);
  return row;
}

TEST(PacketSample, KeepsAllOfASmallStream) {
  packet_sample sample{10, 4};
  for (std::uint32_t i = 0; i < 3; ++i) sample.add(row_of(9, i));
  sample.add(row_of(7, 1));
  auto const members = sample.finish();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].source, 7U);
  EXPECT_EQ(members[1].source, 9U);
  ASSERT_EQ(members[1].rows.size(), 3U);
  EXPECT_EQ(members[1].rows[2].value(word::sequence), 2U);
}

TEST(PacketSample, EachPacketHasTheSameChance) {
  std::map<std::uint32_t, double> kept;
  for (std::uint32_t source = 0; source < 4000; ++source) {
    packet_sample sample{1, 5};
    for (std::uint32_t i = 0; i < 20; ++i) sample.add(row_of(source * 7919, i));
    auto const members = sample.finish();
    ASSERT_EQ(members[0].rows.size(), 5U);
    EXPECT_EQ(members[0].seen, 20U);
    for (auto const& row : members[0].rows) ++kept[row.value(word::sequence)];
  }
  ASSERT_EQ(kept.size(), 20U);
  // 1000 each; the standard deviation is 27.
  for (auto const& [packet, times] : kept) EXPECT_NEAR(times, 1000, 140) << packet;
}

TEST(PacketSample, SourcesThatSendMoreStay) {
  packet_sample sample{50, 8};
  for (std::uint32_t round = 0; round < 8; ++round)
    for (std::uint32_t busy = 0; busy < 50; ++busy) sample.add(row_of(busy, round));
  for (std::uint32_t once = 1000; once < 21'000; ++once) sample.add(row_of(once, 1));
  auto const members = sample.finish();
  ASSERT_EQ(members.size(), 50U);
  for (std::uint32_t i = 0; i < 50; ++i) {
    EXPECT_EQ(members[i].source, i);
    ASSERT_EQ(members[i].rows.size(), 8U);
    for (auto const& row : members[i].rows) EXPECT_EQ(row.value(word::source), i);
  }
}

TEST(PacketSample, APacketSentAgainCountsOnce) {
  packet_sample sample{10, 8};
  for (std::uint32_t i = 0; i < 4; ++i) {
    auto row = row_of(1, 5);
    row.set(word::ip_id, i);
    sample.add(row);
  }
  EXPECT_EQ(sample.finish()[0].rows.size(), 1U);
}

TEST(PacketSample, EqualStreamsGiveEqualSamples) {
  auto const hash = [] {
    packet_sample sample{100, 6};
    for (std::uint32_t i = 0; i < 50'000; ++i) sample.add(row_of(i * i % 1009, i));
    std::uint64_t sum = 0;
    for (auto const& each : sample.finish())
      for (auto const& row : each.rows) sum = sum * 31 + row.value(word::sequence) + each.source;
    return sum;
  };
  EXPECT_EQ(hash(), hash());
}

}  // namespace
}  // namespace kizashi::recognise::discover
