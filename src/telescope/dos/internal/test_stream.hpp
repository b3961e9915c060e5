// For tests: answers as a person writes them down, and a tracker that is fed with them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"

namespace kizashi::telescope::internal {

struct test_answer {
  std::int64_t time = 0;  // ns
  net::address victim;
  net::address destination;
  recognise::packet_type type = recognise::packet_type::tcp_synack;
  std::uint16_t attacked_port = 80;
  std::uint16_t forged_port = 40000;
  std::uint8_t quoted_protocol = 0;  // of an ICMP error; 0: no quote
  std::uint32_t wire_length = 60;
  net::address router;  // who sent the error
};

inline void set_addresses(net::packet_batch& batch, net::packet& row, net::address source,
                          net::address destination) {
  if (!source.is_ipv6()) {
    row.source = source.as_ipv4().value();
    row.destination = destination.as_ipv4().value();
    return;
  }
  row.attributes |= bit(net::attribute::ipv6);
  row.source = row.destination = static_cast<std::uint32_t>(batch.ipv6.size());
  batch.ipv6.push_back({source.as_ipv6(), destination.as_ipv6()});
}

inline void append(net::packet_batch& batch, recognise::tag_columns& tags,
                   test_answer const& each) {
  using recognise::packet_type;
  auto const at = batch.size();
  net::packet row;
  row.time = timestamp{each.time};
  row.wire_length = each.wire_length;
  row.attributes = bit(net::attribute::ports);
  row.ip_protocol = net::protocol::tcp;
  row.source_port = each.attacked_port;
  row.destination_port = each.forged_port;
  auto source = each.victim;
  if (each.type == packet_type::udp_reply) row.ip_protocol = net::protocol::udp;
  if (each.type == packet_type::icmp_reply || each.type == packet_type::icmp_error) {
    row.ip_protocol = net::protocol::icmp;
    row.source_port = row.destination_port = 3;
  }
  if (each.quoted_protocol != 0) {
    row.attributes |= bit(net::attribute::quoted);
    source = each.router;
    net::quoted_packet quote;
    quote.row = static_cast<std::uint16_t>(at);
    quote.source = each.destination;
    quote.destination = each.victim;
    quote.ip_protocol = each.quoted_protocol;
    quote.source_port = each.forged_port;
    quote.destination_port = each.attacked_port;
    batch.quoted.push_back(quote);
  }
  set_addresses(batch, row, source, each.destination);
  batch.set_row(at, row);
  batch.resize(at + 1);
  tags.type[at] = static_cast<std::uint8_t>(each.type);
  tags.traffic_class[at] = static_cast<std::uint8_t>(recognise::class_of(each.type));
}

struct tracked_attacks {
  std::vector<dos_event> events;  // in the order in which they came, by `is_before` in each batch
  dos_counts counts;
};

/// `rows`: in each batch.
inline auto track(std::vector<test_answer> const& stream, dos_options options = {},
                  unsigned workers = 1, std::size_t rows = net::packet_batch::capacity)
    -> tracked_attacks {
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<recognise::tag_columns>();
  batch_plan plan{workers};
  options.workers = workers;
  std::vector<dos_tracker> trackers;
  for (unsigned worker = 0; worker < workers; ++worker) trackers.emplace_back(options, worker);
  tracked_attacks answer;
  for (std::size_t begin = 0; begin < stream.size(); begin += rows) {
    batch->clear();
    for (auto i = begin; i < std::min(stream.size(), begin + rows); ++i)
      append(*batch, *tags, stream[i]);
    plan.make(*batch);
    plan.find_victims(*batch, *tags);
    for (auto& each : trackers) (void)each.track(*batch, *tags, plan, answer.events);
  }
  for (auto& each : trackers) {
    (void)each.finish(answer.events);
    answer.counts.add(each.counts());
  }
  return answer;
}

}  // namespace kizashi::telescope::internal
