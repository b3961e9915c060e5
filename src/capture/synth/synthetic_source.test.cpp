// How actors behave over time and space. What their packets look like on the wire is checked on the
// bytes by tests/synth.
#include "kizashi/capture/synth/synthetic_source.hpp"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/frame_writer.hpp"
#include "kizashi/capture/synth/tally.hpp"
#include "kizashi/capture/synth/truth_writer.hpp"
#include "kizashi/net/decode.hpp"

namespace kizashi::capture::synth {
namespace {

using testing::HasSubstr;

struct seen_packet {
  double second = 0;
  std::uint16_t actor = 0;
  packet_plan plan;
};

struct collector final : plan_observer {
  void observe(timestamp time, std::uint16_t actor, packet_plan const& plan,
               std::uint32_t) override {
    if (start == timestamp{}) start = time;
    packets.push_back({static_cast<double>((time - start).count()) * 1e-9, actor, plan});
  }
  timestamp start;
  std::vector<seen_packet> packets;
};

auto parse(std::string const& rest, std::string const& length = "10min") -> scenario {
  auto answer = parse_scenario(
      "duration = \"" + length + "\"\ndark = [\"203.0.113.0/24\"]\n" + rest, "test.toml");
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  return *answer;
}

auto actor_text(std::string const& kind, std::string const& more) -> std::string {
  return "[[actor]]\nname = \"x\"\nkind = \"" + kind + "\"\n" + more + "\n";
}

auto play(scenario const& of) -> std::vector<seen_packet> {
  auto const source = synthetic_source::create(of);
  EXPECT_TRUE(source.has_value());
  collector all;
  all.start = of.start;
  (*source)->set_observer(&all);
  net::frame_block block;
  do EXPECT_TRUE((*source)->next(block).has_value());
  while (!block.frames.empty());
  return std::move(all.packets);
}

auto play(std::string const& kind, std::string const& more) -> std::vector<seen_packet> {
  return play(parse(actor_text(kind, more)));
}

auto count_between(std::vector<seen_packet> const& packets, double from, double to) -> double {
  double count = 0;
  for (auto const& each : packets) count += each.second >= from && each.second < to ? 1 : 0;
  return count;
}

/// A hash over all bytes and times of a stream.
auto hash_of(scenario const& of) -> std::uint64_t {
  auto const source = synthetic_source::create(of);
  std::uint64_t hash = 0;
  net::frame_block block;
  do {
    EXPECT_TRUE((*source)->next(block).has_value());
    for (auto const& each : block.frames) {
      hash = mix64(hash ^ static_cast<std::uint64_t>(each.time.nanoseconds()));
      for (auto const byte : block.data(each)) hash = mix64(hash ^ byte);
    }
  } while (!block.frames.empty());
  return hash;
}

TEST(SyntheticSource, TheSeedIsTheStream) {
  auto scene = load_scenario("mixed").value();
  scene.packets = 20'000;
  auto const first = hash_of(scene);
  EXPECT_EQ(first, hash_of(scene));
  EXPECT_EQ(first, 15299127764177691114ULL);
  scene.seed += 1;
  EXPECT_NE(first, hash_of(scene));
}

TEST(SyntheticSource, BlocksAreInOrderAndBounded) {
  auto scene = load_scenario("mixed").value();
  scene.packets = 30'000;
  auto const source = synthetic_source::create(scene).value_or(nullptr);
  ASSERT_NE(source, nullptr);
  net::frame_block block;
  auto before = scene.start;
  std::size_t frames = 0;
  do {
    ASSERT_TRUE(source->next(block).has_value());
    EXPECT_LE(block.frames.size(), net::frame_block::max_frames);
    EXPECT_EQ(source->actors_of_block().size(), block.frames.size());
    for (auto const& each : block.frames) {
      EXPECT_GE(each.time, before);
      EXPECT_EQ(each.time.nanoseconds() % 1000, 0);
      EXPECT_GE(each.captured, shortest_frame);
      EXPECT_LE(each.captured, longest_frame);
      before = each.time;
    }
    frames += block.frames.size();
  } while (!block.frames.empty());
  EXPECT_LT(before, scene.start + scene.length);
  EXPECT_EQ(source->position().read_bytes, 3'600'000U);
  EXPECT_EQ(source->position().total_bytes, 3'600'000U);
  EXPECT_GT(frames, 25'000U);  // the gap takes a share
  ASSERT_TRUE(source->next(block).has_value());
  EXPECT_TRUE(block.frames.empty());
}

TEST(SyntheticSource, NoFrameIsMalformed) {
  auto scene = load_scenario("mixed").value();
  scene.packets = 30'000;
  auto const source = synthetic_source::create(scene).value_or(nullptr);
  net::frame_block block;
  auto const batch = std::make_unique<net::packet_batch>();
  do {
    ASSERT_TRUE(source->next(block).has_value());
    net::decode(block, *batch);
    for (std::size_t row = 0; row < block.frames.size(); ++row) {
      EXPECT_TRUE(batch->has(row, net::attribute::ports));
      EXPECT_FALSE(batch->has(row, net::attribute::malformed));
      EXPECT_FALSE(batch->has(row, net::attribute::truncated));
    }
  } while (!block.frames.empty());
}

TEST(SyntheticSource, GapsHoldNothingAndChangeNothingElse) {
  auto const text = actor_text("mirai", "sources = 20\nrate = 50");
  auto const whole = play(parse(text));
  auto const holed = play(
      parse(text +
            "[[gap]]\nfrom = \"2min\"\nto = \"5min\"\n[[gap]]\nfrom = \"9min\"\nto = \"20min\"\n"));
  EXPECT_EQ(count_between(holed, 120, 300), 0);
  EXPECT_EQ(count_between(holed, 540, 600), 0);
  EXPECT_EQ(count_between(holed, 0, 120), count_between(whole, 0, 120));
  EXPECT_EQ(count_between(holed, 300, 540), count_between(whole, 300, 540));
}

TEST(SyntheticSource, RatesArePoissonAndPacketsExact) {
  auto const packets = play("syn", "sources = 9\nrate = 40");
  EXPECT_NEAR(static_cast<double>(packets.size()), 24'000, 5 * std::sqrt(24'000));
  double squares = 0;
  for (int second = 0; second < 600; ++second) {
    auto const off = count_between(packets, second, second + 1) - 40;
    squares += off * off;
  }
  EXPECT_NEAR(squares / 600, 40, 12);
  EXPECT_EQ(play("syn", "packets = 12345\nstart = \"1min\"\nstop = \"7min\"").size(), 12'345U);
  EXPECT_EQ(play("botnet", "packets = 777\nsources = 5").size(), 777U);
}

TEST(SyntheticSource, ANumberInAllIsSharedOutExactly) {
  auto scene = load_scenario("botnet").value();
  scene.packets = 10'007;
  EXPECT_EQ(play(scene).size(), 10'007U);
}

TEST(SyntheticSource, OtherActorsChangeNothing) {
  auto const one = actor_text("mirai", "sources = 20\nrate = 5");
  auto const other = "[[actor]]\nname = \"y\"\nkind = \"noise\"\nrate = 5\nsources = 3\n";
  auto const alone = play(parse(one));
  std::vector<std::uint32_t> together;
  for (auto const& each : play(parse(other + one)))
    if (each.actor == 1) together.push_back(each.plan.sequence);
  ASSERT_EQ(together.size(), alone.size());
  for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(together[i], alone[i].plan.sequence);
}

TEST(SyntheticSource, DayAndNight) {
  auto const text =
      "rhythm = { amplitude = 0.8, peak = \"18h\" }\n" + actor_text("syn", "rate = 1");
  auto const packets = play(parse(text, "2d"));
  EXPECT_NEAR(static_cast<double>(packets.size()), 172'800, 5 * std::sqrt(172'800));
  for (double hour = 0; hour < 48; hour += 3) {
    // The mean of 1 + 0.8 cos over three hours.
    auto const pi = 3.141592653589793;
    auto const low = 2 * pi * (hour - 18) / 24;
    auto const high = 2 * pi * (hour + 3 - 18) / 24;
    auto const mean = 10'800 * (1 + 0.8 * (std::sin(high) - std::sin(low)) / (high - low));
    EXPECT_NEAR(count_between(packets, hour * 3600, (hour + 3) * 3600), mean, 5 * std::sqrt(mean))
        << hour;
  }
}

TEST(SyntheticSource, DailyHours) {
  auto const packets = play(
      parse(actor_text("research", "rate = 1\ndaily_start = \"22h\"\ndaily_stop = \"2h\""), "2d"));
  EXPECT_NEAR(static_cast<double>(packets.size()), 28'800, 850);
  for (auto const& each : packets) {
    auto const hour = std::fmod(each.second / 3600, 24);
    EXPECT_TRUE(hour >= 22 || hour < 2) << hour;
  }
}

TEST(Outbreak, GrowsLikeALogisticCurve) {
  auto const packets =
      play("outbreak", "sources = 1000\nrate = 200\ngrowth = \"30s\"\nmidpoint = \"5min\"");
  std::set<std::uint32_t> infected;
  std::size_t next = 0;
  for (int second = 0; second < 600; second += 30) {
    auto const mean = 200 * 30 *
                      (std::log1p(std::exp((second + 30 - 300) / 30.0)) -
                       std::log1p(std::exp((second - 300) / 30.0)));
    // The rate stands still within a second, which takes up to 2 % away from the curve.
    EXPECT_NEAR(count_between(packets, second, second + 30), mean,
                5 * std::sqrt(mean) + 0.02 * mean + 3)
        << second;
    for (; next < packets.size() && packets[next].second < second + 30; ++next)
      infected.insert(packets[next].plan.source);
    auto const bound = 1000 / (1 + std::exp((300 - (second + 30)) / 30.0));
    EXPECT_LE(static_cast<double>(infected.size()), std::max(1.0, bound)) << second;
  }
  EXPECT_GT(infected.size(), 990U);
}

TEST(Botnet, GroupsActInTheSameSlots) {
  auto const packets = play(parse(actor_text("botnet",
                                             "sources = 40\ngroups = 2\nslot = \"1min\"\nactivity "
                                             "= 0.4\nparticipation = 0.8\nrate = 20"),
                                  "2h"));
  std::map<int, std::set<std::uint32_t>> slots;
  std::map<std::uint32_t, std::set<int>> bots;
  for (auto const& each : packets) {
    slots[static_cast<int>(each.second) / 60].insert(each.plan.source);
    bots[each.plan.source].insert(static_cast<int>(each.second) / 60);
  }
  EXPECT_EQ(bots.size(), 40U);
  // Two groups that act in 40 % of the slots leave 36 % empty.
  EXPECT_NEAR(static_cast<double>(slots.size()), 120 * 0.64, 18);
  // Two bots share most slots when they are of one group, and by chance alone when they are not.
  int alike = 0;
  for (auto const& [a, of_a] : bots)
    for (auto const& [b, of_b] : bots) {
      if (a >= b) continue;
      std::vector<int> common;
      std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                            std::back_inserter(common));
      auto const share = static_cast<double>(common.size()) /
                         static_cast<double>(std::min(of_a.size(), of_b.size()));
      alike += share > 0.65 ? 1 : 0;
    }
  EXPECT_EQ(alike, 2 * 20 * 19 / 2);
}

TEST(Backscatter, IsUniformOverTheSpace) {
  auto const packets =
      play("backscatter",
           "sources = 5\npackets = 102400\nanswers = { synack = 3, rst = 1, echo_reply = 1 }");
  std::map<std::uint32_t, double> hits;
  std::map<std::uint32_t, std::set<std::string>> answers;
  for (auto const& each : packets) {
    ++hits[each.plan.destination];
    answers[each.plan.source].insert(each.plan.ip_protocol == 1    ? "icmp"
                                     : each.plan.tcp_flags == 0x12 ? "synack"
                                                                   : "rst");
  }
  ASSERT_EQ(hits.size(), 256U);
  double square = 0;
  for (auto const& [address, count] : hits) square += (count - 400) * (count - 400) / 400;
  EXPECT_NEAR(square, 255, 5 * std::sqrt(2 * 255.0));  // chi square with 255 degrees of freedom
  std::map<std::string, int> victims;
  for (auto const& [victim, kinds] : answers) {
    ASSERT_EQ(kinds.size(), 1U);
    ++victims[*kinds.begin()];
  }
  EXPECT_THAT(victims, testing::ElementsAre(testing::Pair("icmp", 1), testing::Pair("rst", 1),
                                            testing::Pair("synack", 3)));
}

TEST(Backscatter, ErrorsQuoteWhatWasForged) {
  for (auto const* answer : {"port_unreachable", "host_unreachable", "ttl_exceeded"}) {
    for (auto const& each :
         play("backscatter",
              std::string{"packets = 50\nports = [80]\nanswers = [\""} + answer + "\"]")) {
      auto const& plan = each.plan;
      ASSERT_TRUE(plan.has_quote);
      EXPECT_EQ(plan.quote.source, plan.destination);
      EXPECT_EQ(plan.quote.destination, plan.source);
      EXPECT_EQ(plan.quote.destination_port, 80);
      EXPECT_EQ(plan.quote.ip_protocol, plan.icmp_type == 3 && plan.icmp_code == 3 ? 17 : 6);
    }
  }
}

TEST(Scans, HorizontalVisitsEachAddressOncePerPass) {
  for (auto const* order : {"random", "sequential"}) {
    auto const packets =
        play("horizontal",
             std::string{"packets = 768\nports = [80, 81, 82]\norder = \""} + order + "\"");
    std::set<std::pair<std::uint32_t, std::uint16_t>> targets;
    std::size_t steps_of_one = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      auto const& plan = packets[i].plan;
      targets.insert({plan.destination, plan.destination_port});
      EXPECT_EQ(plan.destination_port, packets[i / 256 * 256].plan.destination_port);
      if (i > 0 && plan.destination == packets[i - 1].plan.destination + 1) ++steps_of_one;
    }
    EXPECT_EQ(targets.size(), 768U);
    EXPECT_EQ(steps_of_one == 765, std::string_view{order} == "sequential");
  }
}

TEST(Scans, VerticalVisitsAllPortsOfAHost) {
  auto const packets = play("vertical", "packets = 131070\ndestinations = 2");
  std::map<std::uint32_t, std::set<std::uint16_t>> hosts;
  for (auto const& each : packets) hosts[each.plan.destination].insert(each.plan.destination_port);
  ASSERT_EQ(hosts.size(), 2U);
  for (auto const& [host, ports] : hosts) EXPECT_EQ(ports.size(), 65535U);
}

TEST(Scans, SlowSourcesTakeTurns) {
  auto const packets = play("slow", "sources = 50\npackets = 500\nports = [22]");
  for (std::size_t i = 50; i < packets.size(); ++i)
    EXPECT_EQ(packets[i].plan.source, packets[i - 50].plan.source);
}

TEST(Scans, DistributedRepeatsNoTarget) {
  auto const packets = play("distributed", "sources = 30\npackets = 1024\nports = [1, 2, 3, 4]");
  std::set<std::pair<std::uint32_t, std::uint16_t>> targets;
  std::set<std::uint32_t> sources;
  for (auto const& each : packets) {
    targets.insert({each.plan.destination, each.plan.destination_port});
    sources.insert(each.plan.source);
  }
  EXPECT_EQ(targets.size(), 1024U);
  EXPECT_EQ(sources.size(), 30U);
}

TEST(Scans, PortsFollowTheirWeights) {
  std::map<std::uint16_t, double> ports;
  for (auto const& each : play("mirai", "packets = 100000")) ++ports[each.plan.destination_port];
  ASSERT_EQ(ports.size(), 2U);
  EXPECT_NEAR(ports[23], 90'000, 500);
  ports.clear();
  for (auto const& each : play("syn", "packets = 100000\nports = [80]\ntail = 0.25"))
    ++ports[each.plan.destination_port];
  EXPECT_NEAR(ports[80], 75'000, 700);
  EXPECT_GT(ports.size(), 20'000U);
}

TEST(Scans, ZipfMakesFewSourcesBusy) {
  std::map<std::uint32_t, double> sources;
  for (auto const& each : play("syn", "packets = 100000\nsources = 1000\nzipf = 1.0"))
    ++sources[each.plan.source];
  double busiest = 0;
  for (auto const& [address, count] : sources) busiest = std::max(busiest, count);
  EXPECT_NEAR(busiest, 100'000 / 7.4855, 600);  // the harmonic number of 1000
}

TEST(Scans, ResearchComesFromItsPool) {
  auto const pool = net::prefix::parse("192.0.2.0/28").value();
  std::set<std::uint32_t> sources;
  for (auto const& each :
       play("research", "packets = 2000\nsources = 16\npool = [\"192.0.2.0/28\"]")) {
    EXPECT_TRUE(pool.contains(net::ipv4{each.plan.source}));
    sources.insert(each.plan.source);
  }
  EXPECT_EQ(sources.size(), 16U);
}

TEST(Tools, APlantedRelationHoldsForEachPacket) {
  auto const packets =
      play("syn",
           "packets = 300\nsources = 4\noptions = \"mss\"\nrelation = \"tcp.seq = ip.dst ^ key\"");
  std::map<std::uint32_t, std::set<std::uint32_t>> keys;
  for (auto const& [second, actor, plan] : packets)
    keys[plan.source].insert(plan.sequence ^ plan.destination);
  EXPECT_EQ(keys.size(), 4U);
  for (auto const& [source, all] : keys) EXPECT_EQ(all.size(), 1U);
}

TEST(Tools, ProbesOfP0fAndNmap) {
  for (auto const& [second, actor, plan] : play("slow", "packets = 100\ntool = \"p0f_sendsyn\"")) {
    EXPECT_EQ(plan.window, 1337);
    EXPECT_THAT(plan.behind.bytes, testing::ElementsAre(2, 4, 1331 >> 8, 1331 & 255));
    EXPECT_LE(plan.ttl, 192 - 5);
    EXPECT_GE(plan.ttl, 192 - 20);
  }
  // Nmap's book, "TCP/IP Fingerprinting Methods": packets 1 to 6 of the sequence generation.
  std::map<std::uint16_t, std::set<std::size_t>> lengths;
  for (auto const& [second, actor, plan] :
       play("slow", "packets = 600\ntool = \"nmap_probe\"\nsources = 3")) {
    lengths[plan.window].insert(plan.behind.bytes.size());
    EXPECT_LE(plan.ttl, 59 - 5);
  }
  using sizes = std::set<std::size_t>;
  EXPECT_THAT(lengths,
              testing::ElementsAre(testing::Pair(1, sizes{20}), testing::Pair(4, sizes{16, 20}),
                                   testing::Pair(16, sizes{20}), testing::Pair(63, sizes{20}),
                                   testing::Pair(512, sizes{16})));
}

TEST(Stray, MisconfiguredHostsNeverLearn) {
  std::map<std::uint32_t, std::set<std::pair<std::uint32_t, std::uint16_t>>> places;
  for (auto const& each :
       play("misconfigured",
            "packets = 500\nsources = 10\ndestinations = 4\nprotocol = \"udp\"\nports = [53, 514]"))
    places[each.plan.source].insert({each.plan.destination, each.plan.destination_port});
  EXPECT_EQ(places.size(), 10U);
  for (auto const& [source, all] : places) EXPECT_EQ(all.size(), 1U);
}

TEST(SyntheticSource, RefusesRatesThatCannotBePlayed) {
  auto scene = parse(actor_text("syn", "rate = 1"));
  scene.packets = std::uint64_t{1} << 40;
  auto const source = synthetic_source::create(scene);
  ASSERT_FALSE(source.has_value());
  EXPECT_THAT(
      source.error().message,
      HasSubstr("the actors of scenario test send up to 1832519380 packets per second together; "
                "expected at most 200000000; lower their rates"));
}

TEST(Tally, CountsByHand) {
  auto const scene = parse(actor_text("syn", "rate = 1"));
  tally counts{scene, std::chrono::minutes{1}};
  packet_plan plan;
  plan.source = 1;
  plan.destination = 2;
  plan.destination_port = 23;
  counts.observe(timestamp{60'000'000'000}, 0, plan, 60);
  plan.source = 3;
  plan.tcp_flags = 0x29;
  counts.observe(timestamp{119'000'000'000}, 0, plan, 60);
  plan.ip_protocol = 1;
  plan.icmp_type = 8;
  counts.observe(timestamp{120'000'000'000}, 0, plan, 98);
  auto const text = counts.to_json();
  for (
      auto const* part :
      {R"("packets": {"total": 3, "ipv4": 3, "ipv6": 0, "arp": 0, "other": 0, "malformed": 0, "truncated": 0, "fragments": 0})",
       R"("wire_bytes": 218)", R"("first": "1970-01-01T00:01:00.000000000Z")",
       R"("protocols": {"tcp": 2, "udp": 0, "icmp": 1, "icmp6": 0, "other": 0})",
       R"("tcp_flags": {"syn": 1, "synack": 0, "ack": 0, "rst": 0, "fin": 0, "null": 0, "xmas": 1, "other": 0})",
       R"("sources": 2,)", R"("destinations": 1,)",
       R"({"protocol": "tcp", "port": 23, "packets": 2, "sources": 2, "destinations": 1})",
       R"({"protocol": "icmp", "type": 8, "code": 0, "packets": 1})",
       R"({"start": "1970-01-01T00:01:00.000000000Z", "packets": 2, "wire_bytes": 120, "sources": 2, "destinations": 1})",
       R"({"start": "1970-01-01T00:02:00.000000000Z", "packets": 1, "wire_bytes": 98, "sources": 1, "destinations": 1})",
       R"({"id": 0, "name": "x", "kind": "syn", "packets": 3})"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(Truth, HeaderIsOneLine) {
  auto scene = parse(actor_text("mirai", "rate = 2\nports = { 23 = 1 }"));
  scene.name = "a \"b\"\n";
  EXPECT_EQ(
      truth_header(scene),
      R"({"format":"kizashi-truth","version":1,"scenario":"a \"b\"\u000a","seed":1,"start":"2026-01-15T00:00:00.000000000Z",)"
      R"("duration":"10min","packet":"u16le actor id","actors":[{"id":0,"name":"x","kind":"mirai","parameters":)"
      R"({ "kind" : "mirai", "name" : "x", "ports" : { "23" : 1 }, "rate" : 2}}]})"
      "\n");
}

}  // namespace
}  // namespace kizashi::capture::synth
