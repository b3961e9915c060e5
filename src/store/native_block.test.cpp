#include "kizashi/store/native_block.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;
using namespace std::string_literals;

auto text_of(native_block const& block) -> std::string {
  return {block.bytes().begin(), block.bytes().end()};
}

// Written by hand from the format's documentation: columns, rows; name, type, values.
TEST(NativeBlock, IsTheDocumentedFormat) {
  native_block block{2};
  block.add("a", std::vector<std::uint16_t>{1, 0x1234});
  block.add_strings("s", std::vector<std::string_view>{"", "hi"});
  EXPECT_EQ(text_of(block),
            "\x02\x02"
            "\x01"s
            "a\x06UInt16\x01\x00\x34\x12"s
            "\x01s\x06String\x00\x02hi"s);
}

TEST(NativeBlock, NamesEveryType) {
  native_block block{1};
  block.add("a", std::vector<std::int64_t>{-1});
  block.add_datetime64("t", std::vector<std::int64_t>{1}, 6);
  block.add_datetime("d", std::vector<std::uint32_t>{2});
  block.add_ipv4("v", std::vector<std::uint32_t>{0x0a000001});
  block.add_ipv6("w", std::vector<native_block::address16>{{0x20, 0x01}});
  block.add_fixed_string("x", std::vector<native_block::address16>{{'x'}});
  EXPECT_EQ(text_of(block),
            "\x06\x01"
            "\x01"s
            "a\x05Int64\xff\xff\xff\xff\xff\xff\xff\xff"s
            "\x01t\x14"s
            "DateTime64(6, 'UTC')\x01\x00\x00\x00\x00\x00\x00\x00"s
            "\x01"
            "d\x0f"
            "DateTime('UTC')\x02\x00\x00\x00"s
            "\x01v\x04IPv4\x01\x00\x00\x0a"s
            "\x01w\x04IPv6\x20\x01"s +
                std::string(14, '\0') + "\x01x\x0f"s + "FixedString(16)x"s + std::string(15, '\0'));
}

TEST(NativeBlock, WritesListsAsEndsAndElements) {
  native_block block{2};
  block.add_lists<std::uint8_t>("l", std::vector<std::uint64_t>{1, 3},
                                std::vector<std::uint8_t>{7, 8, 9});
  EXPECT_EQ(text_of(block),
            "\x01\x02\x01l\x0c"s
            "Array(UInt8)\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x07\x08\x09"s);
}

TEST(NativeBlock, WritesListsOfTextsAndOfAddresses) {
  native_block block{2};
  block.add_lists("t", std::vector<std::uint64_t>{2, 3},
                  std::vector<std::string_view>{"ab", "", "c"});
  block.add_lists("a", std::vector<std::uint64_t>{0, 1},
                  std::vector<native_block::address16>{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}});
  EXPECT_EQ(text_of(block),
            "\x02\x02\x01t\x0d"s
            "Array(String)\x02\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x02"s
            "ab\0\x01"s
            "c\x01"s
            "a\x16"s
            "Array(FixedString(16))\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"s
            "\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\0\0\0\0\0\0"s);
}

TEST(NativeBlock, WritesLongLengthsInSevenBits) {
  native_block block{300};
  EXPECT_EQ(text_of(block), "\x00\xac\x02"s);
}

TEST(NativeBlock, BeginsAnew) {
  native_block block{1};
  block.add("a", std::vector<std::uint8_t>{1});
  block.clear(0);
  EXPECT_EQ(text_of(block), "\x00\x00"s);
  EXPECT_EQ(block.columns(), 0U);
}

TEST(NativeBlockDeathTest, RefusesAColumnOfAnotherLength) {
  native_block block{2};
  EXPECT_DEATH(block.add("a", std::vector<std::uint8_t>{1}), "rows_");
}

using NativeBlockInEngine = store::internal::StoreTest;

TEST_F(NativeBlockInEngine, IsReadByTheEngineAsItWasMeant) {
  run("create table t (u8 UInt8, i32 Int32, f Float64, t DateTime64(6, 'UTC'), d DateTime('UTC'), "
      "v4 IPv4, v6 IPv6, fs FixedString(16), s String, l Array(UInt32)) engine=MergeTree "
      "order by u8");
  native_block block{1};
  block.add("u8", std::vector<std::uint8_t>{255});
  block.add("i32", std::vector<std::int32_t>{-5});
  block.add("f", std::vector<double>{0.5});
  block.add_datetime64("t", std::vector<std::int64_t>{1640995200123456}, 6);
  block.add_datetime("d", std::vector<std::uint32_t>{1640995200});
  block.add_ipv4("v4", std::vector<std::uint32_t>{0xc0000201});
  block.add_ipv6("v6", std::vector<native_block::address16>{{0x20, 0x01, 0x0d, 0xb8}});
  block.add_fixed_string("fs", std::vector<native_block::address16>{{'k', 'z'}});
  block.add_strings("s", std::vector<std::string_view>{"a\tb"});
  block.add_lists<std::uint32_t>("l", std::vector<std::uint64_t>{2},
                                 std::vector<std::uint32_t>{10, 20});
  insert("t", block);
  EXPECT_EQ(ask("select u8, i32, f, t, d, v4, v6, substring(toString(fs), 1, 2), s, l from t"),
            "255\t-5\t0.5\t2022-01-01 00:00:00.123456\t2022-01-01 00:00:00\t192.0.2.1\t2001:db8::\t"
            "kz\ta\\tb\t[10,20]\n");
}

}  // namespace
