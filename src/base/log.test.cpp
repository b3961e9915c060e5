#include "kizashi/base/log.hpp"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// What a logger writes, and a clock that stands still.
struct log_bench {
  timestamp now = timestamp::parse("2026-01-15T09:00:00.25Z").value();
  std::vector<std::string> lines;
  logger log{[this](std::string_view line) { lines.emplace_back(line); }, [this] { return now; }};

  void say(std::string_view message, std::string_view kind = {},
           log_level level = log_level::warning) {
    log.write({level, "api", message, kind});
  }
  auto take() { return std::exchange(lines, {}); }
};

TEST(log, a_line_as_text_and_as_json) {
  log_bench at;
  at.log.write({log_level::info, "sensor north", "running"});
  at.log.set(log_format::json, log_level::info);
  at.log.write({log_level::error, "sensor north", "no \"room\" on C:\\"});
  EXPECT_THAT(at.lines, ElementsAre("2026-01-15T09:00:00.250Z info sensor north: running\n",
                                    R"({"time":"2026-01-15T09:00:00.250Z","level":"error",)"
                                    R"("part":"sensor north","message":"no \"room\" on C:\\"})"
                                    "\n"));
}

TEST(log, what_strangers_send_cannot_end_a_line_or_move_a_cursor) {
  log_bench at;
  at.say("a\nb\x1b[2J\x7f \xc2\x9b \xff \xe3\x81\x82");
  at.log.set(log_format::json, log_level::info);
  at.say("c\nd\xed\xa0\x80 \xe3\x81\x82 \xe3\x81");
  EXPECT_THAT(
      at.lines,
      ElementsAre("2026-01-15T09:00:00.250Z warning api: "
                  "a\\x0ab\\x1b[2J\\x7f \\xc2\\x9b \\xff \xe3\x81\x82\n",
                  R"({"time":"2026-01-15T09:00:00.250Z","level":"warning","part":"api",)"
                  "\"message\":\"c\\ufffdd\\ufffd\\ufffd\\ufffd \xe3\x81\x82 \\ufffd\\ufffd\"}\n"));
}

TEST(log, a_long_message_is_cut) {
  log_bench at;
  at.say(std::string(10'000, 'x'));
  EXPECT_EQ(at.lines.at(0).size(),
            std::string_view{"2026-01-15T09:00:00.250Z warning api: "}.size() + 4096 + 1);
}

TEST(log, levels_beyond_the_one_that_is_set_are_not_written) {
  log_bench at;
  at.say("a", {}, log_level::debug);
  at.log.set(log_format::text, log_level::error);
  at.say("b", {}, log_level::warning);
  EXPECT_TRUE(at.lines.empty());
  at.log.set(log_format::text, log_level::debug);
  at.say("c", {}, log_level::debug);
  EXPECT_EQ(at.lines.size(), 1U);
}

TEST(log, what_is_said_again_is_counted) {
  log_bench at;
  for (int i = 0; i < 43; ++i) at.say(fmt::format("refused /{}", i), "refused");
  EXPECT_THAT(at.take(), ElementsAre("2026-01-15T09:00:00.250Z warning api: refused /0\n"));
  at.now = at.now + 29s;
  at.log.tell_held();
  EXPECT_TRUE(at.lines.empty());
  at.now = at.now + 1s;
  at.log.tell_held();
  EXPECT_THAT(
      at.take(),
      ElementsAre("2026-01-15T09:00:30.250Z warning api: refused /42 (and 41 more like it)\n"));
  // It is still quiet, and a line of another kind is none of these.
  at.say("refused /x", "refused");
  at.say("else");
  EXPECT_THAT(at.take(), ElementsAre("2026-01-15T09:00:30.250Z warning api: else\n"));
  at.log.tell_held(true);
  EXPECT_THAT(at.take(), ElementsAre("2026-01-15T09:00:30.250Z warning api: refused /x\n"));
  at.say("refused /y", "refused");
  EXPECT_EQ(at.lines.size(), 1U);
}

TEST(log, a_kind_that_comes_back_after_a_while_is_written_at_once) {
  log_bench at;
  at.say("a");
  at.say("a");
  at.now = at.now + 31s;
  at.say("a");
  EXPECT_THAT(at.lines, ElementsAre("2026-01-15T09:00:00.250Z warning api: a\n",
                                    "2026-01-15T09:00:31.250Z warning api: a\n",
                                    "2026-01-15T09:00:31.250Z warning api: a\n"));
}

TEST(log, a_flood_of_kinds_keeps_no_error_back) {
  log_bench at;
  for (int i = 0; i < 1000; ++i) at.say(fmt::format("{}", i));
  EXPECT_EQ(at.take().size(), logger::most_kinds);
  at.say("the disk is full", {}, log_level::error);
  EXPECT_THAT(at.take(), ElementsAre("2026-01-15T09:00:00.250Z error api: the disk is full\n"));
  at.log.tell_held();
  EXPECT_THAT(at.take(), ElementsAre("2026-01-15T09:00:00.250Z warning log: 936 lines of other "
                                     "kinds were not written: there were too many\n"));
  at.now = at.now + 30s;
  at.say("new");
  EXPECT_EQ(at.lines.size(), 1U);
}

TEST(log, the_last_errors_are_remembered) {
  log_bench at;
  at.say("a warning");
  for (int i = 0; i < 12; ++i) at.say(fmt::format("{}", i), {}, log_level::error);
  auto const found = at.log.errors();
  ASSERT_EQ(found.size(), 10U);
  EXPECT_EQ(found.front().message, "11");
  EXPECT_EQ(found.back().message, "2");
  EXPECT_EQ(found.front().part, "api");
  EXPECT_EQ(found.front().at, at.now);
}

TEST(log, threads_write_whole_lines) {
  log_bench at;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&at, t] {
      for (int i = 0; i < 200; ++i)
        at.log.write({log_level::error, "part", fmt::format("{} {} end", t, i)});
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(at.lines.size(), 800U);
  for (auto const& each : at.lines) EXPECT_TRUE(each.ends_with(" end\n")) << each;
}

TEST(log, names_are_read_back) {
  for (auto const level : {log_level::error, log_level::warning, log_level::info, log_level::debug})
    EXPECT_EQ(parse_log_level(name_of(level)), level);
  EXPECT_EQ(parse_log_format("json"), log_format::json);
  EXPECT_EQ(parse_log_level("loud").error().message,
            "\"loud\" is not known; expected one of error, warning, info, debug");
  EXPECT_EQ(parse_log_format("xml").error().message,
            "\"xml\" is not known; expected one of text, json");
}

}  // namespace
}  // namespace kizashi
