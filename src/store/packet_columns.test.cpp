#include "kizashi/store/packet_columns.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/native_reader.hpp"

namespace kizashi::store {
namespace {

struct sample {
  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags = std::make_unique<recognise::tag_columns>();

  explicit sample(std::size_t rows) {
    random_source random{9};
    batch->resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      net::packet made;
      made.time = timestamp{static_cast<std::int64_t>(1'000'000 + random.below(5000)) * 1000};
      made.source = random.below(40) * 0x0606'0607;  // in every bit
      made.destination = random.next32();
      made.tcp_sequence = row % 2 == 0 ? made.destination : random.next32();
      made.destination_port = static_cast<std::uint16_t>(row);
      batch->set_row(row, made);
      tags->scanner[row] = static_cast<std::uint16_t>(row % 3);
      tags->fingerprints[row] = row % 4;
      tags->type[row] = tags->traffic_class[row] = 0;
    }
  }
};

auto context() -> block_context {
  return {7, nullptr, {0, 50, 60}, {std::uint64_t{1} << 5, 0}};
}

auto column(native_rows const& rows, std::string_view name) -> native_column const& {
  return *std::ranges::find(rows.columns, name, &native_column::name);
}

TEST(PacketColumns, StandBySourceAndTimeWithTheirFields) {
  sample const given{3000};
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  native_block block{0};
  packet_columns<std::uint32_t> arranged;
  rows.ipv4.arrange(context(), 0, arranged);
  arranged.write(7, block);
  net::byte_reader in{block.bytes()};
  auto const read = read_native_block(in);
  ASSERT_TRUE(read && *read);
  auto const& out = **read;
  ASSERT_EQ(out.count, 3000U);
  std::vector<bool> seen(3000);
  std::pair<std::uint64_t, std::uint64_t> last{0, 0};
  for (std::size_t i = 0; i < out.count; ++i) {
    auto const value = [&](std::string_view name) { return column(out, name).unsigned_at(i); };
    std::pair const key{value("src"), value("ts")};
    EXPECT_LE(last, key);
    last = key;
    auto const row = value("dst_port");  // tells the row
    EXPECT_FALSE(seen[row]);
    seen[row] = true;
    auto const is = given.batch->row(row);
    EXPECT_EQ(key.first, is.source);
    EXPECT_EQ(key.second, static_cast<std::uint64_t>(is.time.nanoseconds()) / 1000);
    EXPECT_EQ(value("dst"), is.destination);
    bool const is_derived = (value("derived") & 1) != 0;
    EXPECT_EQ(is_derived, is.tcp_sequence == is.destination);
    EXPECT_EQ(value("seq_stored"), is_derived ? 0 : is.tcp_sequence);
    EXPECT_EQ(value("sensor"), 7U);
    EXPECT_EQ(value("scanner"), row % 3 == 0 ? 0 : row % 3 == 1 ? 50U : 60U);
    EXPECT_EQ(value("fingerprints"), row % 2 == 1 ? 32U : 0U);
    EXPECT_EQ(column(out, "country").text_at(i), "--");
  }
}

TEST(PacketColumns, MarkWhatFollowsFromOtherFields) {
  sample given{3};
  auto const set = [&](std::size_t row, std::uint32_t sequence, std::uint16_t ip_id) {
    net::packet made;
    made.destination = 0x0A000001;  // 10.0.0.1
    made.destination_port = 80;
    made.tcp_sequence = sequence;
    made.ip_id = ip_id;
    given.batch->set_row(row, made);
  };
  set(0, 0x12345678, 0x5629);  // Masscan: 0x0001 ^ 0x5678 ^ 0x0050
  set(1, 0x0A000001, 7);       // Mirai
  set(2, 0x12345678, 0x5628);
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  packet_columns<std::uint32_t> arranged;
  rows.ipv4.arrange(context(), 0, arranged);
  native_block block{0};
  arranged.write(7, block);
  net::byte_reader in{block.bytes()};
  auto const read = read_native_block(in);
  ASSERT_TRUE(read && *read);
  auto const values = [&](std::string_view name) {
    auto const& from = column(**read, name);
    return std::array{from.unsigned_at(0), from.unsigned_at(1), from.unsigned_at(2)};
  };
  EXPECT_EQ(values("derived"), (std::array<std::uint64_t, 3>{4, 1, 0}));
  EXPECT_EQ(values("seq_stored"), (std::array<std::uint64_t, 3>{0x12345678, 0, 0x12345678}));
  EXPECT_EQ(values("ip_id_stored"), (std::array<std::uint64_t, 3>{0, 7, 0x5628}));
}

TEST(PacketColumns, TellAStreamByItsBegin) {
  sample const given{500};
  packet_rows whole, begun;
  whole.add(*given.batch, *given.tags);
  given.batch->resize(300);
  begun.add(*given.batch, *given.tags);
  EXPECT_EQ(whole.digest(300, 0), begun.digest(300, 0));
  EXPECT_NE(whole.digest(300, 0), whole.digest(299, 0));
  given.batch->tcp_sequence[10] ^= 4;
  packet_rows other;
  other.add(*given.batch, *given.tags);
  EXPECT_EQ(other.digest(10, 0), begun.digest(10, 0));
  EXPECT_NE(other.digest(300, 0), begun.digest(300, 0));
}

TEST(PacketColumns, WriteTheRowsBehindThoseThatAreKnown) {
  sample const given{500};
  packet_rows rows;
  rows.add(*given.batch, *given.tags);
  native_block block{0};
  packet_columns<std::uint32_t> arranged;
  rows.ipv4.arrange(context(), 300, arranged);
  arranged.write(7, block);
  net::byte_reader in{block.bytes()};
  auto const read = read_native_block(in);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->count, 200U);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_GE(column(**read, "dst_port").unsigned_at(i), 300U);
}

}  // namespace
}  // namespace kizashi::store
