#include "kizashi/engine/gatherer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

struct small_packet {
  duration at;
  std::uint32_t source = 1;
  std::uint16_t port = 23;
  recognise::packet_type type = recognise::packet_type::tcp_syn;
  std::uint32_t destination = 9;
  std::uint16_t scanner = 0;
};

/// Columns as a decoder and a recogniser fill them.
struct small_batch {
  std::unique_ptr<net::packet_batch> packets = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags = std::make_unique<recognise::tag_columns>();

  explicit small_batch(std::vector<small_packet> const& all) {
    packets->resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      net::packet one;
      one.time = test::monday + all[i].at;
      one.source = all[i].source;
      one.destination = all[i].destination;
      auto const is_icmp = all[i].type == recognise::packet_type::icmp_request;
      one.ip_protocol = is_icmp ? 1 : all[i].type == recognise::packet_type::udp ? 17 : 6;
      one.source_port = is_icmp ? 8 : 40'000;
      one.destination_port = all[i].port;
      packets->set_row(i, one);
      tags->type[i] = static_cast<std::uint8_t>(all[i].type);
      tags->traffic_class[i] = static_cast<std::uint8_t>(recognise::class_of(all[i].type));
      tags->scanner[i] = all[i].scanner;
    }
  }
};

/// Keeps windows.
struct kept_windows {
  std::vector<activity_window> all;
  auto sink() -> gatherer::sink {
    return [this](activity_window const& closed) -> status {
      all.push_back(closed);
      return {};
    };
  }
};

TEST(gatherer, counts_who_asked_for_what) {
  using enum recognise::packet_type;
  kept_windows kept;
  gatherer to{{10min}, kept.sink()};
  small_batch const batch{{{.at = 0s, .source = 7},
                           {.at = 1s, .source = 7},
                           {.at = 2s, .source = 7, .destination = 10},
                           {.at = 3s, .source = 7, .port = 53, .type = udp},
                           {.at = 4s, .source = 3, .port = 0, .type = icmp_request, .scanner = 5},
                           {.at = 5s, .source = 8, .type = tcp_synack},
                           {.at = 6s, .source = 8, .type = icmp_error}}};
  ASSERT_TRUE(to.take(*batch.packets, *batch.tags, "north"));
  ASSERT_TRUE(to.finish());
  ASSERT_EQ(kept.all.size(), 1U);
  auto const& window = kept.all[0];
  EXPECT_EQ(window.sensor, "north");
  EXPECT_EQ(window.start, test::monday);
  EXPECT_TRUE(window.is_missing);  // the stream ended soon
  EXPECT_EQ(window.packets, 5U);
  ASSERT_EQ(window.sources.size(), 2U);
  EXPECT_EQ(window.sources[0].address, net::address{net::ipv4{3}});
  EXPECT_EQ(window.sources[0].scanner, 5);
  ASSERT_EQ(window.rows.size(), 3U);
  EXPECT_EQ(window.rows[0].at(), (service{1, 0x0800}));
  EXPECT_EQ(window.rows[1].at(), (service{6, 23}));
  EXPECT_EQ(window.rows[1].packets, 3U);
  EXPECT_EQ(window.rows[1].target, activity_row::several);
  EXPECT_EQ(window.rows[2].at(), (service{17, 53}));
  EXPECT_NE(window.rows[2].target, activity_row::several);
  EXPECT_EQ(to.counted(), 5U);
}

TEST(gatherer, closes_windows_behind_the_lateness_and_leaves_later_packets_out) {
  kept_windows kept;
  gatherer to{{1min, 10min}, kept.sink()};
  small_batch const batch{{{.at = 10s},
                           {.at = 65s},
                           {.at = 59s},  // six seconds late: in time
                           {.at = 71s},
                           {.at = 58s},  // its minute has closed, its ten minutes have not
                           {.at = 605s},
                           {.at = 1300s}}};
  ASSERT_TRUE(to.take(*batch.packets, *batch.tags, "north"));
  ASSERT_TRUE(to.finish());
  EXPECT_EQ(to.late(), 1U);
  std::vector<std::pair<std::int64_t, std::uint64_t>> seen;
  for (auto const& each : kept.all)
    seen.emplace_back((each.start - test::monday).count() / 1'000'000'000 * 1000 +
                          each.length.count() / 60'000'000'000,
                      each.packets);
  using pairs = std::vector<std::pair<std::int64_t, std::uint64_t>>;
  EXPECT_EQ(seen, (pairs{{1, 2},
                         {60'001, 2},
                         {10, 5},
                         {600'001, 1},
                         {600'010, 1},
                         {1'260'001, 1},
                         {1'200'010, 1}}));
}

// The plainest counting, and batches cut anywhere.
TEST(gatherer, equals_a_slow_twin_however_batches_are_cut) {
  random_source chance{12};
  std::vector<small_packet> all;
  duration at{0};
  for (int i = 0; i < 3000; ++i) {
    at += std::chrono::milliseconds{chance.below(2000)};
    all.push_back({.at = at,
                   .source = chance.below(50),
                   .port = static_cast<std::uint16_t>(chance.below(20)),
                   .destination = chance.below(4)});
  }
  std::map<std::tuple<timestamp, std::uint32_t, std::uint16_t>, std::uint32_t> expected;
  for (auto const& each : all)
    ++expected[{timestamp{(test::monday + each.at).nanoseconds() / 60'000'000'000 * 60'000'000'000},
                each.source, each.port}];
  kept_windows kept;
  gatherer to{{1min}, kept.sink()};
  for (std::size_t begin = 0; begin < all.size();) {
    auto const end = std::min(all.size(), begin + 1 + chance.below(700));
    small_batch const batch{{all.begin() + static_cast<std::ptrdiff_t>(begin),
                             all.begin() + static_cast<std::ptrdiff_t>(end)}};
    ASSERT_TRUE(to.take(*batch.packets, *batch.tags, "north"));
    begin = end;
  }
  ASSERT_TRUE(to.finish());
  decltype(expected) counted;
  for (auto const& window : kept.all) {
    EXPECT_TRUE(std::ranges::is_sorted(window.sources, {}, &active_source::address));
    for (auto const& row : window.rows)
      counted[{window.start, window.sources[row.source].address.as_ipv4().value(), row.port}] =
          row.packets;
  }
  EXPECT_EQ(counted, expected);
}

}  // namespace
}  // namespace kizashi::engine
