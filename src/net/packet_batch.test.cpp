#include "kizashi/net/packet_batch.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

/// Every field has a value of its own, that of row `i`.
auto numbered(std::uint32_t i) -> packet {
  auto const small = static_cast<std::uint16_t>(i);
  auto const byte = [&](unsigned add) { return static_cast<std::uint8_t>(i + add); };
  return {.time = timestamp{1'000'000 + i},
          .source = 0x0A000000 + i,
          .destination = 0x0B000000 + i,
          .wire_length = 60 + i,
          .tcp_sequence = 0x0C000000 + i,
          .tcp_acknowledgement = 0x0D000000 + i,
          .tcp_options = 0x31842 + i,
          .source_port = small,
          .destination_port = static_cast<std::uint16_t>(small + 1),
          .attributes = static_cast<std::uint16_t>((small & 0x1FF) << 2 & ~0x2001),
          .ip_length = static_cast<std::uint16_t>(small + 2),
          .ip_id = static_cast<std::uint16_t>(small + 3),
          .tcp_window = static_cast<std::uint16_t>(small + 4),
          .tcp_mss = static_cast<std::uint16_t>(small + 5),
          .payload_offset = static_cast<std::uint16_t>(small + 6),
          .payload_length = static_cast<std::uint16_t>(small + 7),
          .ip_protocol = byte(8),
          .ttl = byte(9),
          .tcp_flags = byte(10),
          .tcp_window_scale = byte(11)};
}

auto quote_of(unsigned row, unsigned source_port = 0) -> quoted_packet {
  quoted_packet quote;
  quote.row = static_cast<std::uint16_t>(row);
  quote.source_port = static_cast<std::uint16_t>(source_port);
  return quote;
}

auto filled(std::size_t rows) -> std::unique_ptr<packet_batch> {
  auto batch = std::make_unique<packet_batch>();
  for (std::size_t i = 0; i < rows; ++i) {
    batch->set_row(i, numbered(static_cast<std::uint32_t>(i)));
    batch->frame_index[i] = static_cast<std::uint32_t>(i);
  }
  batch->resize(rows);
  return batch;
}

TEST(packet_batch, a_row_comes_back_as_it_was_set) {
  auto const batch = filled(packet_batch::capacity);
  EXPECT_EQ(batch->size(), 4096U);
  for (std::size_t i = 0; i < batch->size(); ++i)
    ASSERT_EQ(batch->row(i), numbered(static_cast<std::uint32_t>(i))) << i;
}

TEST(packet_batch, an_empty_row) {
  auto const batch = std::make_unique<packet_batch>();
  EXPECT_EQ(batch->size(), 0U);
  batch->set_row(0, {});
  EXPECT_EQ(batch->time[0], timestamp::unknown().nanoseconds());
  EXPECT_EQ(batch->tcp_window_scale[0], 255);
  EXPECT_EQ(batch->source_address(0).to_string(), "0.0.0.0");
}

TEST(packet_batch, addresses_of_both_families) {
  auto const batch = std::make_unique<packet_batch>();
  batch->ipv6 = {{ipv6{1, 2}, ipv6{3, 4}}, {ipv6{5, 6}, ipv6{7, 8}}};
  packet four;
  four.source = 0x01020304;
  four.destination = 0x05060708;
  batch->set_row(0, four);
  packet six;
  six.source = six.destination = 1;
  six.attributes = bit(attribute::ipv6);
  batch->set_row(1, six);
  batch->resize(2);
  EXPECT_EQ(batch->source_address(0), address{ipv4{0x01020304}});
  EXPECT_EQ(batch->destination_address(0), address{ipv4{0x05060708}});
  EXPECT_EQ(batch->source_address(1), (address{ipv6{5, 6}}));
  EXPECT_EQ(batch->destination_address(1), (address{ipv6{7, 8}}));
  EXPECT_TRUE(batch->has(1, attribute::ipv6));
  EXPECT_FALSE(batch->has(0, attribute::ipv6));
}

TEST(packet_batch, clear_empties_the_side_tables_as_well) {
  auto const batch = filled(3);
  batch->ipv6.resize(2);
  batch->quoted.resize(1);
  batch->clear();
  EXPECT_EQ(batch->size(), 0U);
  EXPECT_TRUE(batch->ipv6.empty());
  EXPECT_TRUE(batch->quoted.empty());
}

TEST(packet_batch, retain_all_and_none) {
  auto const batch = filled(100);
  batch->quoted.push_back(quote_of(99));
  EXPECT_EQ(batch->retain(std::vector<std::uint8_t>(100, 1)), 0U);
  EXPECT_EQ(batch->size(), 100U);
  EXPECT_EQ(batch->quoted.size(), 1U);
  EXPECT_EQ(batch->retain(std::vector<std::uint8_t>(100, 0)), 100U);
  EXPECT_EQ(batch->size(), 0U);
  EXPECT_TRUE(batch->quoted.empty());
  EXPECT_EQ(batch->retain({}), 0U);
}

TEST(packet_batch, retain_keeps_rows_their_frames_and_their_quotes) {
  auto const batch = filled(8);
  for (auto const row : {1U, 2U, 5U, 7U}) batch->quoted.push_back(quote_of(row, row * 10));
  EXPECT_EQ(batch->retain(std::vector<std::uint8_t>{0, 1, 0, 255, 0, 1, 0, 0}), 5U);
  ASSERT_EQ(batch->size(), 3U);
  EXPECT_EQ(batch->row(0), numbered(1));
  EXPECT_EQ(batch->row(1), numbered(3));
  EXPECT_EQ(batch->row(2), numbered(5));
  EXPECT_EQ(batch->frame_index[2], 5U);
  ASSERT_EQ(batch->quoted.size(), 2U);
  EXPECT_EQ(batch->quoted[0].row, 0);
  EXPECT_EQ(batch->quoted[0].source_port, 10);
  EXPECT_EQ(batch->quoted[1].row, 2);
  EXPECT_EQ(batch->quoted[1].source_port, 50);
}

TEST(packet_batch, retain_keeps_what_a_slow_twin_keeps) {
  random_source random{11};
  for (int round = 0; round < 50; ++round) {
    auto const rows = random.below(packet_batch::capacity + 1);
    auto const batch = filled(rows);
    std::vector<std::uint8_t> keep(rows);
    std::vector<packet> expected;
    std::vector<std::uint16_t> quotes;
    auto const chance = random.below(5);
    for (std::uint32_t i = 0; i < rows; ++i) {
      keep[i] = random.below(4) < chance ? static_cast<std::uint8_t>(1 + random.below(255)) : 0;
      bool const has_quote = random.below(3) == 0;
      if (has_quote) batch->quoted.push_back(quote_of(i, i));
      if (keep[i] != 0 && has_quote) quotes.push_back(static_cast<std::uint16_t>(i));
      if (keep[i] != 0) expected.push_back(numbered(i));
    }
    ASSERT_EQ(batch->retain(keep), rows - expected.size());
    ASSERT_EQ(batch->size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(batch->row(i), expected[i]);
    ASSERT_EQ(batch->quoted.size(), quotes.size());
    for (std::size_t i = 0; i < quotes.size(); ++i) {
      ASSERT_EQ(batch->quoted[i].source_port, quotes[i]);
      ASSERT_EQ(batch->frame_index[batch->quoted[i].row], quotes[i]);
    }
  }
}

TEST(packet_batch_death, a_mask_of_another_length_is_a_bug) {
  auto const batch = filled(4);
  EXPECT_DEATH((void)batch->retain(std::vector<std::uint8_t>(3, 1)), "keep.size");
}

}  // namespace
}  // namespace kizashi::net
