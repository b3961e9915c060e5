#include "kizashi/pipeline/road.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::pipeline {
namespace {

constexpr std::int64_t start_time = 1'700'000'000'000'000'000;

/// An IPv4 packet with a TCP header, as raw IP.
auto frame_of(std::uint32_t source, std::uint32_t destination, std::uint16_t port)
    -> std::array<std::uint8_t, 40> {
  std::array<std::uint8_t, 40> bytes{0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6};
  for (unsigned i = 0; i < 4; ++i) {
    bytes[12 + i] = static_cast<std::uint8_t>(source >> (24 - 8 * i));
    bytes[16 + i] = static_cast<std::uint8_t>(destination >> (24 - 8 * i));
  }
  bytes[22] = static_cast<std::uint8_t>(port >> 8);
  bytes[23] = static_cast<std::uint8_t>(port);
  bytes[32] = 0x50;
  bytes[33] = net::tcp_flag::syn;
  return bytes;
}

/// `blocks` blocks of random packets, ten milliseconds apart; then the end, or a failure.
class random_frames : public capture::frame_source {
public:
  explicit random_frames(unsigned blocks, bool fails = false) : blocks_{blocks}, fails_{fails} {}

  auto next(net::frame_block& out) -> status override {
    out.clear();
    if (given_ == blocks_) {
      if (fails_) return fail(errc::io_error, "night.pcap: cannot read: Input/output error");
      return {};
    }
    ++given_;
    for (auto count = 1 + random_.below(2000); count > 0; --count) {
      auto const bytes = frame_of(0x0B000000 + random_.below(500), 0xC6120000 + random_.below(1000),
                                  static_cast<std::uint16_t>(random_.below(30)));
      out.append(timestamp{time_ += 10'000'000}, net::link_type::raw_ip, 40, bytes);
    }
    return {};
  }
  [[nodiscard]] auto position() const -> capture::progress override { return {given_, blocks_}; }

private:
  random_source random_{11};
  std::int64_t time_ = start_time;
  unsigned blocks_;
  unsigned given_ = 0;
  bool fails_;
};

struct window_starts : telescope::window_sink {
  std::vector<timestamp> all;
  std::size_t fails_at = ~std::size_t{0};
  auto observe(telescope::window const& closed) -> status override {
    if (all.size() == fails_at) return fail(errc::io_error, "windows.csv: cannot write");
    all.push_back(closed.start);
    return {};
  }
};

/// Everything of a summary that these packets can make different, as one text.
auto text_of(telescope::summary const& sums) -> std::string {
  std::string text;
  auto const add = [&](auto... numbers) { ((text += std::to_string(numbers) + ' '), ...); };
  add(sums.packets.total, sums.wire_bytes, sums.first.nanoseconds(), sums.last.nanoseconds(),
      sums.protocols.tcp, sums.tcp_flags.syn, sums.outside, sums.sources, sums.destinations);
  for (auto const& row : sums.ports)
    add(row.port.value(), row.packets, row.syn_packets, row.sources, row.destinations);
  for (auto const& row : sums.top_sources)
    text += row.address.to_string() + ' ', add(row.packets, row.ports);
  for (auto const& row : sums.windows)
    add(row.start.nanoseconds(), row.packets, row.sources, row.destinations);
  return text;
}

/// Keeps what came, and fails at a packet if told to.
class packet_list final : public batch_sink {
public:
  explicit packet_list(std::size_t most = std::numeric_limits<std::size_t>::max()) : most_{most} {}
  auto take(net::packet_batch const& packets, recognise::tag_columns const&) -> status override {
    for (std::size_t row = 0; row < packets.size(); ++row)
      rows.emplace_back(packets.time[row], packets.source[row], packets.destination[row]);
    if (rows.size() > most_) return fail(errc::io_error, "the disk is full");
    return {};
  }
  std::vector<std::tuple<std::int64_t, std::uint32_t, std::uint32_t>> rows;

private:
  std::size_t most_;
};

auto travel_into(packet_list& list, unsigned workers, unsigned batches_alone = 0) -> outcome {
  auto const table = recognise::fingerprint_table::shipped();
  auto const scanners = recognise::scanner_list::shipped();
  random_frames source{60};
  road_options options;
  options.workers = workers;
  options.batches_alone = batches_alone;
  auto& wanted = options.recognition.emplace();
  wanted.fingerprints = &table;
  wanted.scanners = &scanners;
  wanted.packets = &list;
  return travel(source, options);
}

TEST(travel, hands_the_packets_on_in_the_order_of_the_stream) {
  packet_list alone;
  auto const whole = travel_into(alone, 1);
  EXPECT_EQ(alone.rows.size(), whole.summary.packets.total);
  for (unsigned const workers : {2U, 3U, 8U}) {
    packet_list list;
    EXPECT_FALSE(travel_into(list, workers).is_partial);
    EXPECT_EQ(list.rows, alone.rows) << workers;
  }
  for (unsigned const batches : {1U, 7U, 1000U}) {
    packet_list list;
    EXPECT_FALSE(travel_into(list, 3, batches).is_partial);
    EXPECT_EQ(list.rows, alone.rows) << batches;
  }
}

TEST(travel, ends_where_packets_cannot_be_handed_on) {
  for (unsigned const workers : {1U, 3U}) {
    packet_list list{10'000};
    auto const ended = travel_into(list, workers);
    EXPECT_TRUE(ended.is_partial);
    ASSERT_FALSE(ended.failure);
    EXPECT_EQ(ended.failure.error().message, "the disk is full");
  }
}

TEST(travel, answers_the_same_with_any_number_of_workers) {
  random_frames source{60};
  auto const alone = travel(source, {});
  EXPECT_TRUE(alone.failure);
  EXPECT_FALSE(alone.is_partial);
  EXPECT_EQ(alone.summary.sources, 500U);
  EXPECT_EQ(alone.summary.destinations, 1000U);
  EXPECT_GT(alone.summary.windows.size(), 5U);
  for (unsigned const workers : {2U, 3U, 4U, 16U}) {
    random_frames again{60};
    road_options options;
    options.workers = workers;
    EXPECT_EQ(text_of(travel(again, options).summary), text_of(alone.summary)) << workers;
    random_frames once_more{60};
    options.batches_alone = 10 * workers;
    EXPECT_EQ(text_of(travel(once_more, options).summary), text_of(alone.summary)) << workers;
  }
}

TEST(travel, counts_what_is_for_the_darknet_and_says_how_much_was_not) {
  for (unsigned const workers : {1U, 2U}) {
    random_frames source{20}, everything{20};
    road_options options;
    options.workers = workers;
    options.darknet = *net::prefix_set::parse("198.18.0.0/24");
    auto const all = travel(everything, {});
    auto const some = travel(source, options);
    EXPECT_EQ(some.summary.destinations, 256U);
    EXPECT_EQ(some.summary.packets.total + some.summary.outside, all.summary.packets.total);
    EXPECT_GT(some.summary.outside, some.summary.packets.total);
  }
}

TEST(travel, counts_what_the_filter_lets_through_and_says_how_much_was_not) {
  auto const table = recognise::fingerprint_table::shipped();
  auto const scanners = recognise::scanner_list::shipped();
  random_frames everything{20};
  auto const all = travel(everything, {});
  for (auto const* const text : {"dst.port < 10", "class == scan and dst.port >= 10"}) {
    auto const wanted =
        filter::packet_predicate::make(*filter::parse(text), {&table, &scanners, nullptr, {}});
    ASSERT_TRUE(wanted) << wanted.error().message;
    for (unsigned const workers : {1U, 2U}) {
      random_frames source{20};
      packet_list list;
      road_options options;
      options.workers = workers;
      options.filter = &*wanted;
      auto& recognition = options.recognition.emplace();
      recognition.fingerprints = &table;
      recognition.scanners = &scanners;
      recognition.packets = &list;
      auto const some = travel(source, options);
      EXPECT_EQ(some.summary.packets.total + some.filtered, all.summary.packets.total);
      EXPECT_EQ(some.summary.protocols.tcp, some.summary.packets.total);
      EXPECT_LE(some.summary.packets.total, all.summary.protocols.tcp);
      EXPECT_GT(some.summary.packets.total, 0U);
      EXPECT_GT(some.filtered, 0U);
      EXPECT_EQ(list.rows.size(), some.summary.packets.total);
    }
  }
}

TEST(travel, hands_over_windows_in_order_of_time) {
  random_frames source{60};
  window_starts windows;
  road_options options;
  options.workers = 3;
  options.windows = &windows;
  auto const got = travel(source, options);
  EXPECT_TRUE(std::is_sorted(windows.all.begin(), windows.all.end()));
  EXPECT_EQ(windows.all.size(), got.summary.windows.size());
}

TEST(travel, of_an_empty_source_is_an_empty_answer) {
  random_frames source{0};
  auto const got = travel(source, {});
  EXPECT_FALSE(got.is_partial);
  EXPECT_EQ(got.summary.packets.total, 0U);
  EXPECT_FALSE(got.summary.first.is_known());
}

TEST(travel, keeps_what_was_counted_when_the_source_fails) {
  for (unsigned const workers : {1U, 4U}) {
    random_frames whole{12}, broken{12, true};
    road_options options;
    options.workers = workers;
    auto const got = travel(broken, options);
    EXPECT_TRUE(got.is_partial);
    ASSERT_FALSE(got.failure);
    EXPECT_EQ(got.failure.error().message, "night.pcap: cannot read: Input/output error");
    EXPECT_EQ(text_of(got.summary), text_of(travel(whole, {}).summary));
    random_frames broken_again{12, true};
    options.batches_alone = 100;
    auto const by_one = travel(broken_again, options);
    EXPECT_TRUE(by_one.is_partial);
    EXPECT_EQ(text_of(by_one.summary), text_of(got.summary));
  }
}

TEST(travel, ends_when_windows_cannot_be_kept) {
  for (unsigned const workers : {1U, 4U}) {
    random_frames source{100000};
    window_starts windows;
    windows.fails_at = 2;
    road_options options;
    options.workers = workers;
    options.windows = &windows;
    auto const got = travel(source, options);
    EXPECT_TRUE(got.is_partial);
    ASSERT_FALSE(got.failure);
    EXPECT_EQ(got.failure.error().message, "windows.csv: cannot write");
  }
}

TEST(travel, stops_when_asked_and_says_so) {
  for (unsigned const workers : {1U, 4U}) {
    random_frames source{100000};
    road_options options;
    options.workers = workers;
    std::uint64_t seen = 0;
    auto const got =
        travel(source, options, [&](std::uint64_t packets, capture::progress const& at) {
          seen = packets;
          return at.read_bytes < 10;
        });
    EXPECT_TRUE(got.is_partial);
    EXPECT_TRUE(got.failure);
    EXPECT_EQ(got.summary.packets.total, seen);
    EXPECT_GT(seen, 0U);
  }
}

}  // namespace
}  // namespace kizashi::pipeline
