#include "kizashi/store/embedded_engine.hpp"

#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/native_reader.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;
using ::testing::HasSubstr;

class EmbeddedEngine : public store::internal::StoreTest {
protected:
  void make_table() {
    run("create table seen (sensor UInt16, source UInt32, name String) engine=MergeTree "
        "order by source settings non_replicated_deduplication_window=100");
  }
  static auto block(std::vector<std::uint32_t> const& sources) -> native_block {
    native_block made{sources.size()};
    std::vector<std::uint16_t> const sensors(sources.size(), 7);
    std::vector<std::string_view> const names(sources.size(), "it's");
    made.add("sensor", sensors);
    made.add("source", sources);
    made.add_strings("name", names);
    return made;
  }
};

TEST_F(EmbeddedEngine, AnswersWhatWasInserted) {
  make_table();
  insert("seen", block({30, 10, 20}));
  EXPECT_EQ(ask("select sensor, source, name from seen order by source"),
            "7\t10\tit\\'s\n7\t20\tit\\'s\n7\t30\tit\\'s\n");
}

TEST_F(EmbeddedEngine, KnowsWhatItCan) {
  auto const& has = engine_->capabilities();
  EXPECT_GE(has.major, 26U);
  EXPECT_TRUE(has.has_codecs && has.has_ttl && has.has_insert_tokens && has.has_fsync);
}

TEST_F(EmbeddedEngine, StoresABlockWithTheSameTokenOnce) {
  make_table();
  insert("seen", block({1, 2}), "sensor 7, block 1");
  insert("seen", block({1, 2}), "sensor 7, block 1");
  insert("seen", block({8, 9, 10}), "sensor 7, block 1");
  insert("seen", block({1, 2}), "sensor 7, block 2");
  EXPECT_EQ(ask("select count() from seen"), "4\n");
}

TEST_F(EmbeddedEngine, StoresEqualBlocksWithoutTokensEachTime) {
  make_table();
  insert("seen", block({1, 2}));
  insert("seen", block({1, 2}));
  EXPECT_EQ(ask("select count() from seen"), "4\n");
}

TEST_F(EmbeddedEngine, KeepsWhatItHasOverAReopening) {
  make_table();
  insert("seen", block({5}), "t");
  engine_.reset();
  open();
  insert("seen", block({5}), "t");
  EXPECT_EQ(ask("select count() from seen"), "1\n");
}

TEST_F(EmbeddedEngine, RefusesAColumnThatTheTableDoesNotHave) {
  make_table();
  native_block odd{1};
  odd.add("sorce", std::vector<std::uint32_t>{1});
  auto const done = engine_->insert("seen", odd, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::not_found);
  EXPECT_THAT(done.error().message, HasSubstr("No such column sorce in table"));
  EXPECT_EQ(ask("select count() from seen"), "0\n");
}

TEST_F(EmbeddedEngine, RefusesATableThatIsNotThere) {
  auto const done = engine_->insert("seen", block({1}), {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "Table default.seen does not exist");
  // The session is good for the next statement.
  make_table();
  insert("seen", block({1}));
}

TEST_F(EmbeddedEngine, TakesABlockAfterOneThatItRefused) {
  make_table();
  insert("seen", block({1}));  // its session is used again
  native_block odd{1};
  odd.add("sorce", std::vector<std::uint32_t>{1});
  EXPECT_FALSE(engine_->insert("seen", odd, {}));
  insert("seen", block({2, 3}));
  insert("seen", block({4}));
  EXPECT_EQ(ask("select count() from seen"), "4\n");
}

TEST_F(EmbeddedEngine, GivesLargeAnswersInPieces) {
  std::size_t pieces = 0;
  std::uint64_t sum = 0;
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t row = 0; row < rows.count; ++row) sum += rows.columns[0].unsigned_at(row);
    return {};
  }};
  auto const done = engine_->ask({"select number from numbers(300000)", answer_form::native, {}},
                                 [&](std::span<std::uint8_t const> piece) {
                                   ++pieces;
                                   return reader.feed(piece);
                                 });
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_TRUE(reader.finish());
  EXPECT_EQ(sum, 299999ULL * 300000 / 2);
  EXPECT_GT(pieces, 2U);
}

TEST_F(EmbeddedEngine, EndsAQuestionWhenTheAnswerIsRefused) {
  std::size_t pieces = 0;
  auto const done = engine_->ask({"select number from system.numbers", {}, {}},
                                 [&](std::span<std::uint8_t const>) -> status {
                                   if (++pieces == 3) return fail(errc::interrupted, "enough");
                                   return {};
                                 });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(pieces, 3U);
  EXPECT_EQ(ask("select 1"), "1\n");
}

TEST_F(EmbeddedEngine, WritesLinesInEveryForm) {
  constexpr auto sql = "select number as n, concat('\"', toString(number)) as t from numbers(2)";
  EXPECT_EQ(ask_whole(*engine_, {sql, answer_form::tab_separated, {}}).value(), "0\t\"0\n1\t\"1\n");
  EXPECT_EQ(ask_whole(*engine_, {sql, answer_form::comma_separated, {}}).value(),
            "0,\"\"\"0\"\n1,\"\"\"1\"\n");
  EXPECT_EQ(ask_whole(*engine_, {sql, answer_form::json_lines, {}}).value(),
            "{\"n\":0,\"t\":\"\\\"0\"}\n{\"n\":1,\"t\":\"\\\"1\"}\n");
}

TEST_F(EmbeddedEngine, RefusesAnAnswerThatIsTooLong) {
  auto const answer = ask_whole(
      *engine_, {"select number from numbers(1000)", answer_form::tab_separated, {}}, 100);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the answer has more than 100 bytes; ask for less");
}

TEST_F(EmbeddedEngine, NeverWritesForAQuestion) {
  make_table();
  auto const file = (folder_.path() / "written").string();
  constexpr auto refused =
      "the statement writes or changes something; only questions are answered here: SELECT, SHOW, "
      "DESCRIBE, EXPLAIN";
  EXPECT_EQ(ask("insert into seen values (1, 2, 'x')"), refused);
  EXPECT_EQ(ask("drop table seen"), refused);
  EXPECT_EQ(ask("alter table seen delete where 1"), refused);
  EXPECT_EQ(ask("optimize table seen final"), refused);
  EXPECT_EQ(ask("set readonly=0"), refused);
  EXPECT_EQ(ask("system shutdown"), refused);
  EXPECT_EQ(ask("select 1 into outfile '" + file + "'"), refused);
  EXPECT_EQ(ask("insert into function file('" + file + "', 'CSV', 'a UInt8') select 1"), refused);
  EXPECT_EQ(ask("select 1; select 2"), "the text has 2 statements; expected one");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(ask("select count() from seen"), "0\n");
}

TEST_F(EmbeddedEngine, ReadsNoFilesAndOpensNoConnections) {
  constexpr auto refused = "the question writes or changes something; only reading is permitted";
  EXPECT_EQ(ask("select * from file('/etc/hostname', 'LineAsString')"), refused);
  EXPECT_EQ(ask("select * from url('http://127.0.0.1:1/', 'TSV', 'a String')"), refused);
  EXPECT_EQ(ask("select * from remote('127.0.0.1:1', system, one)"), refused);
  EXPECT_EQ(ask("select * from executable('x.sh', 'TSV', 'a String')"), refused);
  EXPECT_EQ(ask("select 1 settings max_memory_usage=0"), refused);
}

TEST_F(EmbeddedEngine, LeavesTheFormToTheCaller) {
  constexpr auto refused =
      "the statement has a FORMAT clause; leave it out: the form of the answer is chosen beside "
      "the statement (--format)";
  EXPECT_EQ(ask("select 1 format CSV"), refused);
  EXPECT_EQ(ask("select 1 format CSV settings max_threads=1; -- x"), refused);
  EXPECT_EQ(ask("show tables format JSON"), refused);
  // The word alone is none.
  EXPECT_EQ(ask("select 1 as format; -- format CSV"), "1\n");
  EXPECT_EQ(ask("select 'format CSV';"), "format CSV\n");
}

TEST_F(EmbeddedEngine, AnswersWhatIsNoSelect) {
  run("create table seen (n UInt8) engine=Memory");
  EXPECT_EQ(ask("show tables;"), "seen\n");
  EXPECT_EQ(ask("exists table seen -- it does"), "1\n");
  EXPECT_THAT(ask("describe seen"), HasSubstr("n\tUInt8\t"));
  EXPECT_THAT(ask("explain select n from seen"), HasSubstr("ReadFrom"));
}

TEST_F(EmbeddedEngine, TakesTimesWithoutAZoneForUtc) {
  EXPECT_EQ(ask("select toUnixTimestamp('2026-01-15 09:00:00')"), "1768467600\n");
  EXPECT_EQ(ask("select timezone()"), "UTC\n");
}

TEST_F(EmbeddedEngine, WritesJsonLinesThatAreJson) {
  EXPECT_EQ(ask_whole(*engine_, {"select toDateTime64('2026-01-15 09:00:00.5', 6, 'UTC') as t, "
                                 "toIPv4('192.0.2.1') as a, toIPv6('2001:db8:0:0:1:0:0:1') as b, "
                                 "unhex('2fff') as c, nan as d, [1, NULL] as e",
                                 answer_form::json_lines,
                                 {}})
                .value(),
            "{\"t\":\"2026-01-15T09:00:00.500000Z\",\"a\":\"192.0.2.1\","
            "\"b\":\"2001:db8::1:0:0:1\",\"c\":\"/\xef\xbf\xbd\",\"d\":null,\"e\":[1,null]}\n");
}

TEST_F(EmbeddedEngine, EndsAQuestionThatHasGivenNothingYet) {
  auto times = 0;
  question const endless{"select count() from system.numbers", {}, {}, [&] { return ++times > 2; }};
  auto const done = engine_->ask(endless, [](auto) -> status { return {}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::interrupted);
  EXPECT_EQ(done.error().message, "stopped before the answer was complete");
  EXPECT_EQ(ask("select 1"), "1\n");
}

TEST_F(EmbeddedEngine, WritesParquet) {
  auto const file = folder_.path() / "it's.parquet";
  std::ofstream{file} << "what was there before, and longer than what comes now"
                      << std::string(9999, '.');
  for (auto const* const sql : {"select number as n from numbers(3) -- c", "show databases;"}) {
    auto const done = engine_->ask_parquet({sql, {}, {}}, file);
    ASSERT_TRUE(done) << done.error().message;
    std::ifstream in{file, std::ios::binary};
    std::string const bytes{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_LT(bytes.size(), 2000U);
    EXPECT_TRUE(bytes.starts_with("PAR1") && bytes.ends_with("PAR1"));
  }
}

TEST_F(EmbeddedEngine, WritesNoParquetOfWhatIsNoQuestion) {
  auto const file = folder_.path() / "x.parquet";
  auto const words = [&](std::string_view sql, std::filesystem::path const& to) -> std::string {
    auto const done = engine_->ask_parquet({sql, {}, {}}, to);
    return done ? "done" : done.error().message;
  };
  EXPECT_THAT(words("drop table seen", file), HasSubstr("only questions are answered here"));
  EXPECT_THAT(words("select 1 format CSV", file), HasSubstr("has a FORMAT clause"));
  EXPECT_THAT(words("select 1 into outfile '/tmp/x'", file), HasSubstr("only questions"));
  EXPECT_EQ(words("select 1 +", file), "SQL:1:11: the statement ends where more was expected");
  EXPECT_EQ(words("select '", file), "SQL:1:8: not expected here: '");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_THAT(words("select NULL as n", file), HasSubstr("column 'n' is not supported"));
  EXPECT_THAT(words("select 1", folder_.path() / "nix" / "x"), HasSubstr("No such file"));
  // What takes no bytes and does not say so.
  EXPECT_EQ(words("select 1", "/dev/full"),
            "/dev/full: the file could not be written to its end; is the disk full?");
}

TEST_F(EmbeddedEngine, EndsTheWritingOfParquet) {
  auto times = 0;
  auto const done = engine_->ask_parquet(
      {"select count() from system.numbers", {}, {}, [&] { return ++times > 2; }},
      folder_.path() / "x.parquet");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::interrupted);
}

TEST_F(EmbeddedEngine, SaysWhatIsWrongWithAQuestionAndWhere) {
  EXPECT_EQ(ask("select\n  count(\nfrom seen"), "SQL:2:8: not expected here: (");
  EXPECT_EQ(ask("select 1 +"), "SQL:1:11: the statement ends where more was expected");
  EXPECT_EQ(ask("select nope from system.one"), "Unknown expression identifier `nope`");
  EXPECT_EQ(ask("select * from nix"), "Unknown table expression identifier 'nix'");
}

TEST_F(EmbeddedEngine, HoldsAQuestionToItsMemory) {
  question const large{"select groupArray(number) from numbers(100000000)",
                       answer_form::native,
                       {.memory = std::uint64_t{64} << 20}};
  auto const done = engine_->ask(large, [](auto) -> status { return {}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::limit_reached);
  EXPECT_EQ(done.error().message,
            "the question needs more memory than it may have; ask for less, or raise the limit");
}

TEST_F(EmbeddedEngine, SpillsALargeGroupingRatherThanFail) {
  question const large{
      "select count() from (select number as n, count() from numbers(3000000) group by n)",
      answer_form::tab_separated,
      {.memory = std::uint64_t{160} << 20}};
  auto const answer = ask_whole(*engine_, large);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "3000000\n");
}

TEST_F(EmbeddedEngine, AnswersWhileItIsWrittenTo) {
  make_table();
  std::jthread writer{[&] {
    for (std::uint32_t i = 0; i < 20; ++i) insert("seen", block({i}), fmt::format("block {}", i));
  }};
  for (auto i = 0; i < 20; ++i) EXPECT_EQ(ask("select count() <= 20 from seen"), "1\n");
  writer.join();
  EXPECT_EQ(ask("select count() from seen"), "20\n");
}

TEST_F(EmbeddedEngine, TakesBlocksFromSeveralThreads) {
  make_table();
  {
    std::vector<std::jthread> writers;
    for (std::uint32_t i = 0; i < 4; ++i)
      writers.emplace_back([this, i] {
        // Each block is sent by two of them.
        for (std::uint32_t k = 0; k < 5; ++k)
          insert("seen", block({i / 2, k, 99}), fmt::format("block {} {}", i / 2, k));
      });
  }
  EXPECT_EQ(ask("select count() from seen"), "30\n");
}

TEST_F(EmbeddedEngine, IsTheSameEngineWhenOpenedTwice) {
  auto const again = open_embedded_engine(folder_.path() / "." / "store");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->get(), engine_.get());
}

TEST_F(EmbeddedEngine, OpensOneStoreAtATime) {
  auto const other = open_embedded_engine(folder_.path() / "other");
  ASSERT_FALSE(other);
  EXPECT_EQ(
      other.error().message,
      fmt::format("{0}/other: this process has the store {0}/store open; it can have one at a "
                  "time",
                  folder_.path().string()));
  engine_.reset();
  EXPECT_TRUE(open_embedded_engine(folder_.path() / "other"));
}

}  // namespace
