// Packets that go into a store and come out again, against a slow and obvious selection of what
// went in.
#include "kizashi/store/packet_reader.hpp"

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::store {
namespace {

/// A packet with its addresses, sensor and tags.
struct whole_packet {
  net::packet row;
  net::address source, destination;
  std::string sensor;
  std::uint64_t fingerprints = 0;
  std::uint16_t scanner = 0;

  [[nodiscard]] auto text() const -> std::string {
    auto const& r = row;
    return fmt::format("{} {} {} {} {}/{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
                       r.time.nanoseconds(), sensor, source.to_string(), destination.to_string(),
                       r.source_port, r.destination_port, r.ip_protocol, r.tcp_flags, r.ttl,
                       r.ip_length, r.wire_length, r.attributes, r.payload_length, r.ip_id,
                       r.tcp_sequence, r.tcp_acknowledgement, r.tcp_window, r.tcp_options,
                       r.tcp_mss, r.tcp_window_scale, fingerprints, scanner);
  }
};

class PacketReader : public internal::StoreTest {
protected:
  static constexpr std::int64_t begin = 1'640'995'200'000'000;  // 2022-01-01, microseconds

  auto make(random_source& random, net::packet_batch& batch, std::string const& sensor)
      -> whole_packet {
    auto const word = [&] { return static_cast<std::uint16_t>(random.below(65536)); };
    whole_packet made;
    made.sensor = sensor;
    auto& row = made.row;
    row.time = timestamp{(begin + random.below(50) * 3'600'000'000LL + random.below(100)) * 1000};
    if (random.below(50) == 0) row.time = timestamp::unknown();
    row.source = 0xC6336400U + random.below(5);
    row.destination = 0xC6120000U + random.below(5);
    row.tcp_sequence = random.below(3) == 0 ? row.destination : random.next32();
    row.destination_port = static_cast<std::uint16_t>(random.below(4));
    row.source_port = static_cast<std::uint16_t>(random.below(4));
    row.ip_id = word(), row.tcp_window = word(), row.tcp_mss = word(), row.ip_length = word();
    row.payload_length = word();
    row.ip_protocol = std::array<std::uint8_t, 3>{6, 17, 1}[random.below(3)];
    row.ttl = static_cast<std::uint8_t>(word()), row.tcp_flags = static_cast<std::uint8_t>(word());
    row.wire_length = random.next32(), row.tcp_acknowledgement = random.next32();
    row.tcp_options = random.next32();
    row.attributes = net::bit(net::attribute::ports);
    made.fingerprints = random.below(4);
    made.scanner = static_cast<std::uint16_t>(random.below(3));
    if (random.below(4) == 0) {
      row.attributes |= net::bit(net::attribute::ipv6);
      batch.ipv6.push_back(
          {net::ipv6{0x20010db8'0000'0000, random.below(5)}, net::ipv6{1, random.below(5)}});
      row.source = row.destination = static_cast<std::uint32_t>(batch.ipv6.size() - 1);
    } else if (random.below(10) == 0) {
      row.attributes = net::bit(net::attribute::no_ip);
      row.source = row.destination = 0;
    }
    return made;
  }

  void store(std::uint64_t seed, std::string const& sensor) {
    writer_options options;
    options.sensor = sensor;
    options.scanners = {"Censys", "Shadowserver"};
    options.fingerprints = {"mirai", "zmap"};
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    auto const batch = std::make_unique<net::packet_batch>();
    auto const tags = std::make_unique<recognise::tag_columns>();
    random_source random{seed};
    batch->clear();
    batch->resize(3000);
    for (std::size_t i = 0; i < batch->size(); ++i) {
      auto made = make(random, *batch, sensor);
      batch->set_row(i, made.row);
      tags->type[i] = tags->traffic_class[i] = 0;
      tags->scanner[i] = made.scanner;
      tags->fingerprints[i] = made.fingerprints;
      made.source = batch->source_address(i), made.destination = batch->destination_address(i);
      made.row.source = made.row.destination = 0;
      all_.push_back(made);
    }
    ASSERT_TRUE(writer->add(*batch, *tags));
    auto const done = writer->finish();
    ASSERT_TRUE(done) << done.error().message;
  }

  /// What comes out, in its order.
  auto read(packet_selection const& wanted, std::uint64_t piece_rows = 100)
      -> std::vector<std::string> {
    auto const chosen = chosen_packets::find(*engine_, wanted, {}, nullptr, piece_rows);
    if (!chosen) return {chosen.error().message};
    std::vector<std::string> out;
    std::int64_t last = timestamp::unknown().nanoseconds();
    auto const done = read_packets(*engine_, *chosen, {}, [&](stored_packets& batch) -> status {
      for (std::size_t i = 0; i < batch.packets.size(); ++i) {
        whole_packet got{batch.packets.row(i),
                         batch.packets.source_address(i),
                         batch.packets.destination_address(i),
                         batch.sensor[i] == 1 ? "north" : "south",
                         batch.tags.fingerprints[i],
                         batch.tags.scanner[i]};
        got.row.source = got.row.destination = 0;
        EXPECT_LE(last, got.row.time.nanoseconds());
        last = got.row.time.nanoseconds();
        out.push_back(got.text());
      }
      return {};
    });
    if (!done) return {done.error().message};
    EXPECT_EQ(out.size(), chosen->packets());
    return out;
  }

  template <class Test>
  auto expected(Test test) -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& each : all_)
      if (test(each)) out.push_back(each.text());
    return out;
  }

  std::vector<whole_packet> all_;
};

TEST_F(PacketReader, GivesBackEachFieldOfEachPacketWhateverThePieces) {
  store(1, "north");
  store(2, "south");
  auto const got = read({});
  EXPECT_THAT(got, testing::UnorderedElementsAreArray(expected([](auto&) { return true; })));
  EXPECT_EQ(got, read({}, 5'000'000));
  EXPECT_EQ(got, read({}, 1));
}

TEST_F(PacketReader, SelectsAsASlowLoopDoes) {
  store(1, "north");
  store(2, "south");
  auto const check = [&](packet_selection const& wanted, auto test) {
    auto const chosen = expected(test);
    EXPECT_GT(chosen.size(), 10U);
    EXPECT_THAT(read(wanted), testing::UnorderedElementsAreArray(chosen));
  };
  packet_selection wanted;
  wanted.sensor = "south";
  check(wanted, [](whole_packet const& p) { return p.sensor == "south"; });
  timestamp const from{(begin + 7'200'000'050) * 1000}, to{(begin + 36'000'000'050) * 1000};
  wanted = {};
  wanted.from = from, wanted.to = to;
  check(wanted, [&](whole_packet const& p) { return p.row.time >= from && p.row.time < to; });
  wanted.from = timestamp::unknown();
  check(wanted, [&](whole_packet const& p) { return p.row.time.is_known() && p.row.time < to; });
  wanted = {};
  wanted.port = net::port{2};
  check(wanted, [](whole_packet const& p) {
    return p.row.ip_protocol != 1 && (p.row.source_port == 2 || p.row.destination_port == 2);
  });
  auto const four = net::prefix::parse("198.51.100.2/31").value();
  auto const six = net::prefix::parse("0:0:0:1::2").value();
  auto const is_in = [](whole_packet const& p, net::prefix const& where) {
    return (p.row.attributes & net::bit(net::attribute::no_ip)) == 0 &&
           (where.contains(p.source) || where.contains(p.destination));
  };
  wanted = {};
  wanted.of = {four};
  check(wanted, [&](whole_packet const& p) { return is_in(p, four); });
  wanted.of = {six, four};
  check(wanted, [&](whole_packet const& p) { return is_in(p, four) || is_in(p, six); });
  auto const all = net::prefix::parse("0.0.0.0/0").value();
  wanted.of = {all};
  check(wanted, [&](whole_packet const& p) { return is_in(p, all); });
  wanted.sensor = "north", wanted.of = {four}, wanted.port = net::port{1};
  check(wanted, [&](whole_packet const& p) {
    return p.sensor == "north" && is_in(p, four) && p.row.ip_protocol != 1 &&
           (p.row.source_port == 1 || p.row.destination_port == 1);
  });
}

TEST_F(PacketReader, NamesTheSensorsThatThereAre) {
  store(1, "north");
  packet_selection wanted;
  wanted.sensor = "east";
  EXPECT_THAT(read(wanted), testing::ElementsAre("the store has no sensor \"east\"; it has north"));
}

TEST_F(PacketReader, EndsWhenTheSinkDoes) {
  store(1, "north");
  auto const chosen = chosen_packets::find(*engine_, {}, {});
  ASSERT_TRUE(chosen);
  auto const done = read_packets(*engine_, *chosen, {}, [](stored_packets&) -> status {
    return fail(errc::io_error, "enough");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
}

TEST_F(PacketReader, WritesWords) {
  store(1, "north");
  auto const chosen = chosen_packets::find(*engine_, {}, {});
  ASSERT_TRUE(chosen);
  auto const text = ask(chosen->text(chosen->whole(), {.has_typed_times = false}));
  ASSERT_TRUE(text.ends_with('\n'));
  auto const lines = split(std::string_view{text}.substr(0, text.size() - 1), '\n');
  ASSERT_EQ(lines.size(), all_.size());
  // The same by hand for a few columns, in any order.
  std::vector<std::string> got, wanted;
  for (auto const line : lines) {
    auto const cells = split(line, '\t');
    ASSERT_EQ(cells.size(), 26U);
    got.push_back(fmt::format("{} {} {} {} {} {} {}", cells[0], cells[1], cells[2], cells[3],
                              cells[4], cells[12], cells[23]));
  }
  for (auto const& p : all_) {
    bool const has_ip = (p.row.attributes & net::bit(net::attribute::no_ip)) == 0;
    auto const time = p.row.time.to_string();
    constexpr std::string_view names[]{"", "mirai", "zmap", "mirai zmap"};
    constexpr std::string_view protocols[]{"icmp", "tcp", "udp"};
    wanted.push_back(fmt::format(
        "{} north {} {} {} {} {}", p.row.time.is_known() ? time.substr(0, 26) + "Z" : "",
        has_ip ? p.source.to_string() : "", has_ip ? p.destination.to_string() : "",
        protocols[p.row.ip_protocol == 1   ? 0
                  : p.row.ip_protocol == 6 ? 1
                                           : 2],
        p.row.ip_id, names[p.fingerprints]));
  }
  EXPECT_THAT(got, testing::UnorderedElementsAreArray(wanted));
}

TEST_F(PacketReader, WritesNoDestinationsWhereTheyAreHidden) {
  store(1, "north");
  auto const chosen = chosen_packets::find(*engine_, {}, {});
  ASSERT_TRUE(chosen);
  auto const sql = chosen->text(chosen->whole(), {.has_destinations = false});
  auto const text = ask(sql);
  EXPECT_GT(text.size(), 100'000U);
  // Destinations are 198.18.0.0 to 198.18.0.4 and 0:0:0:1::0 to 4, sources never.
  EXPECT_EQ(text.find("198.18."), std::string::npos);
  EXPECT_EQ(text.find("0:0:0:1:"), std::string::npos);
  auto const first = text.substr(0, text.find('\n'));
  EXPECT_EQ(split(first, '\t').size(), 22U);
}

}  // namespace
}  // namespace kizashi::store
