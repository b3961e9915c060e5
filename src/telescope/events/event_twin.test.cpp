// The tracker against a slow twin that keeps every open event in a map and ends it the moment it is
// over; against itself with other numbers of workers; and what it does when memory is short.
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/events/internal/test_stream.hpp"

namespace kizashi::telescope {
namespace {

using internal::test_packet;
using internal::track;
using internal::tracked;
using recognise::packet_type;
using recognise::traffic_class;

constexpr std::int64_t second = 1'000'000'000;

struct behaviour {
  std::uint64_t seed = 1;
  int packets = 20000;
  std::uint32_t sources = 60;
  std::uint32_t ports = 6;
  std::uint32_t destinations = 30;
  std::int64_t mean_step = 500'000'000;
  std::int64_t timeout = 60;
  std::int64_t lateness = 10;
  bool has_disorder = false;
  bool has_jumps = false;
};

auto stream_of(behaviour const& want) -> std::vector<test_packet> {
  random_source random{want.seed};
  std::vector<test_packet> answer;
  std::int64_t now = 1'700'000'000 * second;
  constexpr std::array types{packet_type::tcp_syn, packet_type::udp, packet_type::udp_amplifier,
                             packet_type::tcp_synack, packet_type::icmp_request};
  for (int i = 0; i < want.packets; ++i) {
    now += static_cast<std::int64_t>(random.unit() * 2 * static_cast<double>(want.mean_step));
    if (want.has_jumps && random.below(400) == 0)
      now += static_cast<std::int64_t>(random.below(5)) * want.timeout * second;
    test_packet each;
    each.time = now;
    if (want.has_disorder && random.below(5) == 0)
      each.time -= static_cast<std::int64_t>(random.unit() * static_cast<double>(want.timeout) *
                                             1.3 * static_cast<double>(second));
    if (want.has_disorder && random.below(200) == 0) each.time = timestamp::unknown().nanoseconds();
    // Of several sources the first send most.
    auto const who = random.below(1 + random.below(want.sources));
    each.source = who % 5 == 0 ? net::address{net::ipv6{0x20010DB8, who}}
                               : net::address{net::ipv4{0x05000000 + who * 7919}};
    auto const where = random.below(want.destinations);
    each.destination = each.source.is_ipv6() ? net::address{net::ipv6{0x20010DB9, where}}
                                             : net::address{net::ipv4{where}};
    each.type = types[random.below(types.size())];
    each.port = each.type == packet_type::icmp_request
                    ? std::uint16_t{0}
                    : static_cast<std::uint16_t>(random.below(1 + who % want.ports));
    each.wire_length = 60 + random.below(1400);
    each.tcp_sequence = random.next32();
    answer.push_back(each);
  }
  return answer;
}

struct twin_event {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::set<net::address> destinations;
  std::set<std::uint16_t> ports;
  bool is_wide = false;
};

/// As much of an event as the twin knows: source, type, class, port, ports, first, last, packets,
/// bytes, destinations, pattern, whether it goes on.
using event_row =
    std::tuple<net::address, packet_type, traffic_class, std::uint16_t, std::uint32_t, std::int64_t,
               std::int64_t, std::uint64_t, std::uint64_t, std::uint64_t, scan_pattern, bool>;

class twin {
public:
  explicit twin(behaviour const& of)
      : timeout_{of.timeout * second}, lateness_{of.lateness * second} {}

  void add(test_packet const& each) {
    if (each.time == timestamp::unknown().nanoseconds()) {
      ++untimed;
      return;
    }
    watermark_ = std::max(watermark_, each.time);
    end_all_that_is_over();
    bool const is_scan = each.traffic_class() != traffic_class::backscatter;
    auto key = event_key{each.source, each.type, is_scan ? each.port : rest};
    if (open_.contains({each.source, each.type, joint})) std::get<2>(key) = joint;
    bool const is_late = watermark_ - each.time > lateness_;
    if (auto const found = open_.find(key); found != open_.end()) {
      auto const& event = found->second;
      if (each.time - event.last > timeout_ || event.first - each.time > timeout_) {
        if (is_late) {
          ++late;
          return;
        }
        end(key, false);
        std::get<2>(key) = is_scan ? each.port : rest;
      }
    } else if (is_late) {
      ++late;
      return;
    }
    if (!open_.contains(key)) key = make(key, each.time);
    count(open_[key], each);
  }
  void finish() {
    while (!open_.empty()) {
      auto const& [key, event] = *open_.begin();
      end(key, watermark_ - event.last <= timeout_);
    }
  }

  std::multiset<event_row> rows;
  std::uint64_t late = 0;
  std::uint64_t untimed = 0;

private:
  static constexpr int joint = -1, rest = -2;
  using event_key = std::tuple<net::address, packet_type, int>;

  void end_all_that_is_over() {
    std::vector<event_key> over;
    for (auto const& [key, event] : open_)
      if (watermark_ - event.last > timeout_ + lateness_) over.push_back(key);
    for (auto const& key : over) end(key, false);
  }
  auto make(event_key const& key, std::int64_t time) -> event_key {
    auto const [source, type, port] = key;
    std::vector<event_key> like;
    for (auto const& [other, event] : open_)
      if (std::get<0>(other) == source && std::get<1>(other) == type && std::get<2>(other) >= 0)
        like.push_back(other);
    auto& made = open_[key];
    made.first = made.last = time;
    if (port < 0 || like.size() + 1 < 10) return key;
    if (like.size() + 1 <= 32) {
      made.is_wide = true;
      for (auto const& each : like) open_[each].is_wide = true;
      return key;
    }
    auto sum = made;
    for (auto const& each : like) {
      auto const& part = open_[each];
      sum.first = std::min(sum.first, part.first);
      sum.last = std::max(sum.last, part.last);
      sum.packets += part.packets;
      sum.wire_bytes += part.wire_bytes;
      sum.destinations.insert(part.destinations.begin(), part.destinations.end());
      sum.ports.insert(part.ports.begin(), part.ports.end());
      open_.erase(each);
    }
    open_.erase(key);
    event_key const all{source, type, joint};
    open_[all] = sum;
    return all;
  }
  static void count(twin_event& to, test_packet const& each) {
    to.first = std::min(to.first, each.time);
    to.last = std::max(to.last, each.time);
    ++to.packets;
    to.wire_bytes += each.wire_length;
    to.destinations.insert(each.destination);
    to.ports.insert(each.port);
  }
  void end(event_key key, bool is_ongoing) {
    auto const event = open_.at(key);
    open_.erase(key);
    auto const [source, type, port] = key;
    if (port == rest) return;
    bool const is_joint = port == joint;
    auto const pattern = pattern_of(event, is_joint);
    bool const is_wrong =
        pattern == scan_pattern::single && event.packets >= 10 && event.destinations.size() <= 2;
    rows.emplace(
        source, type, is_wrong ? traffic_class::misconfiguration : recognise::class_of(type),
        static_cast<std::uint16_t>(is_joint ? 0 : port),
        static_cast<std::uint32_t>(is_joint ? event.ports.size() : 1), event.first, event.last,
        event.packets, event.wire_bytes, event.destinations.size(), pattern, is_ongoing);
  }
  [[nodiscard]] auto pattern_of(twin_event const& event, bool is_joint) const -> scan_pattern {
    bool const is_wide = is_joint || event.is_wide;
    if (event.destinations.size() < 10)
      return is_wide ? scan_pattern::vertical : scan_pattern::single;
    if (is_wide) return scan_pattern::block;
    auto const length = static_cast<double>(event.last - event.first);
    auto const gap = length / static_cast<double>(event.packets - 1);
    bool const is_slow = length >= 4.0 * static_cast<double>(timeout_) &&
                         gap > static_cast<double>(timeout_) / 6.907755278982137;
    return is_slow ? scan_pattern::slow : scan_pattern::horizontal;
  }

  std::int64_t timeout_;
  std::int64_t lateness_;
  std::int64_t watermark_ = 0;
  std::map<event_key, twin_event> open_;
};

auto rows_of(tracked const& found) -> std::multiset<event_row> {
  std::multiset<event_row> rows;
  for (auto const& each : found.events) {
    EXPECT_TRUE(each.destinations.is_exact);
    EXPECT_FALSE(each.is_cut);
    rows.emplace(each.source, each.type, each.traffic_class, each.port, each.ports,
                 each.first.nanoseconds(), each.last.nanoseconds(), each.packets, each.wire_bytes,
                 each.destinations.count, each.pattern, each.is_ongoing);
  }
  return rows;
}

auto options_of(behaviour const& of, unsigned workers = 1) -> tracker_options {
  tracker_options options;
  options.timeout = std::chrono::seconds{of.timeout};
  options.lateness = std::chrono::seconds{of.lateness};
  options.workers = workers;
  return options;
}

void expect_twin(behaviour const& want) {
  auto const stream = stream_of(want);
  twin slow{want};
  for (auto const& each : stream) slow.add(each);
  slow.finish();
  for (std::size_t const rows : {4096U, 100U}) {
    auto const found = track(stream, options_of(want), rows);
    EXPECT_EQ(rows_of(found), slow.rows) << "seed " << want.seed;
    EXPECT_EQ(found.counts.late, slow.late);
    EXPECT_EQ(found.counts.untimed, slow.untimed);
    EXPECT_EQ(found.counts.events, slow.rows.size());
    EXPECT_EQ(found.counts.cut, 0U);
    std::uint64_t packets = 0;
    for (auto const& each : found.profiles) packets += each.packets;
    EXPECT_EQ(packets, stream.size());  // none is lost
  }
}

TEST(event_tracker, agrees_with_its_twin) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    behaviour want;
    want.seed = seed;
    expect_twin(want);
    want.has_disorder = true;
    expect_twin(want);
    want.has_jumps = true;
    expect_twin(want);
    want.lateness = 0;
    expect_twin(want);
    want.lateness = 200;  // longer than the timeout: events end out of order
    expect_twin(want);
  }
}

TEST(event_tracker, agrees_with_its_twin_on_many_ports) {
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    behaviour want;
    want.seed = seed;
    want.ports = 60;
    want.has_disorder = want.has_jumps = seed % 2 == 0;
    expect_twin(want);
    want.mean_step = 20'000'000;
    expect_twin(want);
    want.mean_step = 3'000'000'000;
    expect_twin(want);
  }
}

void expect_same(source_profile const& a, source_profile const& b) {
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.first, b.first);
  EXPECT_EQ(a.last, b.last);
  EXPECT_EQ(a.packets, b.packets);
  EXPECT_EQ(a.wire_bytes, b.wire_bytes);
  EXPECT_EQ(a.by_class, b.by_class);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.ports, b.ports);
  EXPECT_EQ(a.destinations, b.destinations);
  EXPECT_EQ(a.quirk, b.quirk);
  EXPECT_EQ(a.highest_rate, b.highest_rate);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.activity, b.activity);
  for (std::size_t i = 0; i < a.top_ports.size(); ++i) {
    EXPECT_EQ(a.top_ports[i].port, b.top_ports[i].port);
    EXPECT_EQ(a.top_ports[i].packets, b.top_ports[i].packets);
  }
}

void expect_same(tracked const& a, tracked const& b) {
  EXPECT_EQ(rows_of(a), rows_of(b));
  EXPECT_EQ(a.counts.events, b.counts.events);
  EXPECT_EQ(a.counts.cut, b.counts.cut);
  EXPECT_EQ(a.counts.late, b.counts.late);
  EXPECT_EQ(a.counts.live_sources, b.counts.live_sources);
  ASSERT_EQ(a.profiles.size(), b.profiles.size());
  for (std::size_t i = 0; i < a.profiles.size(); ++i) expect_same(a.profiles[i], b.profiles[i]);
}

TEST(event_tracker, does_not_depend_on_the_number_of_workers) {
  behaviour want;
  want.sources = 2000;
  want.ports = 60;
  want.has_disorder = want.has_jumps = true;
  auto const stream = stream_of(want);
  auto const alone = track(stream, options_of(want));
  EXPECT_GT(alone.events.size(), 1000U);
  for (unsigned const workers : {2U, 3U, 4U, 64U})
    expect_same(track(stream, options_of(want, workers)), alone);
}

/// One packet from each of many sources within a second.
auto crowd(std::uint32_t sources) -> std::vector<test_packet> {
  std::vector<test_packet> stream(sources);
  for (std::uint32_t i = 0; i < sources; ++i) {
    stream[i].time = 1'700'000'000 * second + i * 1000;
    stream[i].source = net::ipv4{0x01000000 + i * 17};
    stream[i].destination = net::ipv4{0xC6120000 + i % 65536};
    stream[i].port = static_cast<std::uint16_t>(i * 31);
  }
  return stream;
}

#ifndef KIZASHI_SANITIZED  // memory as it is, without a sanitizer; and a minute there
TEST(event_tracker, has_a_million_live_sources_in_a_gigabyte) {
  auto const found = track(crowd(1'000'000));
  EXPECT_EQ(found.counts.live_sources, 1'000'000U);
  EXPECT_EQ(found.counts.cut, 0U);
  EXPECT_EQ(found.events.size(), 1'000'000U);
  EXPECT_LT(found.counts.bytes, std::size_t{1} << 30);
  RecordProperty("bytes", std::to_string(found.counts.bytes));
}
#endif

TEST(event_tracker, ends_those_silent_for_longest_when_memory_is_short) {
  auto const stream = crowd(300'000);
  tracker_options options;
  options.memory = std::size_t{16} << 20;
  auto const found = track(stream, options);
  EXPECT_EQ(found.events.size(), stream.size());
  EXPECT_LT(found.counts.bytes, std::size_t{20} << 20);
  EXPECT_GT(found.counts.cut, 200'000U);
  EXPECT_LT(found.counts.cut, stream.size());
  std::uint64_t cut = 0;
  timestamp last_cut, first_kept = timestamp::latest();
  for (auto const& each : found.events) {
    cut += each.is_cut;
    if (each.is_cut)
      last_cut = std::max(last_cut, each.last);
    else
      first_kept = std::min(first_kept, each.last);
  }
  EXPECT_EQ(cut, found.counts.cut);
  EXPECT_LT(first_kept - stream.size() * duration{100},
            last_cut);  // shards fill at nearly one time
  options.workers = 3;
  auto const others = track(stream, options);
  EXPECT_EQ(others.counts.cut, found.counts.cut);
  ASSERT_EQ(others.events.size(), found.events.size());
  for (std::size_t i = 0; i < found.events.size(); ++i) {
    EXPECT_EQ(others.events[i].source, found.events[i].source);
    EXPECT_EQ(others.events[i].is_cut, found.events[i].is_cut);
  }
}

TEST(event_tracker, stays_bounded_under_the_growth_of_single_sources) {
  std::vector<test_packet> stream;
  for (std::uint32_t i = 0; i < 400'000; ++i) {
    test_packet each;
    each.time = 1'700'000'000 * second + i * 1000;
    each.source = net::ipv4{0x01000000 + i % 300 * 7919};
    each.destination = net::ipv4{0xC6120000 + i / 300};
    each.port = static_cast<std::uint16_t>(i % 20);
    stream.push_back(each);
  }
  tracker_options options;
  options.memory = std::size_t{1} << 20;
  auto const found = track(stream, options);
  EXPECT_GT(found.counts.cut, 0U);
  EXPECT_LT(found.counts.bytes, std::size_t{5} << 20);
  std::uint64_t packets = 0;
  for (auto const& each : found.events) packets += each.packets;
  EXPECT_EQ(packets, stream.size());
}

}  // namespace
}  // namespace kizashi::telescope
