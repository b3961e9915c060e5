#include "kizashi/store/schema.hpp"

#include <fstream>
#include <sstream>

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
  /// A store of version 1 with 3,000 packets of IPv4 and 200 of IPv6, of two days.
  void make_version_1() {
    std::ostringstream text;
    text << std::ifstream{std::string{KIZASHI_SOURCE_DIR} + "/tests/store/schema_1.sql"}.rdbuf();
    auto const all = text.str();
    std::string_view const statements = std::string_view{all}.substr(all.find('\n'));
    for (auto const each : split(statements, ';'))
      if (!trim(each).empty()) run(std::string{each});
    run("insert into packets (sensor, ts, src, dst, dst_port, protocol, wire_length, attributes, "
        "country) select 1, (86390 + intDiv(number, 100)) * 1000000, number % 7, number % 5, 23, "
        "6, 60 + number % 2, 128, 'JP' from numbers(3000)");
    run("insert into packets6 (sensor, ts, src, dst_port, protocol, wire_length, country) select "
        "1, 86390000000, toFixedString(toString(number % 3), 16), 53, 17, 90, '--' from "
        "numbers(200)");
    run("insert into names values ('schema', 1, 'version'), ('sensor', 1, 'north')");
  }
};

TEST_F(Schema, BringsAStoreOfVersion1ToToday) {
  make_version_1();
  // Half of it was done, and then the power failed.
  run("drop table packets_to_port_minute");
  run("drop table source_hour");
  auto const done = prepare_schema(*engine_);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(ask("select max(number) from names where kind = 'schema'"), "2\n");
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

TEST_F(Schema, MakesNothingTwice) {
  ASSERT_TRUE(prepare_schema(*engine_));
  auto const names = ask("select count() from names");
  ASSERT_TRUE(prepare_schema(*engine_));
  EXPECT_EQ(ask("select count() from names"), names);
}

}  // namespace
}  // namespace kizashi::store
