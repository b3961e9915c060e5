// Profiles as tests want them. Only for tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/screening/internal/record.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::screening::internal {

/// 0 is mirai (malware), 1 is masscan (a tool).
inline auto test_fingerprints() -> recognise::fingerprint_table {
  return recognise::fingerprint_table::parse(R"(
[[fingerprint]]
name = "mirai"
kind = "malware"
description = "The sequence number is the destination."
match = ["tcp.syn", "tcp.seq == ip.dst"]
false_match = "2^-32"
packets = 1
source = "test"

[[fingerprint]]
name = "masscan"
kind = "tool"
description = "The identification follows from the rest."
match = ["tcp.syn", "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff"]
false_match = "2^-16"
packets = 2
source = "test"
)",
                                             "test.toml")
      .value();
}

/// A SYN: window, options, TTL as seen.
struct test_header {
  std::uint16_t window = 0;
  std::uint32_t options = 0;
  std::uint8_t ttl = 0;
};
inline constexpr test_header linux_like{29200, 0x38142, 51};
inline constexpr test_header bare{14600, 0, 52};

/// What a source did, from which its profile follows.
struct test_source {
  net::address address{};
  test_header header = linux_like;
  std::vector<std::pair<std::uint16_t, std::uint64_t>> ports{};  // TCP, with packets
  std::uint64_t activity = 1;
  int tool = -1;  // fingerprint that all its packets match
  std::uint32_t destinations = 16;
  float rate = 1;
};

inline auto make_profile(test_source const& of) -> telescope::source_profile {
  telescope::source_profile made;
  made.address = of.address;
  made.first = timestamp{1'700'000'000'000'000'000};
  made.last = timestamp{1'700'003'600'000'000'000};
  std::uint16_t before = 0;
  for (auto const& [port, packets] : of.ports) {
    made.packets += packets;
    made.add_port({port, 6, packets});
    if (before != 0)
      for (auto const& step : {std::pair{before, port}, std::pair{port, before}})
        made.sequence |= 1U << telescope::step_of(step.first, step.second);
    made.sequence |= 1U << telescope::step_of(port, port);
    before = port;
  }
  made.tcp = made.tcp_syn = made.packets;
  made.wire_bytes = made.packets * 60;
  made.by_class[static_cast<std::size_t>(recognise::traffic_class::scan)] = made.packets;
  made.ports = static_cast<std::uint32_t>(of.ports.size());
  made.destinations = of.destinations;
  made.highest_rate = of.rate;
  telescope::header_sample syn;
  syn.time = made.first;
  syn.tcp_window = of.header.window;
  syn.tcp_options = of.header.options;
  syn.ttl = of.header.ttl;
  syn.tcp_flags = 2;
  made.add_header(syn);
  made.activity = of.activity;
  made.days = 1;
  if (of.tool >= 0)
    for (std::uint64_t i = 0; i < made.packets; ++i) made.evidence.add(std::uint64_t{1} << of.tool);
  return made;
}

/// The record of a source whose verdict is given.
inline auto make_test_record(test_source const& of, bool is_malware = false) -> source_record {
  auto made = make_record(make_profile(of));
  if (of.tool >= 0) {
    made.tool = static_cast<std::uint8_t>(of.tool + 1);
    made.tools = std::uint64_t{1} << of.tool;
    made.confidence = 1;
    made.is_malware = is_malware;
    made.label = static_cast<std::uint16_t>(of.tool + 2);
  }
  return made;
}

/// An address of its own /24 for each number.
inline auto lone_address(std::uint32_t number) -> net::address {
  return net::ipv4{0x0A000001U + (number << 8)};
}

/// Each of `minutes` bits set with this probability.
inline auto random_minutes(random_source& random, double probability, unsigned minutes)
    -> std::uint64_t {
  std::uint64_t mask = 0;
  for (unsigned minute = 0; minute < minutes; ++minute)
    if (random.unit() < probability) mask |= std::uint64_t{1} << minute;
  return mask;
}

/// Of the minutes in which a group acts, those in which one of its sources does.
inline auto partake(random_source& random, std::uint64_t group, double participation)
    -> std::uint64_t {
  return group & random_minutes(random, participation, 64);
}

}  // namespace kizashi::screening::internal
