#include "kizashi/engine/gatherer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include <fmt/format.h>
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

/// Start and length in minutes, packets.
[[nodiscard]] auto text_of(activity_window const& each) -> std::string {
  return fmt::format("{} {} {}", (each.start - test::monday) / duration{1min},
                     each.length / duration{1min}, each.packets);
}

/// Everything that windows say.
[[nodiscard]] auto texts_of(kept_windows const& of) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& window : of.all) {
    out.push_back(text_of(window) + (window.is_missing ? " missing" : ""));
    for (auto const& row : window.rows) {
      auto const& source = window.sources[row.source];
      out.push_back(fmt::format("  {} {} {} {} {}", source.address.to_string(), source.scanner,
                                row.at().to_string(), row.packets, row.target));
    }
  }
  return out;
}

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
  // Minutes 0 to 9 close, then the ten minutes, and so on; those without packets are there.
  std::vector<std::string> seen;
  for (auto const& each : kept.all) seen.push_back(text_of(each));
  std::vector<std::string> expected{"0 1 2", "1 1 2"};
  for (int minute = 2; minute < 10; ++minute) expected.push_back(fmt::format("{} 1 0", minute));
  expected.insert(expected.end(), {"0 10 5", "10 1 1"});
  for (int minute = 11; minute < 20; ++minute) expected.push_back(fmt::format("{} 1 0", minute));
  expected.insert(expected.end(), {"10 10 1", "20 1 0", "21 1 1", "20 10 1"});
  EXPECT_EQ(seen, expected);
}

TEST(gatherer, gives_a_week_of_silence_and_begins_anew_behind_it) {
  kept_windows kept;
  gatherer to{{24h}, kept.sink()};
  small_batch const batch{{{.at = 1h}, {.at = 24h * 6 + 1h}, {.at = 24h * 20 + 1h}}};
  ASSERT_TRUE(to.take(*batch.packets, *batch.tags, "north"));
  ASSERT_TRUE(to.finish());
  std::vector<std::int64_t> days;
  for (auto const& each : kept.all) days.push_back((each.start - test::monday) / duration{24h});
  EXPECT_EQ(days, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20}));
}

TEST(gatherer, closes_by_a_clock_what_packets_close_later) {
  kept_windows kept;
  gatherer to{{1min}, kept.sink()};
  ASSERT_TRUE(to.advance_to("north", test::monday + 1h));  // nothing has come: nothing is open
  small_batch const first{{{.at = 10s}, {.at = 20s}}};
  small_batch const second{{{.at = 200s}, {.at = 300s}}};
  ASSERT_TRUE(to.take(*first.packets, *first.tags, "north"));
  ASSERT_TRUE(to.advance_to("north", test::monday + 69s));
  EXPECT_EQ(kept.all.size(), 0U);
  ASSERT_TRUE(to.advance_to("south", test::monday + 70s));
  EXPECT_EQ(kept.all.size(), 0U);
  ASSERT_TRUE(to.advance_to("north", test::monday + 70s));
  EXPECT_EQ(kept.all.size(), 1U);
  ASSERT_TRUE(to.advance_to("north", test::monday + 195s));
  EXPECT_EQ(kept.all.size(), 3U);  // two of them without packets
  ASSERT_TRUE(to.take(*second.packets, *second.tags, "north"));
  ASSERT_TRUE(to.finish());

  kept_windows at_once;
  gatherer twin{{1min}, at_once.sink()};
  for (auto const* each : {&first, &second})
    ASSERT_TRUE(twin.take(*each->packets, *each->tags, "north"));
  ASSERT_TRUE(twin.finish());
  EXPECT_EQ(texts_of(kept), texts_of(at_once));
}

/// Through bytes and back.
void pass_on(gatherer const& from, gatherer& to) {
  std::string bytes;
  state_writer out{[&](std::string_view more) -> status {
                     bytes += more;
                     return {};
                   },
                   1};
  from.save(out);
  ASSERT_TRUE(out.finish());
  auto in = state_reader::open({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()},
                               "saved", 1);
  ASSERT_TRUE(in);
  to.restore(*in);
  auto const done = in->finish();
  ASSERT_TRUE(done) << done.error().message;
}

TEST(gatherer, goes_on_from_its_state) {
  random_source chance{7};
  std::vector<small_packet> all;
  duration at{0};
  for (int i = 0; i < 400; ++i) {
    at += std::chrono::seconds{chance.below(8)};
    all.push_back({.at = at,
                   .source = chance.below(40),
                   .port = static_cast<std::uint16_t>(chance.below(9)),
                   .scanner = static_cast<std::uint16_t>(chance.below(2) * 3)});
  }
  kept_windows whole;
  gatherer one{{1min, 10min}, whole.sink()};
  kept_windows parts;
  auto piece = std::make_unique<gatherer>(std::vector<duration>{1min, 10min}, parts.sink());
  for (std::size_t i = 0; i < all.size(); ++i) {
    small_batch batch{{all[i]}};
    if (i % 5 == 0) {  // an address of IPv6
      batch.packets->ipv6.push_back(
          {net::ipv6{0x2001'0db8'0000'0000, all[i].source}, net::ipv6{1, 2}});
      batch.packets->source[0] = batch.packets->destination[0] = 0;
      batch.packets->attributes[0] |= net::bit(net::attribute::ipv6);
    }
    ASSERT_TRUE(one.take(*batch.packets, *batch.tags, "north"));
    ASSERT_TRUE(piece->take(*batch.packets, *batch.tags, "north"));
    if (i % 37 != 0) continue;
    auto next = std::make_unique<gatherer>(std::vector<duration>{1min, 10min}, parts.sink());
    pass_on(*piece, *next);
    piece = std::move(next);
  }
  ASSERT_TRUE(one.finish());
  ASSERT_TRUE(piece->finish());
  EXPECT_GT(whole.all.size(), 20U);
  EXPECT_EQ(texts_of(parts), texts_of(whole));
  EXPECT_EQ(piece->counted(), one.counted());
}

TEST(gatherer, forgets_a_state_of_other_lengths) {
  kept_windows kept;
  gatherer minutes{{1min}, kept.sink()};
  small_batch const batch{{{.at = 10s}}};
  ASSERT_TRUE(minutes.take(*batch.packets, *batch.tags, "north"));
  gatherer hours{{1h}, kept.sink()};
  pass_on(minutes, hours);
  ASSERT_TRUE(hours.finish());
  EXPECT_EQ(kept.all.size(), 0U);
}

/// Counts plainly what windows should have.
class plain_windows {
public:
  struct counts {
    std::uint32_t packets = 0;
    std::set<std::uint32_t> destinations;
  };
  using key = std::tuple<duration, timestamp, std::uint32_t, std::uint16_t>;

  void take(small_packet const& of, std::vector<duration> const& lengths,
            kept_windows const& closed) {
    auto const time = test::monday + of.at;
    bool is_late = false;
    for (auto const length : lengths) {
      auto const start = timestamp{time.nanoseconds() / length.count() * length.count()};
      auto const is_closed = std::ranges::any_of(closed.all, [&](auto const& each) {
        return each.length == length && each.start >= start;
      });
      is_late |= is_closed;
      if (is_closed) continue;
      auto& to = all_[{length, start, of.source, of.port}];
      ++to.packets;
      to.destinations.insert(of.destination);
    }
    late_ += is_late;
  }
  [[nodiscard]] auto late() const noexcept -> std::uint64_t { return late_; }
  void expect(kept_windows const& of) const {
    std::size_t rows = 0;
    for (auto const& window : of.all)
      for (auto const& row : window.rows) {
        ++rows;
        auto const found =
            all_.find({window.length, window.start,
                       window.sources[row.source].address.as_ipv4().value(), row.port});
        ASSERT_NE(found, all_.end());
        EXPECT_EQ(row.packets, found->second.packets);
        EXPECT_EQ(row.target == activity_row::several, found->second.destinations.size() > 1);
      }
    EXPECT_EQ(rows, all_.size());
  }

private:
  std::map<key, counts> all_;
  std::uint64_t late_ = 0;
};

// Windows of several lengths have common parts, but for packets that come when one has closed.
TEST(gatherer, equals_a_slow_twin_at_several_lengths_with_packets_that_come_late) {
  for (std::vector<duration> const& lengths :
       {std::vector<duration>{50s, 60s, 600s}, std::vector<duration>{59s, 61s}}) {
    random_source chance{31};
    kept_windows kept;
    auto to = std::make_unique<gatherer>(lengths, kept.sink());
    plain_windows twin;
    duration at = 1h;
    for (int i = 0; i < 6000; ++i) {
      at += std::chrono::milliseconds{chance.below(900)};
      small_packet const one{
          .at = at - std::chrono::seconds{i > 999 && chance.below(4) == 0 ? chance.below(90) : 0},
          .source = chance.below(30),
          .port = static_cast<std::uint16_t>(chance.below(5)),
          .destination = chance.below(3)};
      small_batch const batch{{one}};
      ASSERT_TRUE(to->take(*batch.packets, *batch.tags, "north"));
      twin.take(one, lengths, kept);
      if (i % 997 != 0) continue;
      auto next = std::make_unique<gatherer>(lengths, kept.sink());
      pass_on(*to, *next);
      to = std::move(next);
    }
    ASSERT_TRUE(to->finish());
    EXPECT_GT(twin.late(), 100U);
    EXPECT_EQ(to->late(), twin.late());
    twin.expect(kept);
  }
}

// More than are put in order at once, and counts that do not grow for ever.
TEST(gatherer, counts_many_sources_in_one_window) {
  std::vector<small_packet> all;
  for (std::uint32_t i = 0; i < 200'000; ++i)
    all.push_back({.at = 1s, .source = 1 + i % 70'001 * 7919, .destination = i % 3});
  kept_windows kept;
  gatherer to{{1min}, kept.sink()};
  for (std::size_t i = 0; i < all.size(); i += 4000) {
    auto const begin = all.begin() + static_cast<std::ptrdiff_t>(i);
    small_batch const batch{{begin, begin + 4000}};
    ASSERT_TRUE(to.take(*batch.packets, *batch.tags, "north"));
  }
  ASSERT_TRUE(to.finish());
  ASSERT_EQ(kept.all.size(), 1U);
  auto const& window = kept.all[0];
  EXPECT_EQ(window.packets, 200'000U);
  ASSERT_EQ(window.rows.size(), 70'001U);
  for (auto const& row : window.rows) {
    auto const source = (window.sources[row.source].address.as_ipv4().value() - 1) / 7919;
    EXPECT_EQ(row.packets, source < 200'000 - 2 * 70'001 ? 3U : 2U);
    EXPECT_EQ(row.target, activity_row::several);
  }
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
