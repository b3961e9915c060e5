#include "kizashi/store/schema.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/internal/temporary_store.hpp"

namespace kizashi::store {
namespace {

class Schema : public internal::StoreTest {
protected:
  void run(std::string const& statement) {
    auto const done = engine_->run(statement);
    ASSERT_TRUE(done) << statement << ": " << done.error().message;
  }
  void run_file(std::string const& name) {
    std::ostringstream text;
    text << std::ifstream{std::string{KIZASHI_SOURCE_DIR} + "/tests/store/" + name}.rdbuf();
    auto const all = text.str();
    std::string_view const statements = std::string_view{all}.substr(all.find('\n'));
    for (auto const each : split(statements, ';'))
      if (!trim(each).empty()) run(std::string{each});
  }
  /// Findings of version 2 of three streams: one of the sensor 1, two of the sensor 2.
  void make_version_2() {
    run_file("schema_2.sql");
    run("insert into ledger values (1, 71, 0, 5, 900, 0), (1, 71, 1, 6, 100, 0), (2, 72, 0, 7, 10, "
        "0), (2, 73, 0, 8, 10, 0)");
    for (auto const* const port : {"22", "23"})
      run(fmt::format(
          "insert into events (src, first, sensor, port, ports, packets, ongoing) select "
          "toFixedString('a', 16), 86400000000 * sensor, sensor, {}, 1, 10, 1 from "
          "(select arrayJoin([1, 2]) as sensor)",
          port));
    run("insert into attacks (victim, first, sensor, packets) values ('v', 86400000000, 1, 30)");
    run("insert into windows (start, seconds, sensor, epoch, packets) values (86400, 60, 1, 71, "
        "10)");
    run("insert into windows (start, seconds, sensor, epoch, packets) values (86400, 60, 1, 71, "
        "20)");
    run("insert into names values ('schema', 2, 'version'), ('type', 0, 'other-ip')");
  }
  /// A store of version 1 with 3,000 packets of IPv4 and 200 of IPv6, of two days.
  void make_version_1() {
    run_file("schema_1.sql");
    run("insert into packets (sensor, ts, src, dst, dst_port, protocol, wire_length, attributes, "
        "country) select 1, (86390 + intDiv(number, 100)) * 1000000, number % 7, number % 5, 23, "
        "6, 60 + number % 2, 128, 'JP' from numbers(3000)");
    run("insert into packets6 (sensor, ts, src, dst_port, protocol, wire_length, country) select "
        "1, 86390000000, toFixedString(toString(number % 3), 16), 53, 17, 90, '--' from "
        "numbers(200)");
    run("insert into names values ('schema', 1, 'version'), ('sensor', 1, 'north')");
  }
};

TEST_F(Schema, MergesManyPartsAtATimeInOldStoresToo) {
  auto const lacking = [&] {
    return ask(
        "select count() from system.tables where database = 'default' and engine like "
        "'%MergeTree' and create_table_query not like '%min_parts_to_merge_at_once = 20%'");
  };
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(lacking(), "0\n");
  run("alter table packets reset setting min_parts_to_merge_at_once");
  run("alter table events modify setting min_parts_to_merge_at_once=3");
  EXPECT_EQ(lacking(), "2\n");
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(lacking(), "0\n");
}

TEST_F(Schema, GivesOldStoresTheCodecsOfToday) {
  auto const codec = [&](std::string_view column) {
    return ask(
        fmt::format("select compression_codec from system.columns where database = "
                    "'default' and concat(table, '.', name) = '{}'",
                    column));
  };
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(codec("tuples.packets"), "CODEC(T64, ZSTD(1))\n");
  run("insert into tuples (minute, src, packets, bytes) values (0, 1, 5, 300)");
  run("alter table tuples modify column packets UInt64 codec(ZSTD(1)), modify column src UInt32 "
      "codec(Delta, ZSTD(1))");
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(codec("tuples.packets"), "CODEC(T64, ZSTD(1))\n");
  EXPECT_EQ(codec("tuples.src"), "CODEC(ZSTD(1))\n");
  EXPECT_EQ(ask("select src, packets, bytes from tuples"), "1\t5\t300\n");
}

TEST_F(Schema, BringsAStoreOfVersion1ToToday) {
  make_version_1();
  // Half of it was done, and then the power failed.
  run("drop table packets_to_port_minute");
  run("drop table source_hour");
  auto const done = prepare_schema(*engine_);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(ask("select max(number) from names where kind = 'schema'"), "5\n");
  // Half of 3,000 packets have 60 bytes, half 61. 7 sources, 5 destinations, 2 minutes.
  EXPECT_EQ(ask("select sum(packets), sum(bytes), count() from tuples"), "3000\t181500\t70\n");
  EXPECT_EQ(ask("select sum(packets), sum(bytes), count() from tuples6"), "200\t18000\t3\n");
  EXPECT_EQ(ask("select has_port, sum(packets) from port_minute group by has_port order by "
                "has_port"),
            "0\t200\n1\t3000\n");
  // Ten seconds of 100 packets are before midnight.
  EXPECT_EQ(ask("select day, sumMerge(packets), uniqCombinedMerge(sources) from port_day where "
                "has_port = 1 group by day order by day"),
            "0\t1000\t7\n86400\t2000\t7\n");
  EXPECT_EQ(ask("select country, sumMerge(bytes) from place_hour group by country order by "
                "country"),
            "--\t18000\nJP\t181500\n");
  EXPECT_EQ(ask("select sum(packets) from source_day"), "3000\n");
  EXPECT_EQ(ask("select sum(packets) from source6_day"), "200\n");
  EXPECT_EQ(ask("select name from names where kind = 'class' and number = 1"), "backscatter\n");
  // What comes from now on is rolled up once.
  run("insert into tuples (minute, src, packets, bytes) values (0, 1, 5, 300)");
  EXPECT_EQ(ask("select sum(packets) from port_minute"), "3205\n");
}

TEST_F(Schema, BringsAStoreOfVersion2ToToday) {
  make_version_2();
  // Half of it was done, and then the power failed.
  run("create table events_3 (a UInt8) engine=MergeTree order by a");
  for (int times = 0; times < 2; ++times) {
    auto const done = prepare_schema(*engine_);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(ask("select max(number) from names where kind = 'schema'"), "5\n");
    EXPECT_EQ(ask("select sensor, epoch, generation, port, packets, ongoing from events final "
                  "order by sensor, port"),
              "1\t71\t0\t22\t10\t1\n1\t71\t0\t23\t10\t1\n"
              "2\t0\t0\t22\t10\t1\n2\t0\t0\t23\t10\t1\n");
    EXPECT_EQ(ask("select epoch, packets from attacks final"), "71\t30\n");
    EXPECT_EQ(ask("select epoch, generation, packets from windows final"), "71\t0\t20\n");
    EXPECT_EQ(ask("select distinct sensor, epoch, generation, state from readings order by epoch"),
              "1\t71\t0\t0\n2\t72\t0\t0\n2\t73\t0\t0\n");
    EXPECT_EQ(ask("select count() from names where kind = 'type' and number = 0"), "1\n");
    EXPECT_EQ(ask("exists table events_3"), "0\n");
    // As if it had died before the version was written.
    run("alter table names delete where kind = 'schema' and number = 5 settings mutations_sync=1");
  }
}

TEST_F(Schema, BringsAStoreOfVersion4ToToday) {
  ASSERT_TRUE(prepare_schema(*engine_));
  run("drop table findings");
  run("alter table names delete where kind in ('schema', 'level') settings mutations_sync=1");
  run("insert into names values ('schema', 4, 'version')");
  run("insert into events (first, packets) values (86400000000, 7)");
  for (int times = 0; times < 2; ++times) {
    auto const done = prepare_schema(*engine_);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(ask("select max(number) from names where kind = 'schema'"), "5\n");
    EXPECT_EQ(ask("select count() from findings"), "0\n");
    EXPECT_EQ(ask("select packets from events final"), "7\n");
    EXPECT_EQ(ask("select name from names where kind = 'level' order by number"),
              "note\nlow\nmedium\nhigh\ncritical\n");
    // As if it had died before the version was written.
    run("alter table names delete where kind = 'schema' and number = 5 settings mutations_sync=1");
  }
}

TEST_F(Schema, MakesNothingTwice) {
  ASSERT_TRUE(prepare_schema(*engine_));
  auto const names = ask("select count() from names");
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(ask("select count() from names"), names);
}

}  // namespace
}  // namespace kizashi::store
