// For tests: packets as values, and a tracker that is fed with them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/telescope/events/event_tracker.hpp"

namespace kizashi::telescope::internal {

struct test_packet {
  std::int64_t time = 0;
  net::address source;
  net::address destination;
  std::uint16_t port = 23;
  recognise::packet_type type = recognise::packet_type::tcp_syn;
  std::uint32_t wire_length = 60;
  std::uint32_t tcp_sequence = 0;
  std::uint8_t tcp_flags = net::tcp_flag::syn;
  std::uint16_t tcp_window = 1024;
  bool is_unroutable = false;
  std::uint16_t scanner = 0;

  [[nodiscard]] auto traffic_class() const noexcept -> recognise::traffic_class {
    return is_unroutable ? recognise::traffic_class::unroutable : recognise::class_of(type);
  }
};

struct tracked {
  std::vector<scan_event> events;  ///< in the order of `sort_events`
  std::vector<source_profile> profiles;
  tracker_counts counts;
};

inline auto shipped_table() -> recognise::fingerprint_table const& {
  static auto const table = recognise::fingerprint_table::shipped();
  return table;
}

inline void fill(std::span<test_packet const> packets, net::packet_batch& batch,
                 recognise::tag_columns& tags) {
  batch.clear();
  batch.resize(packets.size());
  for (std::size_t row = 0; row < packets.size(); ++row) {
    auto const& each = packets[row];
    net::packet values;
    values.time = timestamp{each.time};
    if (each.source.is_ipv6()) {
      values.attributes = net::bit(net::attribute::ipv6);
      values.source = values.destination = static_cast<std::uint32_t>(batch.ipv6.size());
      batch.ipv6.push_back({each.source.as_ipv6(), each.destination.as_ipv6()});
    } else {
      values.source = each.source.as_ipv4().value();
      values.destination = each.destination.as_ipv4().value();
    }
    values.wire_length = each.wire_length;
    values.source_port = values.destination_port = each.port;
    values.tcp_sequence = each.tcp_sequence;
    values.tcp_flags = each.tcp_flags;
    values.tcp_window = each.tcp_window;
    values.ttl = 50;
    batch.set_row(row, values);
    tags.type[row] = static_cast<std::uint8_t>(each.type);
    tags.traffic_class[row] = static_cast<std::uint8_t>(each.traffic_class());
    tags.scanner[row] = each.scanner;
    tags.fingerprints[row] = 0;
    // Different in each row: no key says that a source has one tool.
    for (auto& key : tags.keys)
      key[row] = static_cast<std::uint32_t>(mix64(each.tcp_sequence + row));
  }
}

/// What trackers of `options.workers` workers make of a stream cut into batches of `rows`.
inline auto track(std::span<test_packet const> stream, tracker_options options = {},
                  std::size_t rows = net::packet_batch::capacity) -> tracked {
  options.fingerprints = &shipped_table();
  tracked answer;
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<recognise::tag_columns>();
  batch_plan plan{options.workers};
  std::vector<event_tracker> trackers;
  for (unsigned i = 0; i < options.workers; ++i) trackers.emplace_back(options, i);
  for (; !stream.empty(); stream = stream.subspan(std::min(rows, stream.size()))) {
    fill(stream.first(std::min(rows, stream.size())), *batch, *tags);
    plan.make(*batch);
    for (auto& each : trackers) EXPECT_TRUE(each.track(*batch, *tags, plan, answer.events));
  }
  std::vector<profile_book const*> books;
  for (auto& each : trackers) {
    auto const before = each.counts();
    answer.counts.bytes += before.bytes;
    answer.counts.live_sources += before.live_sources;
    EXPECT_TRUE(each.finish(answer.events));
    auto const counts = each.counts();
    answer.counts.events += counts.events;
    answer.counts.cut += counts.cut;
    answer.counts.late += counts.late;
    answer.counts.untimed += counts.untimed;
    books.push_back(&each.profiles());
  }
  sort_events(answer.events);
  EXPECT_TRUE(profile_book::for_each(books, [&](source_profile const& each) -> status {
    answer.profiles.push_back(each);
    return {};
  }));
  return answer;
}

}  // namespace kizashi::telescope::internal
