#include "kizashi/net/byte_reader.hpp"

#include <array>

#include <gtest/gtest.h>

namespace kizashi::net {
namespace {

constexpr std::array<std::uint8_t, 9> nine{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x10};

TEST(byte_reader, numbers_in_both_orders) {
  EXPECT_EQ(byte_reader{nine}.u8(), 0x01);
  EXPECT_EQ(byte_reader{nine}.big16(), 0x0123);
  EXPECT_EQ(byte_reader{nine}.big32(), 0x01234567U);
  EXPECT_EQ(byte_reader{nine}.big64(), 0x0123456789ABCDEFU);
  EXPECT_EQ(byte_reader{nine}.little16(), 0x2301);
  EXPECT_EQ(byte_reader{nine}.little32(), 0x67452301U);
  EXPECT_EQ(byte_reader{nine}.little64(), 0xEFCDAB8967452301U);
}

TEST(byte_reader, walks) {
  byte_reader in{nine};
  EXPECT_EQ(in.left(), 9U);
  in.skip(3);
  EXPECT_EQ(in.offset(), 3U);
  EXPECT_EQ(in.big16(), 0x6789);
  auto const two = in.bytes(2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0], 0xAB);
  EXPECT_EQ(in.rest().size(), 2U);
  EXPECT_EQ(in.rest()[0], 0xEF);
  EXPECT_EQ(in.left(), 2U);
  EXPECT_EQ(in.big16(), 0xEF10);
  EXPECT_EQ(in.left(), 0U);
  EXPECT_FALSE(in.is_exhausted());
}

TEST(byte_reader, behind_the_end_all_is_zero) {
  byte_reader in{std::span{nine}.first(3)};
  EXPECT_EQ(in.big32(), 0U);
  EXPECT_TRUE(in.is_exhausted());
  EXPECT_EQ(in.left(), 0U);  // what was too short is passed as well
  EXPECT_EQ(in.offset(), 3U);
  EXPECT_EQ(in.u8(), 0);
  EXPECT_EQ(in.little64(), 0U);
  EXPECT_TRUE(in.bytes(1).empty());
  in.skip(0);
  EXPECT_TRUE(in.is_exhausted());
}

TEST(byte_reader, fewer_bytes_than_asked_for) {
  byte_reader in{nine};
  in.skip(7);
  auto const some = in.bytes(100);
  EXPECT_EQ(some.size(), 2U);
  EXPECT_TRUE(in.is_exhausted());
}

TEST(byte_reader, lengths_that_would_wrap_around) {
  byte_reader in{nine};
  in.skip(1);
  in.skip(~std::size_t{0});
  EXPECT_TRUE(in.is_exhausted());
  EXPECT_EQ(in.offset(), 9U);
}

TEST(byte_reader, nothing_at_all) {
  byte_reader in;
  EXPECT_EQ(in.left(), 0U);
  EXPECT_FALSE(in.is_exhausted());
  EXPECT_TRUE(in.rest().empty());
  in.skip(0);
  EXPECT_TRUE(in.bytes(0).empty());
  EXPECT_FALSE(in.is_exhausted());
  EXPECT_EQ(in.u8(), 0);
  EXPECT_TRUE(in.is_exhausted());
}

}  // namespace
}  // namespace kizashi::net
