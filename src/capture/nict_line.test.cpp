#include "kizashi/capture/nict_line.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace kizashi::capture {
namespace {

auto wrong_line(std::string_view text) -> std::string {
  auto const packet = parse_nict_line(text);
  return packet ? "it was read" : packet.error().message;
}

TEST(NictLine, HasFiveFields) {
  auto const packet = parse_nict_line("1533049200.123456,9f86d0,2c26b4,4660,23");
  ASSERT_TRUE(packet) << packet.error().message;
  EXPECT_EQ(packet->time.to_string(), "2018-07-31T15:00:00.123456000Z");
  EXPECT_EQ(packet->source_high, "9f86d0");
  EXPECT_EQ(packet->source, "2c26b4");
  EXPECT_EQ(packet->destination_low, 0x1234);
  EXPECT_EQ(packet->destination_port, 23);
}

TEST(NictLine, MayHaveQuotesBlanksBytesAndWholeSeconds) {
  auto const packet = parse_nict_line("\"1533049200\", \"a=\" ,b/+,18.52,\"65535\"");
  ASSERT_TRUE(packet) << packet.error().message;
  EXPECT_EQ(packet->time.nanoseconds(), 1'533'049'200'000'000'000);
  EXPECT_EQ(packet->source_high, "a=");
  EXPECT_EQ(packet->destination_low, 0x1234);
  EXPECT_EQ(packet->destination_port, 65535);
}

TEST(NictLine, SaysWhatIsWrong) {
  EXPECT_EQ(
      wrong_line(""),
      "1 fields; expected 5: time, hash of the source's upper half, hash of the source, lower "
      "half of the destination, port");
  EXPECT_EQ(wrong_line("x,a,b,1,1"),
            "the time is \"x\"; expected seconds since 1970, such as 1533049200 or "
            "1533049200.123456");
  for (auto const* const time : {"", "0", "-1", "1.", "1.1234567891", "9214646400", "1e9", "1.+5"})
    EXPECT_EQ(wrong_line(std::string{time} + ",a,b,1,1").substr(0, 8), "the time") << time;
  EXPECT_EQ(wrong_line("1,,b,1,1"),
            "the hash of the source is \"\"; expected 1 to 128 visible letters");
  EXPECT_EQ(wrong_line("1,a,\x1b[31m,1,1"),
            "the hash of the source is \"?[31m\"; expected 1 to 128 visible letters");
  EXPECT_EQ(wrong_line("1," + std::string(129, 'h') + ",b,1,1"),
            "the hash of the source is \"" + std::string(40, 'h') +
                "\"..; expected 1 to 128 visible letters");
  for (auto const* const low : {"65536", "", "1.256", "256.1", "1.2.3", "-1"})
    EXPECT_EQ(wrong_line(std::string{"1,a,b,"} + low + ",1"),
              "the lower half of the destination is \"" + std::string{low} +
                  "\"; expected 0 to 65535, or two bytes such as 12.34");
  EXPECT_EQ(wrong_line("1,a,b,1,65536"), "the port is \"65536\"; expected 0 to 65535");
}

TEST(NictLine, MayNameTheColumns) {
  EXPECT_TRUE(is_nict_head("timestamp,hash[ip.src.upper16],..."));
  EXPECT_TRUE(is_nict_head("\"timestamp\",x"));
  EXPECT_FALSE(is_nict_head("1533049200,a,b,1,1"));
}

TEST(NictLine, BecomesARowOfPseudonyms) {
  auto const batch = std::make_unique<net::packet_batch>();
  for (auto const* const line : {"1533049200,high,one,4660,23", "1533049201,high,two,1,80",
                                 "1533049202,other,one,1,80", "1533049203,high,one,1,80"})
    append_nict(parse_nict_line(line).value(), *batch);
  ASSERT_EQ(batch->size(), 4U);
  auto const row = batch->row(0);
  EXPECT_EQ(row.ip_protocol, 6);
  EXPECT_EQ(row.tcp_flags, 2);
  EXPECT_EQ(row.destination_port, 23);
  EXPECT_EQ(row.source_port, 0);
  EXPECT_EQ(row.attributes, 0x8081);
  EXPECT_EQ(batch->destination_address(0).to_string(), "2001:2f::1234");
  // FNV-1a of "high" and "one", and one step of SplitMix64, by a few lines of Python.
  EXPECT_EQ(batch->source_address(0).to_string(), "2001:2f:a647:fc23:d388:5470:a09c:e3e8");
  auto const source = [&](std::size_t i) { return batch->ipv6[i].source; };
  EXPECT_EQ(source(0), source(3));
  EXPECT_EQ(source(0).high(), source(1).high());
  EXPECT_NE(source(0).low(), source(1).low());
  EXPECT_NE(source(0).high(), source(2).high());
  EXPECT_EQ(source(0).low(), source(2).low());
}

}  // namespace
}  // namespace kizashi::capture
