// What is found, by streams made here header by header: the search is not told what is in them.
#include "kizashi/recognise/discover/search.hpp"

#include <functional>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/fingerprint.hpp"

namespace kizashi::recognise::discover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using dress = std::function<void(net::packet&, std::uint32_t key, random_source&)>;

/// A stream of TCP SYNs to a /16 and a /24, and what is found in it.
class stream {
public:
  explicit stream(std::uint64_t seed, search_options const& options = {})
      : random_{seed}, search_{options} {}

  /// `packets` from each of `sources`, all fields random but what `with` sets.
  void add(std::size_t sources, std::size_t packets, dress const& with) {
    for (std::size_t i = 0; i < sources; ++i) {
      auto const source = 0x0B000000 | random_.below(1U << 24);
      auto const key = random_.next32();
      for (std::size_t j = 0; j < packets; ++j) put(source, key, with);
    }
  }
  void put(std::uint32_t source, std::uint32_t key, dress const& with) {
    net::packet out;
    out.source = source;
    out.destination =
        random_.below(8) == 0 ? 0xCB007100 | random_.below(256) : 0xC6120000 | random_.below(65536);
    out.ip_protocol = net::protocol::tcp;
    out.tcp_flags = net::tcp_flag::syn;
    out.attributes = net::bit(net::attribute::ports);
    out.source_port = static_cast<std::uint16_t>(random_.next32());
    out.destination_port = random_.below(3) == 0 ? 80 : 8080;
    out.tcp_sequence = random_.next32();
    out.ip_id = static_cast<std::uint16_t>(random_.next32());
    out.tcp_window = static_cast<std::uint16_t>(random_.next32());
    out.ip_length = 40;
    out.ttl = static_cast<std::uint8_t>(40 + key % 20);
    with(out, key, random_);
    batch_->set_row(batch_->size(), out);
    batch_->resize(batch_->size() + 1);
    if (batch_->size() == net::packet_batch::capacity) flush();
  }
  auto find() -> std::vector<proposal> {
    flush();
    return search_.find();
  }
  /// The relations found, the strongest first.
  auto relations() -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& each : find()) out.push_back(each.relation);
    return out;
  }

private:
  void flush() {
    search_.add(*batch_);
    batch_->clear();
  }
  random_source random_;
  fingerprint_search search_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
};

void random_syn(net::packet& /*out*/, std::uint32_t /*key*/, random_source& /*random*/) {}

void mirai(net::packet& out, std::uint32_t /*key*/, random_source& /*random*/) {
  out.tcp_sequence = out.destination;
  out.destination_port = 23;
}

void masscan(net::packet& out, std::uint32_t key, random_source& /*random*/) {
  out.source_port = static_cast<std::uint16_t>(40000 + key % 20000);
  out.ip_id = static_cast<std::uint16_t>(out.destination ^ out.destination_port ^ out.tcp_sequence);
  out.tcp_window = 1024;
  out.ttl = 241;
}

void zmap(net::packet& out, std::uint32_t /*key*/, random_source& /*random*/) {
  out.ip_id = 54321;
  out.tcp_window = 65535;
  out.ttl = 240;
}

/// A Linux host: no IP ID pattern but a counter, a window of the system, ports in order.
void linux_host(net::packet& out, std::uint32_t key, random_source& random) {
  static std::uint16_t counter = 0;
  ++counter;
  out.ip_id = static_cast<std::uint16_t>(key + counter);
  out.source_port = static_cast<std::uint16_t>(32768 + counter % 28000);
  out.tcp_window = 64240;
  out.tcp_options = 0x31842;
  out.tcp_mss = 1460;
  out.attributes = net::bit(net::attribute::ports) | net::bit(net::attribute::dont_fragment);
  if (random.below(2) == 0) out.ip_id = 0;
}

TEST(Discover, RediscoversWhatIsPublished) {
  stream all{1};
  all.add(200, 12, mirai);
  all.add(40, 20, masscan);
  all.add(30, 20, zmap);
  all.add(500, 10, random_syn);
  all.add(200, 10, linux_host);
  EXPECT_THAT(all.relations(),
              ElementsAre("tcp.seq == ip.dst", "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff",
                          "ip.id == 54321"));
}

TEST(Discover, RediscoversKeysOfASource) {
  stream all{2};
  all.add(6, 16, [](net::packet& out, std::uint32_t key, random_source& random) {  // Nmap
    auto const probe = random.below(65536);
    out.tcp_sequence = key ^ (probe << 16 | probe);
  });
  all.add(5, 16, [](net::packet& out, std::uint32_t key, random_source&) {  // Unicornscan
    out.tcp_sequence = key ^ __builtin_bswap32(out.destination) ^
                       (std::uint32_t{out.destination_port} << 16 | out.source_port);
  });
  all.add(300, 10, random_syn);
  auto const found = all.find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].same, "swap32(ip.dst) ^ (tcp.dstport << 16) ^ tcp.srcport ^ tcp.seq");
  EXPECT_EQ(found[0].sources, 5U);
  EXPECT_EQ(found[0].bits, 32U);
  EXPECT_EQ(found[1].same, "((tcp.seq >> 16) ^ tcp.seq) & 0xffff");
  EXPECT_EQ(found[1].sources, 6U);
  EXPECT_GE(found[1].verdict_packets, 3U);
}

TEST(Discover, FindsSumsAndOddBytes) {
  stream all{3};
  all.add(20, 14, [](net::packet& out, std::uint32_t, random_source&) {
    out.tcp_sequence = __builtin_bswap32(out.destination) + 12345;
  });
  all.add(15, 14, [](net::packet& out, std::uint32_t, random_source&) {
    out.ip_id = static_cast<std::uint16_t>(out.source_port - (out.destination >> 16) + 7);
  });
  all.add(10, 14, [](net::packet& out, std::uint32_t, random_source&) {  // its bytes changed round
    out.tcp_window = static_cast<std::uint16_t>(
        __builtin_bswap16(static_cast<std::uint16_t>(out.destination & 0xFFFF)));
  });
  all.add(9, 14, [](net::packet& out, std::uint32_t, random_source&) {
    out.source_port = static_cast<std::uint16_t>(out.source ^ out.ip_id);
  });
  all.add(300, 10, random_syn);
  auto const found = all.relations();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], "tcp.seq == swap32(ip.dst) + 12345");
  EXPECT_THAT(found, testing::Contains("ip.id == (tcp.srcport - (ip.dst >> 16) + 7) & 0xffff"));
  EXPECT_THAT(found, testing::Contains("tcp.window == swap16(ip.dst)"));
  EXPECT_THAT(found, testing::Contains("ip.id == (ip.src ^ tcp.srcport) & 0xffff"));
}

TEST(Discover, FindsNothingInRandomAndOrdinaryTraffic) {
  stream all{4};
  all.add(2000, 20, random_syn);
  all.add(30'000, 2, random_syn);
  all.add(1000, 12, linux_host);
  std::uint16_t counter = 0;
  all.add(500, 12, [&](net::packet& out, std::uint32_t key, random_source&) {  // Windows
    out.tcp_window = 8192;
    out.ip_id = static_cast<std::uint16_t>(key + ++counter);
    out.source_port = static_cast<std::uint16_t>(49152 + key % 16000);
  });
  all.add(300, 12, [](net::packet& out, std::uint32_t key, random_source&) {  // one target, again
    out.destination = 0xC6120000 | key % 65536;
    out.tcp_sequence = key;
    out.source_port = static_cast<std::uint16_t>(key >> 8);
  });
  all.add(300, 12, [](net::packet& out, std::uint32_t key, random_source&) {  // equal ports, UDP
    out.ip_protocol = net::protocol::udp;
    out.source_port = out.destination_port = static_cast<std::uint16_t>(key % 3 == 0 ? 123 : 53);
  });
  all.add(300, 12, [](net::packet& out, std::uint32_t key, random_source& random) {  // answers
    out.tcp_flags = net::tcp_flag::syn | net::tcp_flag::ack;
    out.source_port = key % 2 == 0 ? 80 : 443;
    out.tcp_acknowledgement = random.next32();
    out.ip_id = 0;
  });
  all.add(100, 12, [](net::packet& out, std::uint32_t, random_source& random) {  // resets
    out.tcp_flags = net::tcp_flag::rst | net::tcp_flag::ack;
    out.tcp_sequence = 0;
    out.tcp_acknowledgement = random.next32();
  });
  EXPECT_THAT(all.relations(), ElementsAre());
}

TEST(Discover, AMixedSourceDoesNotHideItsTool) {
  stream all{5};
  // Behind one address a bot, and beside it a host with other looks; in half of the sources even
  // the looks are the same.
  for (std::uint32_t i = 0; i < 40; ++i) {
    auto const source = 0x0C000000 | i;
    for (int j = 0; j < 24; ++j)
      all.put(source, i % 2 == 0 && j % 2 == 0 ? i : i + 7, [&](auto& out, auto key, auto& random) {
        if (j % 2 == 0) return mirai(out, key, random);
        if (i % 2 == 0) linux_host(out, key, random);
      });
  }
  all.add(300, 10, random_syn);
  auto const found = all.find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].relation, "tcp.seq == ip.dst");
  EXPECT_EQ(found[0].sources, 40U);
}

TEST(Discover, BotsWithOnePacketEachAreFoundTogether) {
  stream all{7};
  all.add(400, 1, mirai);
  all.add(200, 1,
          [](net::packet& out, std::uint32_t, random_source&) { out.destination_port = 23; });
  all.add(500, 3, random_syn);
  auto const found = all.find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].relation, "tcp.seq == ip.dst");
  EXPECT_EQ(found[0].sources, 400U);
  EXPECT_EQ(found[0].rest_matches, 0U);
}

TEST(Discover, AGroupSmallerThanAskedForIsNotProposed) {
  auto const found_with = [](std::size_t sources) {
    stream all{8, {.least_sources = sources}};
    all.add(4, 16, masscan);
    all.add(50, 10, random_syn);
    return all.find().size();
  };
  EXPECT_EQ(found_with(1), 1U);
  EXPECT_EQ(found_with(4), 1U);
  EXPECT_EQ(found_with(5), 0U);
}

TEST(Discover, ProposalsAreFingerprints) {
  stream all{9};
  all.add(50, 12, mirai);
  all.add(40, 20, masscan);
  all.add(30, 20, zmap);
  all.add(6, 16, [](net::packet& out, std::uint32_t key, random_source&) {
    out.tcp_sequence = key ^ out.destination;
  });
  all.add(300, 10, random_syn);
  auto const found = all.find();
  std::string file;
  for (auto const& each : found) file += to_toml(each) + "\n";
  ASSERT_EQ(found.size(), 4U) << file;
  auto const table = fingerprint_table::parse(file, "found.toml");
  ASSERT_TRUE(table.has_value()) << table.error().message << file;
  ASSERT_EQ(table->entries().size(), 4U);
  auto const& of_masscan = table->entries()[1];
  EXPECT_EQ(of_masscan.name, found[1].name);
  EXPECT_THAT(of_masscan.match,
              ElementsAre("tcp.syn", "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff",
                          "tcp.window == 1024", "ip.ttl > 200"));
  EXPECT_EQ(of_masscan.false_match, 0x1p-16);
  EXPECT_EQ(of_masscan.packets, 2U);
  EXPECT_EQ(table->entries()[2].same, "ip.dst ^ tcp.seq");
}

TEST(Discover, TomlSaysWhatSpeaksForIt) {
  stream all{10};
  all.add(40, 16, masscan);
  all.add(300, 10, random_syn);
  auto const found = all.find();
  ASSERT_EQ(found.size(), 1U);
  auto const text = to_toml(found[0]);
  EXPECT_THAT(text, HasSubstr("# 40 of 340 sampled sources, 640 of 3640 sampled packets; of 3000 "
                              "packets of others 0 pass.\n"));
  EXPECT_THAT(text, HasSubstr("# Also in this group: ip.df == 0 (100.0 % of it, 100.0 % of others)."
                              "\n"));
  EXPECT_THAT(text,
              HasSubstr("[[fingerprint]]\nname = \"" + found[0].name + "\"\nkind = \"unknown\"\n"));
  EXPECT_THAT(text, HasSubstr("false_match = \"2^-16\"\npackets = 2\n"));
}

TEST(Discover, EqualStreamsGiveEqualProposals) {
  auto const text = [] {
    stream all{12, {.sources = 150}};
    all.add(100, 9, mirai);
    all.add(40, 9, masscan);
    all.add(400, 5, random_syn);
    std::string out;
    for (auto const& each : all.find()) out += to_toml(each);
    return out;
  };
  EXPECT_EQ(text(), text());
}

TEST(Discover, OnlyUsableRowsAreLookedAt) {
  fingerprint_search search{{}};
  auto const batch = std::make_unique<net::packet_batch>();
  net::packet each;
  each.ip_protocol = net::protocol::tcp;
  std::uint16_t const cases[] = {net::bit(net::attribute::ports),
                                 net::bit(net::attribute::ports) | net::bit(net::attribute::ipv6),
                                 net::bit(net::attribute::fragment),
                                 net::bit(net::attribute::no_ip), 0};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    each.attributes = cases[i];
    batch->set_row(i, each);
  }
  batch->resize(std::size(cases));
  search.add(*batch);
  EXPECT_EQ(search.packets(), 5U);
  EXPECT_EQ(search.usable_packets(), 1U);
  EXPECT_TRUE(search.find().empty());
}

}  // namespace
}  // namespace kizashi::recognise::discover
