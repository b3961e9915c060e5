#include "kizashi/filter/event_predicate.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace kizashi::filter {
namespace {

using recognise::packet_type;

class EventPredicate : public testing::Test {
protected:
  auto with() const -> name_context { return {&fingerprints_, &scanners_, nullptr, "north"}; }
  template <class Event>
  auto matches(Event const& event, std::string_view text) -> bool {
    constexpr bool is_scan = std::is_same_v<Event, telescope::scan_event>;
    auto const parsed = parse(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    auto const made =
        event_predicate::make(*parsed, is_scan ? target::events : target::attacks, with());
    EXPECT_TRUE(made) << text << ": " << made.error().message;
    return made && made->matches(event);
  }

  recognise::fingerprint_table fingerprints_ = recognise::fingerprint_table::shipped();
  recognise::scanner_list scanners_ = recognise::scanner_list::shipped();
};

constexpr std::int64_t second = 1'000'000'000;

TEST_F(EventPredicate, tells_scan_events) {
  telescope::scan_event is;
  is.source = net::ipv4{0xC6336407};
  is.type = packet_type::tcp_syn;
  is.traffic_class = recognise::traffic_class::scan;
  is.port = 23;
  is.first = timestamp{1'768'467'600 * second};
  is.last = is.first + std::chrono::seconds{100};
  is.packets = 250;
  is.wire_bytes = 15'000;
  is.destinations.count = 200;
  is.pattern = telescope::scan_pattern::horizontal;
  is.is_ongoing = true;
  auto const entries = fingerprints_.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].name == "mirai") is.tools = std::uint64_t{1} << i;
    if (entries[i].name == "masscan") is.fingerprints = std::uint64_t{1} << i;
  }
  for (auto const* const each : {"src 198.51.100.0/24",
                                 "ip 198.51.100.7",
                                 "ip.version 4",
                                 "protocol tcp",
                                 "port 23",
                                 "type tcp-syn",
                                 "class scan",
                                 "tool mirai",
                                 "fingerprint masscan",
                                 "scanner none",
                                 "country none",
                                 "as none",
                                 "sensor north",
                                 "first 2026-01-15T09:00:00Z",
                                 "last > 2026-01-15T09:01",
                                 "duration 100s",
                                 "duration in 1min..2min",
                                 "packets > 249",
                                 "bytes 15000",
                                 "ports 1",
                                 "destinations >= 200",
                                 "rate 2.5",
                                 "rate < 2.500001",
                                 "pattern horizontal",
                                 "spoofable",
                                 "ongoing",
                                 "not cut",
                                 "port != 22",
                                 "port 22 or (pattern horizontal and not tool masscan)"})
    EXPECT_TRUE(matches(is, each)) << each;
  for (auto const* const each :
       {"src 198.51.100.8", "src 2001:db8::/32", "protocol udp", "port 22", "tool masscan",
        "fingerprint mirai", "tool none", "scanner Censys", "country JP", "sensor south",
        "duration > 100s", "rate > 2.5", "cut", "pattern in {block, vertical}", "ports > 1"})
    EXPECT_FALSE(matches(is, each)) << each;
}

TEST_F(EventPredicate, knows_what_a_scan_event_does_not_have) {
  telescope::scan_event is;
  is.source = net::ipv4{0xC6336407};
  is.type = packet_type::tcp_syn;
  is.port = 23;
  is.first = is.last = timestamp{1'768'467'600 * second};
  is.ports = 5;
  EXPECT_FALSE(matches(is, "port 23"));
  is.ports = 1;
  is.type = packet_type::icmp_request;
  EXPECT_FALSE(matches(is, "port 23"));
  EXPECT_TRUE(matches(is, "protocol icmp"));
  is.source = net::ipv6{0x20010DB800000000, 1};
  EXPECT_TRUE(matches(is, "protocol icmp6 and src 2001:db8::1 and ip.version 6"));
  is.type = packet_type::udp_reply;
  EXPECT_TRUE(matches(is, "protocol udp and port 23"));
  is.type = packet_type::fragment;
  EXPECT_TRUE(matches(is, "protocol != tcp and not protocol udp"));
  EXPECT_TRUE(matches(is, "rate 0 and duration 0s"));
}

TEST_F(EventPredicate, tells_attacks) {
  telescope::dos_event is;
  is.victim = net::prefix{net::ipv4{0xC6336400}, 24};
  is.victims = 9;
  is.first = timestamp{1'768'467'600 * second};
  is.last = is.first + std::chrono::minutes{5};
  is.packets = 1000;
  is.most_per_minute = 300;
  is.spoofed = 40;
  telescope::attacked_port const ports[] = {{6, 443, 900}, {17, 53, 100}};
  is.ports = telescope::attacked_ports{ports};
  is.port_count = 2;
  is.by_answer = {900, 0, 3, 100};
  is.uniformity = 0.25;
  is.scale = telescope::scaling::done;
  is.attack_rate = 4700.5;
  for (auto const* const each : {"victim 198.51.100.77",
                                 "src 198.51.100.0/24",
                                 "src 198.51.0.0/16",
                                 "ip 198.51.100.255",
                                 "victims 9",
                                 "port 443",
                                 "port 53",
                                 "protocol udp",
                                 "protocol tcp",
                                 "ports 2",
                                 "peak 300",
                                 "senders > 39",
                                 "answers.synack 900",
                                 "answers.rst 0",
                                 "answers.icmp 3",
                                 "answers.udp 100",
                                 "uniformity >= 0.05",
                                 "uniformity 0.25",
                                 "scaling done",
                                 "attack.rate > 4700.499999",
                                 "attack.rate 4700.5",
                                 "not ongoing and not cut",
                                 "duration 5min",
                                 "packets 1000"})
    EXPECT_TRUE(matches(is, each)) << each;
  for (auto const* const each : {"victim 198.51.101.1", "victim 2001:db8::/32", "port 80",
                                 "protocol icmp", "attack.rate > 4700.5", "scaling no-darknet"})
    EXPECT_FALSE(matches(is, each)) << each;
}

TEST_F(EventPredicate, says_what_cannot_be_asked) {
  auto const failure = [&](std::string_view text, target to) {
    auto const made = event_predicate::make(*parse(text), to, with());
    return made ? "none" : made.error().message;
  };
  EXPECT_EQ(failure("ttl 64", target::events),
            "filter:1:1: scan events have no ttl; it is a field of packets");
  EXPECT_EQ(failure("pattern block", target::attacks),
            "filter:1:1: attacks have no pattern; it is a field of scan events");
  EXPECT_EQ(failure("tool mirei", target::events),
            "filter:1:1: there is no tool \"mirei\"; did you mean \"mirai\"?");
}

}  // namespace
}  // namespace kizashi::filter
