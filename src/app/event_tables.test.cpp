#include "kizashi/app/event_tables.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using testing::ElementsAre;

auto event_of(std::uint64_t packets, std::uint16_t port) -> telescope::scan_event {
  telescope::scan_event out;
  out.packets = packets;
  out.port = port;
  return out;
}

auto ports_of(std::vector<telescope::scan_event> const& rows) -> std::vector<unsigned> {
  std::vector<unsigned> out;
  for (auto const& each : rows) out.push_back(each.port);
  return out;
}

TEST(LargestRows, KeepsTheLargestAndOfEqualOnesTheFirst) {
  largest_rows<telescope::scan_event> rows{3};
  std::array<std::uint64_t, 8> const packets{5, 1, 7, 5, 7, 2, 5, 7};
  for (std::uint16_t i = 0; i < packets.size(); ++i) rows.add(event_of(packets[i], i));
  EXPECT_EQ(rows.count(), 8U);
  EXPECT_THAT(ports_of(rows.take()), ElementsAre(2, 4, 7));
}

TEST(LargestRows, KeepsAllWhenAskedForAll) {
  largest_rows<telescope::scan_event> rows{0};
  for (std::uint16_t i = 0; i < 5; ++i) rows.add(event_of(i % 2, i));
  EXPECT_THAT(ports_of(rows.take()), ElementsAre(1, 3, 0, 2, 4));
}

TEST(LargestRows, OfFewKeepsAll) {
  largest_rows<telescope::scan_event> rows{10};
  rows.add(event_of(1, 1));
  rows.add(event_of(9, 2));
  EXPECT_THAT(ports_of(rows.take()), ElementsAre(2, 1));
}

TEST(Findings, OptionsAreNamedInTheirOrder) {
  EXPECT_EQ(option_names(0), "");
  EXPECT_EQ(option_names(0x2), "mss");
  EXPECT_EQ(option_names(0x31842), "mss,sackok,ts,nop,wscale");
  EXPECT_EQ(option_names(0xF2), "mss,malformed");
}

TEST(Findings, CoverageIsAShareOfTheDarknet) {
  auto event = event_of(1, 1);
  event.destinations.count = 64;
  EXPECT_DOUBLE_EQ(coverage_of(event, 256), 0.25);
  EXPECT_DOUBLE_EQ(coverage_of(event, 0), 0);
  event.destinations.count = 300;  // an estimate may be above what there is
  EXPECT_DOUBLE_EQ(coverage_of(event, 256), 1);
}

}  // namespace
}  // namespace kizashi::app
