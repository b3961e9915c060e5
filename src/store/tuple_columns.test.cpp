#include "kizashi/store/tuple_columns.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/native_reader.hpp"

namespace kizashi::store {
namespace {

using counts = std::pair<std::uint64_t, std::uint64_t>;  // packets, bytes
using tuple_map = std::map<std::vector<std::uint64_t>, counts>;

block_context const plain{1, nullptr, {0, 10}, {1, 2}};

/// Few values of everything, so that many packets are alike, and some of each minute out of order.
struct tuple_sample {
  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags = std::make_unique<recognise::tag_columns>();

  explicit tuple_sample(std::size_t rows) {
    random_source random{4};
    batch->resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      net::packet made;
      made.time = timestamp{static_cast<std::int64_t>(random.below(180)) * 1'000'000'000};
      made.source = random.below(3);
      made.destination = random.below(3);
      made.source_port = static_cast<std::uint16_t>(random.below(2));
      made.destination_port = static_cast<std::uint16_t>(random.below(2));
      made.tcp_window = static_cast<std::uint16_t>(random.below(2));
      made.tcp_sequence = random.next32() | 1U << 31;  // no part of the key
      made.ip_id = 1;
      made.wire_length = 60 + random.below(5);  // likewise
      batch->set_row(row, made);
      tags->fingerprints[row] = random.below(2);
      tags->scanner[row] = tags->type[row] = tags->traffic_class[row] = 0;
    }
  }

  /// Slow and obvious.
  [[nodiscard]] auto expected() const -> tuple_map {
    tuple_map out;
    for (std::size_t row = 0; row < batch->size(); ++row) {
      auto const is = batch->row(row);
      auto const minute = static_cast<std::uint64_t>(is.time.nanoseconds() / 60'000'000'000 * 60);
      auto& [packets, bytes] = out[{is.source, minute, is.destination, is.source_port,
                                    is.destination_port, is.tcp_window, tags->fingerprints[row]}];
      ++packets;
      bytes += is.wire_length;
    }
    return out;
  }
};

auto tuples_of(packet_rows const& rows) -> tuple_columns<std::uint32_t> {
  packet_columns<std::uint32_t> arranged;
  tuple_columns<std::uint32_t> tuples;
  rows.ipv4.arrange(plain, 0, arranged);
  tuples.collect(arranged);
  return tuples;
}

/// The rows of a block by some of its columns; none may stand twice.
auto map_of(native_block const& block, std::vector<std::string_view> const& key) -> tuple_map {
  tuple_map out;
  net::byte_reader in{block.bytes()};
  auto const read = read_native_block(in);
  EXPECT_TRUE(read && *read);
  auto const& rows = **read;
  for (std::size_t i = 0; i < rows.count; ++i) {
    auto const value = [&](std::string_view name) {
      return std::ranges::find(rows.columns, name, &native_column::name)->unsigned_at(i);
    };
    std::vector<std::uint64_t> values;
    for (auto const name : key) values.push_back(value(name));
    EXPECT_TRUE(out.emplace(values, counts{value("packets"), value("bytes")}).second);
  }
  return out;
}

auto map_of(tuple_columns<std::uint32_t> const& tuples) -> tuple_map {
  native_block block{0};
  tuples.write(1, block);
  return map_of(block, {"src", "minute", "dst", "src_port", "dst_port", "window", "fingerprints"});
}

TEST(TupleColumns, CountPacketsThatAreAlike) {
  tuple_sample const given{4000};
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  auto const found = map_of(tuples_of(rows));
  EXPECT_EQ(found, given.expected());
  EXPECT_LT(found.size(), 500U);
}

TEST(TupleColumns, CountBySourceHourAndService) {
  tuple_sample given{3000};
  tuple_map expected;
  for (std::size_t row = 0; row < 3000; ++row) {
    given.batch->time[row] *= 60;  // three hours
    given.batch->attributes[row] = row % 5 == 0 ? 0 : net::bit(net::attribute::ports);
    given.batch->ip_protocol[row] = row % 3 == 0 ? 17 : 6;
    auto const is = given.batch->row(row);
    auto const hour = static_cast<std::uint64_t>(is.time.nanoseconds() / 3'600'000'000'000 * 3600);
    auto& [packets, bytes] =
        expected[{is.source, hour, is.ip_protocol, is.destination_port, row % 5 == 0 ? 0U : 1U}];
    ++packets;
    bytes += is.wire_length;
  }
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  native_block block{0};
  tuples_of(rows).write_hours(1, block);
  EXPECT_EQ(map_of(block, {"src", "hour", "protocol", "port", "has_port"}), expected);
}

TEST(TupleColumns, DoNotDependOnTheOrderWithinAMinute) {
  tuple_sample const given{500};
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  auto const expected = map_of(tuples_of(rows));
  net::packet_batch& batch = *given.batch;
  for (std::size_t row = 0; row < 250; ++row) {
    auto const other = 499 - row;
    auto const mine = batch.row(row);
    batch.set_row(row, batch.row(other));
    batch.set_row(other, mine);
    std::swap(given.tags->fingerprints[row], given.tags->fingerprints[other]);
  }
  packet_rows turned;
  turned.add(batch, *given.tags);
  EXPECT_EQ(map_of(tuples_of(turned)), expected);
}

// Destinations that are alike in the half in which hosts differ, and in the other.
TEST(TupleColumns, TellIpv6DestinationsApartInBothHalves) {
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<recognise::tag_columns>();
  batch->resize(64);
  for (std::size_t row = 0; row < batch->size(); ++row) {
    net::packet made;
    made.time = timestamp{1'000'000'000};
    made.attributes = net::bit(net::attribute::ipv6);
    batch->ipv6.push_back({{1, 1}, {row % 2, row / 2 % 2}});
    made.source = made.destination = static_cast<std::uint32_t>(row);
    made.source_port = static_cast<std::uint16_t>(row / 4 % 2);
    made.wire_length = 80;
    batch->set_row(row, made);
    tags->fingerprints[row] = tags->scanner[row] = tags->type[row] = tags->traffic_class[row] = 0;
  }
  packet_rows rows;
  rows.add(*batch, *tags);
  packet_columns<native_block::address16> arranged;
  tuple_columns<native_block::address16> tuples;
  rows.ipv6.arrange(plain, 0, arranged);
  tuples.collect(arranged);
  ASSERT_EQ(tuples.size(), 8U);
  native_block block{0};
  tuples.write(1, block);
  net::byte_reader in{block.bytes()};
  auto const read = read_native_block(in);
  ASSERT_TRUE(read && *read);
  auto const& packets =
      *std::ranges::find((*read)->columns, std::string_view{"packets"}, &native_column::name);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(packets.unsigned_at(i), 8U);
}

}  // namespace
}  // namespace kizashi::store
