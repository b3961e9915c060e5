#include "kizashi/store/native_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/native_block.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;
using namespace std::string_literals;

auto block_bytes(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// The failure of reading `text` as an answer, or "".
auto failure_of(std::string_view text) -> std::string {
  native_reader reader{[](native_rows const&) -> status { return {}; }};
  auto done = reader.feed(block_bytes(text));
  if (done) done = reader.finish();
  return done ? "" : done.error().message;
}

// What the embedded engine (26.7.2) answers to
//   select toUInt16(258) as a, toInt8(-2) as b, 'hi' as c, [1, 2] as d, toNullable(toUInt8(7)) as e
// with each value's type checked by hand against the format's documentation.
constexpr char golden_bytes[] =
    "\x05\x01"
    "\x01"
    "a\x06UInt16\x02\x01"
    "\x01"
    "b\x04Int8\xfe"
    "\x01"
    "c\x06String\x02hi"
    "\x01"
    "d\x0c"
    "Array(UInt8)\x02\0\0\0\0\0\0\0\x01\x02"
    "\x01"
    "e\x0fNullable(UInt8)\x00\x07";
constexpr std::string_view golden{golden_bytes, sizeof golden_bytes - 1};

void expect_golden(native_rows const& rows) {
  ASSERT_EQ(rows.count, 1U);
  ASSERT_EQ(rows.columns.size(), 5U);
  EXPECT_EQ(rows.columns[0].name, "a");
  EXPECT_EQ(rows.columns[0].type_name, "UInt16");
  EXPECT_EQ(rows.columns[0].unsigned_at(0), 258U);
  EXPECT_EQ(rows.columns[1].signed_at(0), -2);
  EXPECT_EQ(rows.columns[2].text_at(0), "hi");
  auto const [begin, end] = rows.columns[3].list_at(0);
  EXPECT_EQ(begin, 0U);
  ASSERT_EQ(end, 2U);
  EXPECT_EQ(rows.columns[3].elements().unsigned_at(0), 1U);
  EXPECT_EQ(rows.columns[3].elements().unsigned_at(1), 2U);
  EXPECT_FALSE(rows.columns[4].is_null(0));
  EXPECT_EQ(rows.columns[4].unsigned_at(0), 7U);
}

TEST(NativeReader, ReadsTheDocumentedFormat) {
  net::byte_reader in{block_bytes(golden)};
  auto const rows = read_native_block(in);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_TRUE(rows->has_value());
  expect_golden(**rows);
  EXPECT_EQ(in.left(), 0U);
}

TEST(NativeReader, ReadsPiecesOfAnySize) {
  auto const twice = std::string{golden} + std::string{golden};
  for (std::size_t piece = 1; piece <= twice.size(); ++piece) {
    auto blocks = 0;
    native_reader reader{[&](native_rows const& rows) -> status {
      ++blocks;
      expect_golden(rows);
      return {};
    }};
    for (std::size_t at = 0; at < twice.size(); at += piece)
      ASSERT_TRUE(reader.feed(block_bytes(std::string_view{twice}.substr(at, piece))));
    ASSERT_TRUE(reader.finish());
    EXPECT_EQ(blocks, 2) << piece;
  }
}

TEST(NativeReader, SaysWhenAnAnswerIsCut) {
  for (std::size_t size = 1; size < golden.size(); ++size)
    EXPECT_EQ(failure_of(golden.substr(0, size)),
              "the answer ends in the middle of a block: " + std::to_string(size) +
                  " bytes behind byte 0 are the begin of one");
}

TEST(NativeReader, SaysWhatIsNoBlock) {
  EXPECT_EQ(failure_of("\x00\x05"s),
            "the answer's block at byte 0 cannot be read: it has 0 columns "
            "and 5 rows");
  EXPECT_EQ(failure_of("\xff\xff\xff\x01\x05"s),
            "the answer's block at byte 0 cannot be read: it has 4194303 columns and 5 rows");
  EXPECT_EQ(failure_of(std::string(11, '\xff') + "\x01"),
            "the answer's block at byte 0 cannot be read: a length has more than ten bytes");
  EXPECT_EQ(failure_of("\x01\x01\xff\xff\x7f"s),
            "the answer's block at byte 0 cannot be read: a name of 2097151 bytes");
  EXPECT_EQ(failure_of("\x01\x02\x01l\x0c"s
                       "Array(UInt8)\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x07\x08"s),
            "the answer's block at byte 0 cannot be read: the lists of a column end before they "
            "begin");
}

TEST(NativeReader, AsksForNoMoreMemoryThanThereAreBytes) {
  // 2^62 rows of eight bytes, 2^62 texts and 2^62 list elements: not there, so not read.
  auto const many = std::string(8, '\xff') + "\x3f"s;
  for (auto const* const type : {"\x06UInt64", "\x06String"})
    EXPECT_NE(failure_of("\x01"s + many + "\x01"s + "a" + type + "xxxxxxxx"), "");
  EXPECT_NE(failure_of("\x01\x01\x01l\x0c"s + "Array(UInt8)" + std::string(8, '\x3f') + "x"), "");
}

TEST(NativeReader, RefusesTypesItDoesNotKnow) {
  for (auto const* const name :
       {"UInt128", "LowCardinality(String)", "Array(Map(String, String))",
        "Nullable(Nullable(UInt8))", "Nullable(Array(UInt8))", "FixedString(0)", "FixedString(x)",
        "Array(UInt8", "Array(", "", "Array(Array(Array(Array(Array(UInt8)))))"})
    EXPECT_FALSE(native_type::parse(name)) << name;
  EXPECT_EQ(failure_of("\x01\x01\x01"s + "a\x07UInt128"),
            "the answer has a column of type UInt128, which cannot be read here; cast it to a "
            "number, a String or an Array of them");
}

TEST(NativeReader, KnowsTypesWithArguments) {
  EXPECT_EQ(native_type::parse("DateTime64(6, 'UTC')")->width, 8U);
  EXPECT_EQ(native_type::parse("DateTime('UTC')")->kind, native_kind::unsigned_number);
  EXPECT_EQ(native_type::parse("Enum8('a' = 1, 'b)' = 2)")->kind, native_kind::signed_number);
  EXPECT_EQ(native_type::parse("FixedString(16)")->width, 16U);
  EXPECT_TRUE(native_type::parse("Nullable(IPv6)")->is_nullable);
}

TEST(NativeReader, ReadsWhatTheWriterWrites) {
  native_block block{3};
  block.add("f", std::vector<double>{0.25, -1, 1e300});
  block.add("i", std::vector<std::int16_t>{-1, 0, 32767});
  block.add_strings("s", std::vector<std::string_view>{"", std::string_view{"\0x", 2}, "end"});
  block.add_lists<std::uint16_t>("l", std::vector<std::uint64_t>{0, 2, 2},
                                 std::vector<std::uint16_t>{5, 6});
  net::byte_reader in{block.bytes()};
  auto const rows = read_native_block(in);
  ASSERT_TRUE(rows && rows->has_value());
  auto const& columns = (*rows)->columns;
  EXPECT_EQ(columns[0].real_at(2), 1e300);
  EXPECT_EQ(columns[1].signed_at(0), -1);
  EXPECT_EQ(columns[2].text_at(1), std::string_view("\0x", 2));
  EXPECT_EQ(columns[3].list_at(2).begin, columns[3].list_at(2).end);
  EXPECT_EQ(columns[3].elements().unsigned_at(columns[3].list_at(1).begin + 1), 6U);
}

using NativeReaderOfEngine = store::internal::StoreTest;

TEST_F(NativeReaderOfEngine, ReadsTheGoldenBytesFromTheEngine) {
  auto const answer = ask_whole(*engine_, {"select toUInt16(258) as a, toInt8(-2) as b, 'hi' as c, "
                                           "[1, 2] as d, toNullable(toUInt8(7)) as e",
                                           answer_form::native,
                                           {}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, golden);
}

}  // namespace
