#include "kizashi/telescope/events/scan_event.hpp"

#include <gtest/gtest.h>

namespace kizashi::telescope {
namespace {

using std::chrono::seconds;

TEST(event_timeout, is_that_of_orion_for_its_telescope) {
  EXPECT_EQ(event_timeout(475'136), seconds{624});  // the value that Merit's ORION ships
  EXPECT_EQ(event_timeout(0), seconds{624});
}

TEST(event_timeout, scales_with_the_telescope) {
  // ln(1000) * 2^32 / (100 * addresses), by hand.
  EXPECT_EQ(event_timeout(300'000), seconds{989});
  EXPECT_EQ(event_timeout(65'536), seconds{4527});    // /16
  EXPECT_EQ(event_timeout(32'768), seconds{9054});    // /17
  EXPECT_EQ(event_timeout(4'096), seconds{72'433});   // /20
  EXPECT_EQ(event_timeout(256), seconds{86'400});     // /24: no longer than a day
  EXPECT_EQ(event_timeout(16'777'216), seconds{60});  // /8: no shorter than a minute
  EXPECT_EQ(event_timeout(1), seconds{86'400});
}

TEST(rate_of, is_zero_when_all_came_at_once) {
  scan_event event;
  event.packets = 30;
  event.first = event.last = timestamp{5};
  EXPECT_EQ(rate_of(event), 0);
  event.last = timestamp{5} + seconds{10};
  EXPECT_EQ(rate_of(event), 3);
}

TEST(sort_events, goes_by_end_then_beginning_then_source) {
  std::vector<scan_event> events(4);
  events[0].last = timestamp{9}, events[0].first = timestamp{1};
  events[1].last = timestamp{9}, events[1].first = timestamp{1};
  events[2].last = timestamp{3}, events[2].first = timestamp{2};
  events[3].last = timestamp{9}, events[3].first = timestamp{0};
  events[0].source = net::ipv4{7};
  events[1].source = net::ipv4{6};
  for (std::uint16_t i = 0; i < 4; ++i) events[i].scanner = i;
  sort_events(events);
  std::vector<int> order;
  for (auto const& each : events) order.push_back(each.scanner);
  EXPECT_EQ(order, (std::vector<int>{2, 3, 1, 0}));
}

TEST(scan_pattern, has_names) {
  EXPECT_EQ(name_of(scan_pattern::single), "single");
  EXPECT_EQ(name_of(scan_pattern::horizontal), "horizontal");
  EXPECT_EQ(name_of(scan_pattern::vertical), "vertical");
  EXPECT_EQ(name_of(scan_pattern::block), "block");
  EXPECT_EQ(name_of(scan_pattern::slow), "slow");
  EXPECT_EQ(name_of(scan_pattern::coordinated), "coordinated");
}

}  // namespace
}  // namespace kizashi::telescope
