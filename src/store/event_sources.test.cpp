#include "kizashi/store/event_sources.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

constexpr std::int64_t second_of_all = 1'768'435'200;  // 2026-01-15T00:00:00Z
constexpr std::uint32_t source_count = 60;

/// SYNs of one source by port.
using knocks = std::map<std::uint16_t, std::uint64_t>;

/// From sources that ask one port alone to sources that ask each of thousands once; many of them
/// near the half that decides.
auto invent_knocks() -> std::vector<knocks> {
  random_source random{5};
  std::vector<knocks> out(source_count);
  for (auto& each : out) {
    auto const packets = 20 + random.below(2000);
    auto const loud = packets * (20 + random.below(40)) / 100;
    auto const width = 1 + random.below(random.below(2) == 0 ? 60'000 : 300);
    each[23] += random.below(4) == 0 ? packets : loud;
    for (auto left = packets - loud; left > 0; --left)
      ++each[static_cast<std::uint16_t>(1000 + random.below(width))];
  }
  return out;
}

/// Packets of the eight busiest ports, most first.
auto busiest_of(knocks const& of) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> counts;
  for (auto const& [port, packets] : of) counts.push_back(packets);
  std::ranges::sort(counts, std::greater{});
  counts.resize(telescope::source_profile::most_ports);
  return counts;
}

class EventSources : public internal::StoreTest {
protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped()) return;
    writer_options options;
    options.sensor = "north";
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    auto const batch = std::make_unique<net::packet_batch>();
    auto const tags = std::make_unique<recognise::tag_columns>();
    for (std::uint32_t i = 0; i < source_count; ++i)
      for (auto const& [port, packets] : all_[i])
        for (std::uint64_t n = 0; n < packets; ++n) {
          if (batch->size() == net::packet_batch::capacity) add(*writer, *batch, *tags);
          put(*batch, *tags, source(i), port);
        }
    add(*writer, *batch, *tags);
    ASSERT_TRUE(writer->finish());
    store_events();
  }
  static void add(packet_writer& to, net::packet_batch& batch, recognise::tag_columns const& tags) {
    ASSERT_TRUE(to.add(batch, tags));
    batch.clear();
  }
  static auto source(std::uint32_t i) -> std::uint32_t { return 0xC6336401U + i; }
  static void put(net::packet_batch& batch, recognise::tag_columns& tags, std::uint32_t from,
                  std::uint16_t port) {
    net::packet made;
    made.time = timestamp{second_of_all * 1'000'000'000};
    made.source = from;
    made.destination = 0xC6120001U;
    made.ip_protocol = 6;
    made.destination_port = port;
    made.wire_length = 60;
    made.attributes = net::bit(net::attribute::ports);
    auto const row = batch.size();
    batch.resize(row + 1);
    batch.set_row(row, made);
    tags.type[row] = static_cast<std::uint8_t>(recognise::packet_type::tcp_syn);
    tags.traffic_class[row] = static_cast<std::uint8_t>(recognise::traffic_class::scan);
  }
  void store_events() {
    block_context numbers;
    numbers.sensor = 1;
    numbers.scanners = {0};
    observation_writer to{engine_, numbers};
    auto const done = to.finish(1, 1, [&](observation_writer& writer) -> status {
      for (std::uint32_t i = 0; i < source_count; ++i) {
        telescope::scan_event event;
        event.source = net::ipv4{source(i)};
        event.type = recognise::packet_type::tcp_syn;
        event.traffic_class = recognise::traffic_class::scan;
        event.first = event.last = timestamp{second_of_all * 1'000'000'000};
        for (auto const& [port, packets] : all_[i]) event.packets += packets;
        event.ports = static_cast<std::uint32_t>(all_[i].size());
        KIZASHI_TRY(writer.add(event, telescope::scan_pattern::block));
      }
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  std::vector<knocks> all_ = invent_knocks();
};

TEST_F(EventSources, HaveTheirBusiestPortsWhereThoseAreHalfOfAll) {
  packet_filter filter;
  filter.from = timestamp{second_of_all * 1'000'000'000};
  filter.to = timestamp{(second_of_all + 86'400) * 1'000'000'000};
  auto const found = event_sources_of(*engine_, filter, {});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->rows.size(), source_count);
  std::size_t left_out = 0, with_ports = 0;
  for (auto const& [profile, tools] : found->rows) {
    auto const& of = all_[profile.address.as_ipv4().value() - source(0)];
    auto const expected = busiest_of(of);
    std::uint64_t all = 0, busiest = 0;
    for (auto const& [port, packets] : of) all += packets;
    for (auto const packets : expected) busiest += packets;
    EXPECT_EQ(profile.packets, all);
    std::vector<std::uint64_t> told;
    for (auto const& each : profile.top_ports) told.push_back(each.packets);
    if (told.front() == 0) {
      EXPECT_LT(2 * busiest, all) << profile.address.to_string();
      ++left_out;
      continue;
    }
    EXPECT_EQ(told, expected) << profile.address.to_string();
    ++with_ports;
  }
  EXPECT_GT(left_out, source_count / 10);
  EXPECT_GT(with_ports, source_count / 10);
}

}  // namespace
}  // namespace kizashi::store
