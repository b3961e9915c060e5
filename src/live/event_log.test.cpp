#include "kizashi/live/event_log.hpp"

#include <thread>

#include <gmock/gmock.h>

namespace kizashi::live {
namespace {

auto topics(event_news const& of) -> std::string {
  std::string out;
  for (auto const& each : of.events) out += each->topic;
  return out;
}

TEST(event_log, gives_what_is_behind_a_place) {
  event_log log{{.run = 3}};
  auto const begin = log.end();
  EXPECT_EQ(begin.to_string(), "3-0");
  EXPECT_TRUE(log.read(begin).events.empty());
  EXPECT_EQ(log.add({.topic = "a", .data = "{}"}), 1U);
  log.add({.topic = "b", .data = "{}"});
  auto const first = log.read(begin, 1);
  EXPECT_EQ(topics(first), "a");
  EXPECT_EQ(first.next.to_string(), "3-1");
  auto const second = log.read(first.next);
  EXPECT_EQ(topics(second), "b");
  EXPECT_FALSE(second.has_gap);
  EXPECT_EQ(second.next, log.end());
}

TEST(event_log, says_what_is_gone) {
  event_log log{{.run = 3, .most_events = 2}};
  auto const begin = log.end();
  for (auto const* const each : {"a", "b", "c", "d"}) log.add({.topic = each, .data = "{}"});
  auto const news = log.read(begin);
  EXPECT_TRUE(news.has_gap);
  EXPECT_EQ(topics(news), "cd");
  EXPECT_FALSE(log.read({3, 2}).has_gap);
  EXPECT_EQ(topics(log.read({3, 2})), "cd");
  // Another run of the program, and a number that was never given.
  for (event_place const each : {event_place{2, 1}, event_place{3, 99}}) {
    auto const other = log.read(each);
    EXPECT_TRUE(other.has_gap);
    EXPECT_TRUE(other.events.empty());
    EXPECT_EQ(other.next, log.end());
  }
}

TEST(event_log, is_bounded_by_bytes) {
  event_log log{{.most_bytes = 3000}};
  auto const begin = log.end();
  for (auto i = 0; i < 10; ++i) log.add({.topic = "t", .data = std::string(800, 'x')});
  auto const news = log.read(begin);
  EXPECT_TRUE(news.has_gap);
  EXPECT_EQ(news.events.size(), 3U);
  log.add({.topic = "t", .data = std::string(9000, 'x')});
  EXPECT_EQ(log.read(begin).events.size(), 1U);
}

TEST(event_log, has_lines) {
  event_log log;
  auto const begin = log.end();
  log.add({.topic = "a\nb", .data = "{\r\n\"x\":1}"});
  auto const& is = *log.read(begin).events[0];
  EXPECT_EQ(is.topic, "a b");
  EXPECT_EQ(is.data, "{  \"x\":1}");
}

TEST(event_log, places_are_read_back) {
  EXPECT_EQ(event_place::parse("17-1234"), (event_place{17, 1234}));
  for (auto const* const each : {"", "-", "17", "17-", "-1", "17-12-3", "a-1", "17-+1", " 17-1"})
    EXPECT_FALSE(event_place::parse(each)) << each;
}

TEST(event_log, calls_its_listener) {
  event_log log;
  auto calls = 0;
  log.on_news([&] { ++calls; });
  log.add({.topic = "a", .data = "{}"});
  log.on_news({});
  log.add({.topic = "a", .data = "{}"});
  EXPECT_EQ(calls, 1);
}

TEST(event_log, loses_nothing_between_threads) {
  event_log log{{.most_events = 100'000}};
  auto place = log.end();
  std::thread adds{[&] {
    for (auto i = 0; i < 2000; ++i) log.add({.topic = "a", .data = "{}"});
  }};
  std::uint64_t last = 0;
  while (last < 2000) {
    auto const news = log.read(place);
    place = news.next;
    for (auto const& each : news.events) EXPECT_EQ(each->number, ++last);
  }
  adds.join();
}

}  // namespace
}  // namespace kizashi::live
