// The tracker's thresholds, each at its edges.
#include "kizashi/telescope/events/event_tracker.hpp"

#include <cmath>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/events/internal/test_stream.hpp"

namespace kizashi::telescope {
namespace {

using internal::test_packet;
using internal::track;
using recognise::packet_type;
using recognise::traffic_class;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;

auto at(std::int64_t time, std::uint32_t destination = 0, std::uint16_t port = 23) -> test_packet {
  test_packet each;
  each.time = start + time;
  each.source = net::ipv4{0x05060708};
  each.destination = net::ipv4{0xC6120000 + destination};
  each.port = port;
  each.tcp_sequence = static_cast<std::uint32_t>(mix64(static_cast<std::uint64_t>(time)));
  return each;
}

/// A packet of a source that has nothing to do with the others.
auto bystander(std::int64_t time) -> test_packet {
  auto each = at(time);
  each.source = net::ipv4{0x09090909};
  each.type = packet_type::tcp_rst;
  return each;
}

auto with_timeout(std::int64_t seconds) -> tracker_options {
  tracker_options options;
  options.timeout = std::chrono::seconds{seconds};
  return options;
}

TEST(event_tracker, ends_an_event_after_a_gap_longer_than_the_timeout) {
  for (auto const timeout : {60, 624, 86400}) {
    auto const events_at = [&](std::int64_t gap) {
      return track(std::vector{at(0), at(gap)}, with_timeout(timeout)).events.size();
    };
    EXPECT_EQ(events_at((timeout - 1) * second), 1U);
    EXPECT_EQ(events_at(timeout * second), 1U);
    EXPECT_EQ(events_at(timeout * second + 1), 2U);
    EXPECT_EQ(events_at((timeout + 1) * second), 2U);
  }
}

TEST(event_tracker, gives_an_event_out_when_no_packet_can_extend_it) {
  // 600 s and 10 s of lateness: over at 610 s, seen at the next quarter of that.
  std::vector<scan_event> closed;
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<recognise::tag_columns>();
  auto options = with_timeout(600);
  options.fingerprints = &internal::shipped_table();
  event_tracker tracker{options, 0};
  batch_plan plan{1};
  auto const feed = [&](test_packet const& each) {
    internal::fill(std::span{&each, 1}, *batch, *tags);
    plan.make(*batch);
    EXPECT_TRUE(tracker.track(*batch, *tags, plan, closed));
    return closed.size();
  };
  EXPECT_EQ(feed(at(0)), 0U);
  EXPECT_EQ(feed(bystander(610 * second)), 0U);
  EXPECT_EQ(feed(bystander((610 + 153) * second)), 1U);
  EXPECT_FALSE(closed[0].is_ongoing);
  EXPECT_FALSE(closed[0].is_cut);
}

TEST(event_tracker, says_what_goes_on_when_the_stream_ends) {
  auto const is_ongoing = [](std::int64_t end) {
    return track(std::vector{at(0), bystander(end)}, with_timeout(600)).events.at(0).is_ongoing;
  };
  EXPECT_TRUE(is_ongoing(0));
  EXPECT_TRUE(is_ongoing(600 * second));
  EXPECT_FALSE(is_ongoing(600 * second + 1));
}

TEST(event_tracker, lets_packets_come_late_by_the_lateness) {
  auto const of = [](std::int64_t behind) {
    return track(std::vector{bystander(0), bystander(100 * second), at(100 * second - behind)},
                 with_timeout(600));
  };
  EXPECT_EQ(of(10 * second).events.size(), 1U);
  EXPECT_EQ(of(10 * second).counts.late, 0U);
  auto const late = of(10 * second + 1);
  EXPECT_TRUE(late.events.empty());
  EXPECT_EQ(late.counts.late, 1U);
  ASSERT_EQ(late.profiles.size(), 2U);  // known of nevertheless
  EXPECT_EQ(late.profiles[0].packets, 1U);
  EXPECT_FALSE(late.profiles[0].first.is_known());
}

TEST(event_tracker, extends_an_open_event_backwards) {
  auto const of = [](std::int64_t behind) {
    return track(std::vector{at(1000 * second), at(1000 * second - behind)}, with_timeout(600));
  };
  auto const extended = of(600 * second);
  ASSERT_EQ(extended.events.size(), 1U);
  EXPECT_EQ(extended.events[0].first, timestamp{start + 400 * second});
  EXPECT_EQ(extended.events[0].packets, 2U);
  EXPECT_EQ(of(600 * second + 1).counts.late, 1U);  // its time stepped back too far
  EXPECT_EQ(of(600 * second + 1).events.size(), 1U);
}

TEST(event_tracker, keeps_packets_without_a_time_out_of_events) {
  auto untimed = at(0);
  untimed.time = timestamp::unknown().nanoseconds();
  auto const found = track(std::vector{untimed, at(0), untimed});
  EXPECT_EQ(found.counts.untimed, 2U);
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].packets, 1U);
  ASSERT_EQ(found.profiles.size(), 1U);
  EXPECT_EQ(found.profiles[0].packets, 3U);
  EXPECT_EQ(found.profiles[0].first, timestamp{start});
}

TEST(event_tracker, takes_32_ports_one_by_one_and_33_together) {
  auto const of = [](std::uint16_t ports) {
    std::vector<test_packet> stream;
    for (std::uint16_t i = 0; i < ports; ++i) stream.push_back(at(i * second, i % 4, 1000 + i));
    stream.push_back(at(ports * second, 0, 1000));
    return track(stream).events;
  };
  EXPECT_EQ(of(32).size(), 32U);
  auto const joint = of(33);
  ASSERT_EQ(joint.size(), 1U);
  EXPECT_EQ(joint[0].ports, 33U);
  EXPECT_EQ(joint[0].port, 0U);
  EXPECT_EQ(joint[0].packets, 34U);
  EXPECT_EQ(joint[0].wire_bytes, 34U * 60U);
  EXPECT_EQ(joint[0].destinations.count, 4U);
  EXPECT_EQ(joint[0].first, timestamp{start});
  EXPECT_EQ(joint[0].last, timestamp{start + 33 * second});
  EXPECT_EQ(joint[0].pattern, scan_pattern::vertical);
}

TEST(event_tracker, counts_ports_of_a_vertical_scan) {
  std::vector<test_packet> stream;
  for (std::uint32_t i = 0; i < 65536; ++i)
    stream.push_back(at(i * 1'000'000, 0, static_cast<std::uint16_t>(i)));
  auto const found = track(stream);
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_NEAR(found.events[0].ports, 65536, 65536 * 0.07);  // three standard errors
  EXPECT_EQ(found.events[0].packets, 65536U);
}

TEST(event_tracker, counts_destinations_exactly_and_then_about) {
  auto const of = [](std::uint32_t count) {
    std::vector<test_packet> stream;
    for (std::uint32_t i = 0; i < 3 * count; ++i) stream.push_back(at(i * 1000, i % count));
    return track(stream).events.at(0).destinations;
  };
  for (std::uint32_t const count : {1U, 4U, 5U, 12U, 13U, 100U, 384U}) {
    EXPECT_EQ(of(count).count, count);
    EXPECT_TRUE(of(count).is_exact);
  }
  for (std::uint32_t const count : {385U, 5000U}) {
    EXPECT_NEAR(static_cast<double>(of(count).count), count, count * 0.07);
    EXPECT_FALSE(of(count).is_exact);
  }
}

TEST(event_tracker, sees_patterns_from_10_destinations_and_10_ports_on) {
  auto const of = [](std::uint32_t destinations, std::uint16_t ports) {
    std::vector<test_packet> stream;
    for (std::uint16_t port = 0; port < ports; ++port)
      for (std::uint32_t i = 0; i < destinations; ++i)
        stream.push_back(at((port * 100 + i) * second / 100, i, 1000 + port));
    return track(stream).events.at(0).pattern;
  };
  EXPECT_EQ(of(9, 9), scan_pattern::single);
  EXPECT_EQ(of(10, 9), scan_pattern::horizontal);
  EXPECT_EQ(of(9, 10), scan_pattern::vertical);
  EXPECT_EQ(of(10, 10), scan_pattern::block);
  EXPECT_EQ(of(10, 33), scan_pattern::block);
}

TEST(event_tracker, finds_slow_scans) {
  auto const of = [](std::int64_t gap, std::uint32_t packets) {
    std::vector<test_packet> stream;
    for (std::uint32_t i = 0; i < packets; ++i) stream.push_back(at(i * gap * second, i));
    return track(stream, with_timeout(624)).events.at(0).pattern;
  };
  // 624 s / ln 1000 = 90.3 s; 4 * 624 s = 2496 s.
  EXPECT_EQ(of(90, 100), scan_pattern::horizontal);
  EXPECT_EQ(of(91, 100), scan_pattern::slow);
  EXPECT_EQ(of(91, 28), scan_pattern::horizontal);  // 2457 s
  EXPECT_EQ(of(91, 29), scan_pattern::slow);        // 2548 s
  EXPECT_EQ(of(600, 9), scan_pattern::single);
  EXPECT_EQ(of(600, 10), scan_pattern::slow);
}

TEST(event_tracker, tells_misconfiguration_from_scans) {
  auto const of = [](std::uint32_t packets, std::uint32_t destinations, tracker_options options,
                     packet_type type = packet_type::udp, std::uint16_t scanner = 0) {
    std::vector<test_packet> stream;
    for (std::uint32_t i = 0; i < packets; ++i) {
      stream.push_back(at(i * second, i % destinations, 514));
      stream.back().type = type;
      stream.back().scanner = scanner;
    }
    return track(stream, options).events.at(0).traffic_class;
  };
  EXPECT_EQ(of(9, 1, {}), traffic_class::scan);
  EXPECT_EQ(of(10, 1, {}), traffic_class::misconfiguration);
  EXPECT_EQ(of(10, 2, {}), traffic_class::misconfiguration);
  EXPECT_EQ(of(10, 3, {}), traffic_class::scan);
  EXPECT_EQ(of(10, 1, {}, packet_type::udp_amplifier), traffic_class::misconfiguration);
  EXPECT_EQ(of(10, 1, {}, packet_type::udp_exploit), traffic_class::payload);
  EXPECT_EQ(of(10, 1, {}, packet_type::udp, 7), traffic_class::scan);
  tracker_options tiny;
  tiny.darknet_addresses = 7;
  EXPECT_EQ(of(10, 1, tiny), traffic_class::scan);
  tiny.darknet_addresses = 8;
  EXPECT_EQ(of(10, 1, tiny), traffic_class::misconfiguration);
}

TEST(event_tracker, makes_events_of_scan_like_and_unroutable_packets_only) {
  std::vector<test_packet> stream;
  for (auto const type : {packet_type::tcp_synack, packet_type::udp_reply, packet_type::fragment,
                          packet_type::icmp_error}) {
    stream.push_back(at(0));
    stream.back().type = type;
  }
  auto const none = track(stream);
  EXPECT_TRUE(none.events.empty());
  ASSERT_EQ(none.profiles.size(), 1U);
  EXPECT_EQ(none.profiles[0].packets, 4U);
  EXPECT_EQ(none.profiles[0].by_class[static_cast<std::size_t>(traffic_class::backscatter)], 3U);
  EXPECT_EQ(none.profiles[0].by_class[static_cast<std::size_t>(traffic_class::fragment)], 1U);
  for (auto& each : stream) each.is_unroutable = true;
  EXPECT_EQ(track(stream).events.size(), 4U);
}

TEST(event_tracker, believes_in_a_source_that_completes_a_handshake) {
  auto const is_spoofable = [](std::uint32_t step, std::uint16_t port, std::uint8_t flags) {
    auto syn = at(0), ack = at(second);
    syn.tcp_sequence = 0xFFFFFFFF;
    ack.type = packet_type::tcp_ack;
    ack.tcp_sequence = syn.tcp_sequence + step;
    ack.tcp_flags = flags;
    ack.port = port;
    auto const found = track(std::vector{syn, ack});
    EXPECT_EQ(found.events.at(0).is_spoofable, found.profiles.at(0).is_spoofable);
    return found.events.at(0).is_spoofable;
  };
  using namespace net;
  EXPECT_FALSE(is_spoofable(1, 23, tcp_flag::ack));
  EXPECT_FALSE(is_spoofable(1, 23, tcp_flag::ack | tcp_flag::psh));
  EXPECT_TRUE(is_spoofable(0, 23, tcp_flag::ack));
  EXPECT_TRUE(is_spoofable(2, 23, tcp_flag::ack));
  EXPECT_TRUE(is_spoofable(1, 24, tcp_flag::ack));
  EXPECT_TRUE(is_spoofable(1, 23, tcp_flag::ack | tcp_flag::rst));
  EXPECT_TRUE(is_spoofable(1, 23, tcp_flag::ack | tcp_flag::syn));
}

TEST(event_tracker, samples_the_first_packet_and_others_spread_over_the_event) {
  auto const times = [](int packets) {
    std::vector<test_packet> stream;
    for (int i = 1; i <= packets; ++i) stream.push_back(at(i * second));
    auto const event = track(stream).events.at(0);
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < event.samples; ++i)
      numbers.push_back((event.headers[i].time.nanoseconds() - start) / second);
    return numbers;
  };
  EXPECT_EQ(times(1), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(times(2), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(times(3), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(times(4), (std::vector<std::int64_t>{1, 3, 4}));
  EXPECT_EQ(times(15), (std::vector<std::int64_t>{1, 4, 8}));
  EXPECT_EQ(times(100), (std::vector<std::int64_t>{1, 32, 64}));
}

TEST(event_tracker, sums_up_a_source_over_its_events) {
  std::vector<test_packet> stream;
  for (int i = 0; i < 20; ++i) stream.push_back(at(i * second, 19 - static_cast<unsigned>(i), 23));
  for (int i = 0; i < 5; ++i) stream.push_back(at((5000 + i) * second, 1, 80));
  auto const found = track(stream, with_timeout(600));
  ASSERT_EQ(found.profiles.size(), 1U);
  auto const& profile = found.profiles[0];
  EXPECT_EQ(profile.packets, 25U);
  EXPECT_EQ(profile.tcp_syn, 25U);
  EXPECT_EQ(profile.events, 2U);
  EXPECT_EQ(profile.ports, 2U);
  EXPECT_EQ(profile.destinations, 20U);
  EXPECT_EQ(profile.descents, 19U);
  EXPECT_EQ(profile.ascents, 0U);
  EXPECT_EQ(profile.top_ports[0].port, 23U);
  EXPECT_EQ(profile.top_ports[0].packets, 20U);
  EXPECT_EQ(profile.top_ports[1].port, 80U);
  EXPECT_EQ(profile.quirk, quirk_of(profile.header));
  EXPECT_FLOAT_EQ(profile.highest_rate, 20.0F / 19.0F);
  EXPECT_EQ(profile.sequence, 1U << step_of(23, 23) | 1U << step_of(80, 80));
  EXPECT_EQ(profile.first, timestamp{start});
  EXPECT_EQ(profile.last, timestamp{start + 5004 * second});
}

}  // namespace
}  // namespace kizashi::telescope
