#include "kizashi/store/packet_writer.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

using ::testing::HasSubstr;

/// A stream of batches that a seed makes: IPv4, IPv6 and what is neither, over two days, some of it
/// out of order, with sequence numbers of Mirai and IP IDs of Masscan among others.
class stream {
public:
  explicit stream(std::uint64_t seed) : random_{seed} {}

  void next(net::packet_batch& batch, recognise::tag_columns& tags, std::size_t rows) {
    batch.clear();
    batch.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      batch.set_row(row, make_packet(batch));
      tags.type[row] = static_cast<std::uint8_t>(random_.below(20));
      tags.traffic_class[row] = static_cast<std::uint8_t>(random_.below(8));
      tags.scanner[row] = static_cast<std::uint16_t>(random_.below(3));
      tags.fingerprints[row] = random_.below(4);
    }
  }

private:
  auto make_packet(net::packet_batch& batch) -> net::packet {
    net::packet made;
    now_ += random_.below(4'000'000);
    made.time = timestamp{(1'640'995'200'000'000 + now_ - random_.below(2'000'000)) * 1000};
    made.source = 0xC6336400U + random_.below(50);
    made.destination = 0xC6120000U + random_.below(65536);
    made.tcp_sequence = random_.below(3) == 0 ? made.destination : random_.next32();
    made.source_port = static_cast<std::uint16_t>(random_.below(65536));
    made.destination_port = static_cast<std::uint16_t>(random_.below(5));
    auto const mixed = made.destination ^ made.tcp_sequence;
    made.ip_id = random_.below(3) == 0 ? static_cast<std::uint16_t>(mixed ^ made.destination_port)
                                       : static_cast<std::uint16_t>(random_.below(65536));
    made.wire_length = 60 + random_.below(40);
    made.ip_protocol = random_.below(4) == 0 ? 17 : 6;
    made.ttl = 64;
    if (auto const kind = random_.below(10); kind == 0) {
      made.attributes = net::bit(net::attribute::no_ip);
    } else if (kind < 3) {
      made.attributes = net::bit(net::attribute::ipv6);
      batch.ipv6.push_back({{0x20010db800000000U, random_.below(20)}, {0x20010db8U, made.source}});
      made.source = made.destination = static_cast<std::uint32_t>(batch.ipv6.size() - 1);
    }
    return made;
  }
  random_source random_;
  std::int64_t now_ = 86'000'000'000;
};

class PacketWriter : public internal::StoreTest {
protected:
  static constexpr std::size_t batches = 12, batch_rows = 500, block_rows = 1700;

  auto options() -> writer_options {
    writer_options wanted;
    wanted.sensor = "north";
    wanted.block_rows = block_rows;
    wanted.scanners = {"Censys", "Shadowserver"};
    wanted.fingerprints = {"mirai", "zmap"};
    return wanted;
  }
  /// Stores the first `count` batches of a stream.
  auto store(std::uint64_t seed, std::size_t count, writer_options wanted)
      -> result<writer_counts> {
    KIZASHI_TRY(auto writer, packet_writer::open(engine_, std::move(wanted)));
    stream from{seed};
    for (std::size_t i = 0; i < count; ++i) {
      from.next(*batch_, *tags_, batch_rows);
      KIZASHI_TRY(writer.add(*batch_, *tags_));
    }
    KIZASHI_TRY(writer.finish());
    return writer.counts();
  }
  void store_all(std::uint64_t stored, std::uint64_t known) {
    auto const done = store(1, batches, options());
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->packets, batches * batch_rows);
    EXPECT_EQ(done->stored, stored);
    EXPECT_EQ(done->known, known);
  }
  /// The packets by each table that counts them.
  auto counts() -> std::string {
    return ask(
        "select (select count() from packets) + (select count() from packets6), "
        "(select sum(packets) from tuples) + (select sum(packets) from tuples6), "
        "(select sum(packets) from port_minute), (select sumMerge(packets) from port_hour), "
        "(select sumMerge(packets) from port_day), (select sumMerge(packets) from place_hour), "
        "(select sumMerge(packets) from place_day), "
        "(select sum(packets) from source_hour) + (select sum(packets) from source6_hour), "
        "(select sum(packets) from source_day) + (select sum(packets) from source6_day), "
        "(select sum(packets + packets6) from ledger)");
  }

  static auto everywhere(std::uint64_t packets) -> std::string {
    return fmt::format("{}\n", fmt::join(std::vector(10, packets), "\t"));
  }

  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

TEST_F(PacketWriter, KeepsEachFieldOfEachPacket) {
  store_all(6000, 0);
  // Slow and obvious: every packet as text.
  std::multiset<std::string> expected;
  stream from{1};
  for (std::size_t i = 0; i < batches; ++i) {
    from.next(*batch_, *tags_, batch_rows);
    for (std::size_t row = 0; row < batch_rows; ++row) {
      auto const is = batch_->row(row);
      bool const has_ip = !batch_->has(row, net::attribute::no_ip);
      expected.insert(
          fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", is.time.nanoseconds() / 1000,
                      has_ip ? batch_->source_address(row).to_string() : "0.0.0.0",
                      has_ip ? batch_->destination_address(row).to_string() : "0.0.0.0",
                      is.source_port, is.destination_port, is.ip_protocol, is.tcp_sequence,
                      is.ip_id, is.wire_length, tags_->type[row], tags_->traffic_class[row],
                      tags_->scanner[row], tags_->fingerprints[row]));
    }
  }
  constexpr auto rest =
      "src_port, dst_port, protocol, seq, ip_id, wire_length, type, class, "
      "scanner, fingerprints";
  std::multiset<std::string> found;
  for (auto const* const table : {"packets", "packets6"}) {
    auto const number =
        std::string_view{table} == "packets" ? "IPv4NumToString" : "IPv6NumToString";
    auto const text =
        ask(fmt::format("select ts, {1}(src), {1}(dst), {2} from {0}", table, number, rest));
    for (auto const line : split(text, '\n')) {
      std::string words{line};
      std::ranges::replace(words, '\t', ' ');
      if (!words.empty()) found.insert(std::move(words));
    }
  }
  EXPECT_EQ(found, expected);
}

TEST_F(PacketWriter, RollsUpEachPacketOnce) {
  store_all(6000, 0);
  EXPECT_EQ(counts(), everywhere(6000));
  EXPECT_EQ(
      ask("select uniqCombinedMerge(sources) from port_hour"),
      ask("select (select uniqExact(src) from packets) + (select uniqExact(src) from packets6)"));
  EXPECT_EQ(
      ask("select protocol, port, sum(packets) from port_minute group by protocol, port order "
          "by protocol, port"),
      ask("select protocol, dst_port, count() from (select protocol, dst_port from packets "
          "union all select protocol, dst_port from packets6) group by protocol, dst_port "
          "order by protocol, dst_port"));
}

TEST_F(PacketWriter, StoresAStreamOnceHoweverOftenItComes) {
  store_all(6000, 0);
  store_all(0, 6000);
  engine_.reset();
  open();
  store_all(0, 6000);
  EXPECT_EQ(counts(), everywhere(6000));
}

TEST_F(PacketWriter, GoesOnWhereItWasStopped) {
  {
    auto writer = packet_writer::open(engine_, options());
    ASSERT_TRUE(writer) << writer.error().message;
    stream from{1};
    for (std::size_t i = 0; i < 8; ++i) {  // two blocks and a part that is lost
      from.next(*batch_, *tags_, batch_rows);
      ASSERT_TRUE(writer->add(*batch_, *tags_));
    }
  }
  auto const done = store(1, batches, options());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->stored + done->known, 6000U);
  EXPECT_EQ(counts(), everywhere(6000));
}

TEST_F(PacketWriter, StoresTheRestOfAStreamThatHasGrown) {
  auto const begun = store(1, 7, options());  // two blocks of 2,000 packets less a part
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(begun->stored, 3500U);
  store_all(2500, 3500);
  store_all(0, 6000);
  EXPECT_EQ(ask("select (select count() from packets) + (select count() from packets6), (select "
                "sumMerge(packets) from port_hour)"),
            "6000\t6000\n");
}

TEST_F(PacketWriter, KnowsAStreamByItsBeginHoweverFewOfAFamilyAreInIt) {
  auto wanted = options();
  wanted.block_rows = 100'000;  // one block
  auto const part = store(1, 4, wanted);
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->stored, 4 * batch_rows);
  auto const all = store(1, batches, wanted);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->known, 4 * batch_rows);
  EXPECT_EQ(all->stored, 8 * batch_rows);
}

TEST_F(PacketWriter, StoresNothingOfWhatIsStoppedBeforeItCanBeKnownAgain) {
  auto writer = packet_writer::open(engine_, options());
  ASSERT_TRUE(writer) << writer.error().message;
  stream from{1};
  from.next(*batch_, *tags_, 1000);
  ASSERT_TRUE(writer->add(*batch_, *tags_));
  ASSERT_TRUE(writer->finish(false));
  EXPECT_EQ(writer->counts().stored, 0U);
  EXPECT_EQ(ask("select count() from ledger"), "0\n");
}

TEST_F(PacketWriter, TakesAStreamThatIsStoppedEarlierThanBeforeForKnown) {
  store_all(6000, 0);
  auto writer = packet_writer::open(engine_, options());
  ASSERT_TRUE(writer);
  stream from{1};
  for (std::size_t i = 0; i < 7; ++i) {
    from.next(*batch_, *tags_, batch_rows);
    ASSERT_TRUE(writer->add(*batch_, *tags_));
  }
  ASSERT_TRUE(writer->finish(false));
  EXPECT_EQ(writer->counts().known, 3500U);
}

TEST_F(PacketWriter, RefusesAStreamThatBeganTheSameAndGoesOnDifferently) {
  store_all(6000, 0);
  auto writer = packet_writer::open(engine_, options());
  ASSERT_TRUE(writer);
  stream from{1};
  for (std::size_t i = 0; i < batches; ++i) {
    from.next(*batch_, *tags_, batch_rows);
    if (i == 9) batch_->destination_port[7] ^= 1;
    if (!writer->add(*batch_, *tags_)) break;
  }
  auto const done = writer->finish();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("block 3 differs"));
  EXPECT_THAT(done.error().message, HasSubstr("--sensor"));
  EXPECT_EQ(ask("select (select count() from packets) + (select count() from packets6)"), "6000\n");
}

TEST_F(PacketWriter, KeepsSensorsApartAndNamesByTheirOwnNumbers) {
  ASSERT_TRUE(store(1, 4, options()));
  auto other = options();
  other.sensor = "south";
  other.scanners = {"Shadowserver", "Rapid7"};
  ASSERT_TRUE(store(1, 4, other));
  EXPECT_EQ(ask("select kind, number, name from names where kind in ('scanner', 'sensor') order by "
                "kind, number"),
            "scanner\t1\tCensys\nscanner\t2\tShadowserver\nscanner\t3\tRapid7\n"
            "sensor\t1\tnorth\nsensor\t2\tsouth\n");
  EXPECT_EQ(ask("select countIf(scanner = 1) from packets where sensor = 1"),
            ask("select countIf(scanner = 2) from packets where sensor = 2"));
}

class EndlessStream : public PacketWriter {
protected:
  /// Writes the batches of the blocks from `first` to before `last` of a stream with a name, two to
  /// a block; of the last one only `batches_of_last`, closed because the reading is stopped.
  auto write(std::string const& sensor, std::size_t first, std::size_t last,
             std::size_t batches_of_last = 2) -> result<writer_counts> {
    auto wanted = options();
    wanted.sensor = sensor;
    wanted.stream = stream_place{5, first};
    KIZASHI_TRY(auto writer, packet_writer::open(engine_, std::move(wanted)));
    stream from{1};
    for (std::size_t i = 0; i < (last - 1) * 2 + batches_of_last; ++i) {
      from.next(*batch_, *tags_, batch_rows);
      if (i / 2 < first) continue;
      EXPECT_EQ(writer.next_sequence(), i / 2);
      KIZASHI_TRY(writer.add(*batch_, *tags_));
      if (i % 2 == 1) KIZASHI_TRY(writer.flush());
    }
    if (batches_of_last < 2) KIZASHI_TRY(writer.finish(false));
    KIZASHI_TRY(writer.wait());
    return writer.counts();
  }
};

TEST_F(EndlessStream, IsStoredOnceWhereverItIsCutOffAndWrittenOnFrom) {
  constexpr std::size_t blocks = batches / 2, of_a_block = 2 * batch_rows;
  std::uint64_t all = 0;
  for (auto const& [cut, first] : {std::pair{1, 0}, {1, 1}, {3, 2}, {4, 0}, {6, 3}}) {
    auto const sensor = fmt::format("cut {} from {}", cut, first);
    auto const begun = write(sensor, 0, cut);
    ASSERT_TRUE(begun) << begun.error().message;
    EXPECT_EQ(begun->stored, cut * of_a_block);
    auto const rest = write(sensor, first, blocks);
    ASSERT_TRUE(rest) << rest.error().message;
    EXPECT_EQ(rest->known, (cut - first) * of_a_block);
    EXPECT_EQ(rest->stored, (blocks - cut) * of_a_block);
    all += blocks * of_a_block;
  }
  EXPECT_EQ(counts(), everywhere(all));
}

TEST_F(EndlessStream, GetsTheRestOfABlockThatWasClosedEarlier) {
  auto const begun = write("north", 0, 3, 1);
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(begun->stored, 5 * batch_rows);
  auto const rest = write("north", 2, 6);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->known, batch_rows);
  EXPECT_EQ(rest->stored, 7 * batch_rows);
  EXPECT_EQ(ask("select (select count() from packets) + (select count() from packets6), (select "
                "sumMerge(packets) from port_hour)"),
            "6000\t6000\n");
}

TEST_F(EndlessStream, IsInTheStoreWhenWaitReturnsAndNamedBeforeIt) {
  auto wanted = options();
  wanted.stream = stream_place{5, 7};
  auto writer = packet_writer::open(engine_, wanted);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer->flush());  // nothing is no block
  ASSERT_TRUE(writer->wait());
  EXPECT_EQ(writer->epoch(), 5U);
  EXPECT_EQ(writer->next_sequence(), 7U);
  stream from{1};
  for (std::uint64_t i = 1; i <= 3; ++i) {
    from.next(*batch_, *tags_, 10);  // too few to be known again without a name
    ASSERT_TRUE(writer->add(*batch_, *tags_));
    ASSERT_TRUE(writer->flush());
    ASSERT_TRUE(writer->wait());
    EXPECT_EQ(writer->next_sequence(), 7 + i);
    EXPECT_EQ(counts(), everywhere(10 * i));
  }
  EXPECT_EQ(ask("select epoch, sequence from ledger order by sequence"), "5\t7\n5\t8\n5\t9\n");
}

TEST_F(EndlessStream, RefusesABlockThatIsClosedEarlierThanBefore) {
  ASSERT_TRUE(write("north", 0, 6));
  auto wanted = options();
  wanted.stream = stream_place{5, 0};
  auto writer = packet_writer::open(engine_, wanted);
  ASSERT_TRUE(writer) << writer.error().message;
  stream from{1};
  from.next(*batch_, *tags_, batch_rows);
  ASSERT_TRUE(writer->add(*batch_, *tags_));
  ASSERT_TRUE(writer->flush());
  auto const done = writer->wait();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("block 1 differs"));
  EXPECT_EQ(counts(), everywhere(6000));
}

TEST_F(PacketWriter, RefusesAStoreOfANewerVersion) {
  ASSERT_TRUE(prepare_schema(*engine_));
  run("insert into names values ('schema', 9, 'version')");
  auto const opened = packet_writer::open(engine_, options());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("of version 9"));
}

}  // namespace
}  // namespace kizashi::store
