#include "kizashi/telescope/event_log.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::telescope {
namespace {

auto random_event(random_source& random) -> scan_event {
  scan_event out;
  // Few different values, so that each part of the order decides sometimes.
  out.last = timestamp{1000 + random.below(4)};
  out.first = timestamp{random.below(3)};
  if (random.below(4) == 0)
    out.source = net::ipv6{random.below(2), 1};
  else
    out.source = net::ipv4{random.below(3)};
  out.type = random.below(2) == 0 ? recognise::packet_type::udp : recognise::packet_type::tcp_syn;
  out.port = static_cast<std::uint16_t>(random.below(3));
  out.ports = 1 + random.below(2);
  out.packets = random.next32();
  out.headers[0].tcp_window = static_cast<std::uint16_t>(random.next32());
  out.samples = 1;
  return out;
}

template <class Event>
auto all_of(event_log<Event>& log) -> std::vector<Event> {
  std::vector<Event> all;
  EXPECT_TRUE(log.for_each([&](Event const& each) -> status {
    all.push_back(each);
    return {};
  }));
  return all;
}

auto key_of(scan_event const& each) {
  return std::tuple{each.last, each.first, each.source,       each.type,
                    each.port, each.ports, each.traffic_class};
}

TEST(event_log, gives_events_in_their_order_from_memory_and_from_files_alike) {
  random_source random{3};
  std::vector<scan_event> expected;
  for (int i = 0; i < 1000; ++i) expected.push_back(random_event(random));
  event_log<scan_event> roomy;
  event_log<scan_event> tight{10'000};  // about forty events
  for (auto const& each : expected) {
    ASSERT_TRUE(roomy.add(each));
    ASSERT_TRUE(tight.add(each));
  }
  std::ranges::stable_sort(expected, {}, key_of);
  for (auto* const log : {&roomy, &tight, &tight}) {
    auto const all = all_of(*log);
    ASSERT_EQ(all.size(), expected.size()) << "events that are alike are two all the same";
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(key_of(all[i]), key_of(expected[i]));
      ASSERT_EQ(all[i].packets, expected[i].packets);
      ASSERT_EQ(all[i].headers[0].tcp_window, expected[i].headers[0].tcp_window);
    }
  }
}

TEST(event_log, keeps_victims_with_their_ports) {
  event_log<dos_event> log{1};
  for (std::uint16_t i = 0; i < 20; ++i) {
    dos_event each;
    each.last = timestamp{20 - i};
    std::vector<attacked_port> ports(i, attacked_port{6, i, 7});
    each.ports = attacked_ports{ports};
    ASSERT_TRUE(log.add(each));
  }
  auto const all = all_of(log);
  ASSERT_EQ(all.size(), 20U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].last, timestamp{static_cast<std::int64_t>(i) + 1});
    ASSERT_EQ(all[i].ports.size(), std::min<std::size_t>(8, 19 - i)) << "no more than eight";
    for (auto const& port : all[i].ports) EXPECT_EQ(port.port, 19 - i);
  }
}

TEST(event_log, ends_at_the_first_failure) {
  for (std::size_t const memory : {std::size_t{1}, std::size_t{1} << 20}) {
    event_log<scan_event> log{memory};
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(log.add({}));
    int visits = 0;
    auto const failed = log.for_each([&](scan_event const&) -> status {
      if (++visits < 3) return {};
      return fail(errc::io_error, "full");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "full");
    EXPECT_EQ(visits, 3);
  }
}

TEST(event_log, without_events_visits_nobody) {
  event_log<dos_event> log;
  EXPECT_TRUE(all_of(log).empty());
}

}  // namespace
}  // namespace kizashi::telescope
