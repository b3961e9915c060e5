// The tracker against a slow twin that keeps every packet in a map and looks at it when the vector
// ends.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/dos/internal/test_stream.hpp"

namespace kizashi::telescope {
namespace {

using internal::test_answer;
using internal::track;
using recognise::packet_type;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;
constexpr auto unknown = timestamp::unknown().nanoseconds();

/// What is compared: all that follows from the packets alone.
using fact = std::tuple<std::string, std::int64_t, std::int64_t, std::uint64_t, std::uint64_t,
                        std::uint64_t, std::uint64_t, std::uint32_t, std::vector<std::uint64_t>,
                        std::uint64_t, bool, std::string>;

auto facts_of(std::vector<dos_event> const& events) -> std::vector<fact> {
  std::vector<fact> answer;
  for (auto const& each : events) {
    std::string ports;
    for (auto const& port : each.ports)
      ports += std::to_string(port.ip_protocol) + "/" + std::to_string(port.port) + "=" +
               std::to_string(port.packets) + " ";
    answer.emplace_back(each.victim.to_string(), each.first.nanoseconds(), each.last.nanoseconds(),
                        each.packets, each.wire_bytes, each.most_per_minute, each.spoofed,
                        each.port_count,
                        std::vector<std::uint64_t>(each.by_answer.begin(), each.by_answer.end()),
                        each.juno, each.is_ongoing, ports);
  }
  std::ranges::sort(answer);
  return answer;
}

class slow_tracker {
public:
  explicit slow_tracker(dos_options const& options) : options_{options} {}

  auto run(std::vector<test_answer> const& stream) -> std::vector<fact> {
    for (auto const& each : stream) see(each);
    for (auto const& [victim, vector] : open_) close(victim, vector, true);
    std::ranges::sort(found_);
    return found_;
  }
  std::uint64_t vectors = 0, late = 0, untimed = 0, udp = 0;

private:
  struct held {
    std::vector<test_answer> packets;
    std::uint64_t udp = 0;
    [[nodiscard]] auto first() const -> std::int64_t {
      return std::ranges::min(packets, {}, &test_answer::time).time;
    }
    [[nodiscard]] auto last() const -> std::int64_t {
      return std::ranges::max(packets, {}, &test_answer::time).time;
    }
  };

  void see(test_answer const& each) {
    if (each.time == unknown) return void(++untimed);
    watermark_ = std::max(watermark_, each.time);
    auto const step = options_.timeout.count() / 4;
    if (watermark_ / step != swept_) {
      swept_ = watermark_ / step;
      auto const now = swept_ * step;
      std::erase_if(open_, [&](auto const& entry) {
        auto const silence = now - entry.second.last();
        bool const is_over = silence > (options_.timeout + options_.lateness).count();
        if (is_over) close(entry.first, entry.second, false);
        return is_over;
      });
    }
    auto const at = open_.find(each.victim);
    bool const fits = at != open_.end() &&
                      each.time >= at->second.first() - options_.timeout.count() &&
                      each.time <= at->second.last() + options_.timeout.count();
    if (each.type == packet_type::udp_reply && !options_.counts_udp)
      return void(fits ? ++at->second.udp : ++udp);
    if (fits) return at->second.packets.push_back(each);
    if (each.time < watermark_ - options_.lateness.count()) return void(++late);
    if (at != open_.end()) {
      close(at->first, at->second, false);
      open_.erase(at);
    }
    ++vectors;
    open_[each.victim].packets.push_back(each);
  }

  void close(net::address victim, held const& vector, bool is_end) {
    auto const& packets = vector.packets;
    auto const first = vector.first();
    auto const last = vector.last();
    auto const most = most_per_minute(packets);
    if (packets.size() < options_.least_packets || most < options_.least_per_minute) return;
    if (last - first < options_.least_duration.count()) return;
    std::uint64_t bytes = 0;
    std::uint64_t juno = 0;
    std::set<net::address> spoofed;
    std::vector<std::uint64_t> answers(4);
    answers[3] = vector.udp;
    std::map<std::pair<int, int>, std::uint64_t> ports;
    for (auto const& each : packets) {
      bytes += each.wire_length;
      spoofed.insert(each.destination);
      bool const is_icmp =
          each.type == packet_type::icmp_reply || each.type == packet_type::icmp_error;
      answers[each.type == packet_type::tcp_synack  ? 0
              : each.type == packet_type::tcp_rst   ? 1
              : each.type == packet_type::udp_reply ? 3
                                                    : 2] += 1;
      int attacked = is_icmp ? 1 : each.type == packet_type::udp_reply ? 17 : 6;
      if (each.quoted_protocol != 0) attacked = each.quoted_protocol;
      bool const has_port = !is_icmp || each.quoted_protocol != 0;
      ++ports[{attacked, has_port ? each.attacked_port : 0}];
      juno += attacked == 6 && (each.forged_port == 1024 || each.forged_port == 3072);
    }
    std::vector<std::pair<std::pair<int, int>, std::uint64_t>> ranking(ports.begin(), ports.end());
    std::ranges::stable_sort(ranking, std::greater{}, [](auto const& e) { return e.second; });
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(8, ranking.size()); ++i)
      text += std::to_string(ranking[i].first.first) + "/" +
              std::to_string(ranking[i].first.second) + "=" + std::to_string(ranking[i].second) +
              " ";
    found_.emplace_back(victim.to_string() + (victim.is_ipv6() ? "/128" : "/32"), first, last,
                        packets.size(), bytes, most, spoofed.size(),
                        static_cast<std::uint32_t>(ports.size()), answers, juno,
                        is_end && watermark_ - last <= options_.timeout.count(), text);
  }

  static auto most_per_minute(std::vector<test_answer> const& packets) -> std::uint64_t {
    std::uint64_t most = 0;
    auto const origin = packets.front().time;
    auto const earliest = std::ranges::min(packets, {}, &test_answer::time).time;
    auto const latest = std::ranges::max(packets, {}, &test_answer::time).time;
    auto begin = origin;
    while (begin > earliest - 60 * second) begin -= 10 * second;
    for (; begin <= latest; begin += 10 * second)
      most = std::max(most, static_cast<std::uint64_t>(
                                std::ranges::count_if(packets, [&](test_answer const& each) {
                                  return each.time >= begin && each.time < begin + 60 * second;
                                })));
    return most;
  }

  dos_options options_;
  std::map<net::address, held> open_;
  std::int64_t watermark_ = 0;
  std::int64_t swept_ = 0;
  std::vector<fact> found_;
};

struct behaviour {
  std::uint64_t seed = 1;
  std::uint32_t victims = 12;
  std::uint32_t step = 400'000'000;  // ns, twice the mean
  bool has_disorder = true;
  bool has_late = false;  // further back than minutes are exact
};

auto random_answer(random_source& random, behaviour const& want) -> test_answer {
  test_answer each;
  auto const who = random.below(want.victims) & random.below(want.victims);
  each.victim = net::ipv4{0x05000000 + who * 257};
  each.destination = net::ipv4{0xC6120000 + random.below(150)};
  each.router = net::ipv4{0x0A000000 + random.below(5)};
  if (who % 7 == 3) {
    each.victim = net::ipv6{0x2400000000000000U + who, who};
    each.destination = net::ipv6{0x20010DB800000000, random.below(150)};
    each.router = net::ipv6{0x2500000000000000, random.below(5)};
  }
  constexpr packet_type types[]{packet_type::tcp_synack, packet_type::tcp_synack,
                                packet_type::tcp_rst,    packet_type::icmp_error,
                                packet_type::icmp_reply, packet_type::udp_reply};
  each.type = types[random.below(6)];
  if (each.type == packet_type::icmp_error && random.below(4) != 0)
    each.quoted_protocol = random.below(2) == 0 ? net::protocol::tcp : net::protocol::udp;
  each.attacked_port = static_cast<std::uint16_t>(80 + random.below(3) * random.below(8));
  each.forged_port = static_cast<std::uint16_t>(1024 + 1024 * random.below(3));
  each.wire_length = 60 + random.below(40);
  return each;
}

auto random_stream(behaviour const& want) -> std::vector<test_answer> {
  random_source random{want.seed};
  std::vector<test_answer> answer;
  auto now = start;
  for (int i = 0; i < 6000; ++i) {
    now += random.below(want.step);
    if (random.below(500) == 0) now += random.below(400) * second;
    auto each = random_answer(random, want);
    each.time = now;
    if (want.has_disorder) {
      auto const kind = random.below(100);
      if (kind < 10) each.time -= static_cast<std::int64_t>(random.below(10)) * second;
      if (kind == 10) each.time = unknown;
      if (kind == 11) each.time -= 40'000 * second;
      if (kind == 12 && want.has_late) each.time -= random.below(700) * second;
    }
    answer.push_back(each);
  }
  return answer;
}

TEST(dos_tracker, agrees_with_a_slow_twin) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    behaviour want;
    want.seed = seed;
    want.has_disorder = seed % 4 != 0;
    want.victims = seed % 2 == 0 ? 12 : 200;
    want.step = seed % 3 == 0 ? 4'000'000'000 : 400'000'000;
    dos_options options;
    options.carpet_victims = 0;
    options.counts_udp = seed % 5 == 0;
    if (seed % 3 == 1) options.timeout = std::chrono::seconds{20};
    auto const stream = random_stream(want);
    slow_tracker twin{options};
    auto const expected = twin.run(stream);
    auto const tracked = track(stream, options, 1, 1 + seed * 101);
    ASSERT_EQ(facts_of(tracked.events), expected) << seed;
    EXPECT_EQ(tracked.counts.vectors, twin.vectors) << seed;
    EXPECT_EQ(tracked.counts.late, twin.late) << seed;
    EXPECT_EQ(tracked.counts.untimed, twin.untimed) << seed;
    EXPECT_EQ(tracked.counts.udp, twin.udp) << seed;
    EXPECT_EQ(tracked.counts.cut, 0U);
    found += expected.size();
  }
  EXPECT_GT(found, 200U);
}

/// The same, but for minutes that a packet comes to too late.
TEST(dos_tracker, agrees_with_a_slow_twin_on_late_packets) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    behaviour want;
    want.seed = seed;
    want.has_late = true;
    dos_options options;
    options.carpet_victims = 0;
    options.least_per_minute = 0;
    options.timeout = std::chrono::seconds{seed % 2 == 0 ? 300 : 30};
    auto const stream = random_stream(want);
    slow_tracker twin{options};
    auto expected = twin.run(stream);
    auto tracked = facts_of(track(stream, options).events);
    ASSERT_EQ(tracked.size(), expected.size());
    for (std::size_t i = 0; i < tracked.size(); ++i) {
      EXPECT_LE(std::get<5>(tracked[i]), std::get<5>(expected[i]));
      std::get<5>(tracked[i]) = std::get<5>(expected[i]) = 0;
      EXPECT_EQ(tracked[i], expected[i]) << seed;
    }
  }
}

TEST(dos_tracker, is_the_same_whatever_the_workers_and_batches) {
  net::prefix_set const dark{{net::prefix{net::ipv4{0xC6120000}, 24}}};
  for (std::size_t const memory : {std::size_t{128} << 20, std::size_t{400'000}}) {
    dos_options options;
    options.darknet = &dark;
    options.memory = memory;
    options.carpet_victims = 3;  // so that some are found
    behaviour want;
    want.victims = 200;
    auto stream = random_stream(want);
    for (std::size_t i = 0; i < stream.size(); i += 3)  // a carpet
      stream[i].victim = net::ipv4{0x06000000 + static_cast<std::uint32_t>(i % 60)},
      stream[i].destination = net::ipv4{0xC6120000 + static_cast<std::uint32_t>(i % 256)},
      stream[i].quoted_protocol = 0;
    auto const alone = track(stream, options);
    EXPECT_GT(alone.events.size(), 4U);
    EXPECT_EQ(alone.counts.cut > 0, memory < 1'000'000);
    for (auto const& [workers, rows] : {std::pair{1U, 1U}, {2U, 4096U}, {3U, 100U}, {64U, 7U}}) {
      auto const many = track(stream, options, workers, rows);
      EXPECT_EQ(facts_of(many.events), facts_of(alone.events)) << workers;
      EXPECT_EQ(many.counts.vectors, alone.counts.vectors);
      EXPECT_EQ(many.counts.cut, alone.counts.cut);
      EXPECT_EQ(many.counts.joined, alone.counts.joined);
      EXPECT_EQ(many.counts.late, alone.counts.late);
      EXPECT_EQ(many.counts.udp, alone.counts.udp);
      EXPECT_EQ(many.counts.bytes, alone.counts.bytes);
    }
  }
}

}  // namespace
}  // namespace kizashi::telescope
