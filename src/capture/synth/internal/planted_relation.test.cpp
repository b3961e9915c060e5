#include "kizashi/capture/synth/internal/planted_relation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::capture::synth {
namespace {

auto some_plan() -> packet_plan {
  packet_plan plan;
  plan.source = 0x01020304;
  plan.destination = 0xC6120A0B;
  plan.sequence = 0x11112222;
  plan.source_port = 40000;
  plan.destination_port = 80;
  plan.ip_id = 7;
  plan.window = 1024;
  return plan;
}

auto planted(std::string_view text, std::uint64_t key = 0) -> packet_plan {
  auto plan = some_plan();
  auto const relation = planted_relation::parse(text);
  EXPECT_TRUE(relation.has_value()) << relation.error().message;
  relation->apply(plan, key);
  return plan;
}

TEST(PlantedRelation, ComputesItsTarget) {
  EXPECT_EQ(planted("ip.id = ip.dst.low ^ tcp.srcport").ip_id, 0x0A0B ^ 40000);
  EXPECT_EQ(planted("ip.id=tcp.seq.high+tcp.seq.low").ip_id, 0x3333);
  EXPECT_EQ(planted("tcp.seq = swap(ip.dst) - 1").sequence, 0x0B0A12C6U - 1);
  EXPECT_EQ(planted("tcp.seq = ip.dst ^ key", 0x5ULL << 13).sequence, 0xC6120A0BU ^ 5);
  EXPECT_EQ(planted("tcp.seq.high = swap(ip.dst.low)").sequence, 0x0B0A2222U);
  EXPECT_EQ(planted("tcp.seq.low = ip.src.high").sequence, 0x11110102U);
  EXPECT_EQ(planted("tcp.window = ip.id + 65535").window, 6);
  EXPECT_EQ(planted("tcp.srcport = tcp.dstport ^ ip.src.low").source_port, 80 ^ 0x0304);
  // From left to right: (1 + 2) ^ 3.
  EXPECT_EQ(planted("ip.id = 1 + 2 ^ 3").ip_id, 0);
}

TEST(PlantedRelation, NoneChangesNothing) {
  auto plan = some_plan();
  planted_relation{}.apply(plan, 1);
  EXPECT_EQ(plan.ip_id, 7);
  EXPECT_EQ(plan.sequence, 0x11112222U);
}

TEST(PlantedRelation, MistakesAreNamed) {
  auto const message = [](std::string_view text) {
    auto const relation = planted_relation::parse(text);
    return relation ? "no complaint" : relation.error().message;
  };
  auto const form =
      "TARGET = TERM ^ TERM ..., such as \"ip.id = ip.dst.low ^ tcp.srcport\", the target one of "
      "ip.id, tcp.seq, tcp.seq.high, tcp.seq.low, tcp.window, tcp.srcport";
  for (auto const* text : {"", "ip.id", "ip.dst = 5", "= 3", "5 = ip.id", "ip.id ip.dst = 4"})
    EXPECT_EQ(message(text), form) << text;
  auto const terms = [](std::string const& bad) {
    return "a term as one of ip.id, tcp.seq, tcp.seq.high, tcp.seq.low, tcp.window, tcp.srcport, "
           "ip.dst, ip.dst.high, ip.dst.low, ip.src, ip.src.high, ip.src.low, tcp.dstport, key, "
           "swap(TERM) or a whole number, instead of \"" +
           bad + "\"";
  };
  EXPECT_EQ(message("ip.id = ip.dts"), terms("ip.dts"));
  EXPECT_EQ(message("ip.id = "), terms(""));
  EXPECT_EQ(message("ip.id = ip.dst ^"), terms(""));
  EXPECT_EQ(message("ip.id = swap(5)"), terms("5"));
  EXPECT_EQ(message("ip.id = 4294967296"), terms("4294967296"));
  EXPECT_EQ(message("ip.id = 1+1+1+1+1+1+1+1+1"), "at most 8 terms");
  EXPECT_EQ(message("ip.id = 1+1+1+1+1+1+1+1"), "no complaint");
}

}  // namespace
}  // namespace kizashi::capture::synth
