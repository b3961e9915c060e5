#include "kizashi/store/observation_writer.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

constexpr std::uint64_t epoch = 77;

auto event_of(std::uint32_t source, std::uint16_t port, std::uint64_t packets, bool is_ongoing)
    -> telescope::scan_event {
  telescope::scan_event event;
  event.source = net::ipv4{source};
  event.type = recognise::packet_type::tcp_syn;
  event.traffic_class = recognise::traffic_class::scan;
  event.port = port;
  event.first = timestamp{1'768'468'200'000'000'000};
  event.last =
      timestamp{1'768'468'200'000'000'000 + static_cast<std::int64_t>(packets) * 1'000'000};
  event.packets = packets;
  event.destinations.count = packets;
  event.is_ongoing = is_ongoing;
  return event;
}

auto attack_of(std::uint32_t victim, std::uint64_t packets) -> telescope::dos_event {
  telescope::dos_event attack;
  attack.victim = net::prefix{net::ipv4{victim}, 32};
  attack.first = timestamp{1'768'468'200'000'000'000};
  attack.last = timestamp{1'768'468'300'000'000'000};
  attack.packets = packets;
  return attack;
}

struct observations {
  std::vector<telescope::scan_event> events;
  std::vector<telescope::dos_event> attacks;
};

/// 30 ports of one source, each in an event of its own, as an open source has them before they
/// become one; and an event and an attack that have ended.
auto of_a_begin() -> observations {
  observations out{{event_of(9, 22, 5, false)}, {attack_of(1, 100)}};
  for (std::uint16_t port = 0; port < 30; ++port) out.events.push_back(event_of(7, port, 1, true));
  return out;
}
/// The same, when the stream went on: one event of 40 ports, and an attack that began earlier.
auto of_all() -> observations {
  observations out{{event_of(9, 22, 5, false), event_of(7, 0, 60, false)}, {attack_of(1, 300)}};
  out.events[1].ports = 40;
  out.attacks[0].first = timestamp{1'768'468'190'000'000'000};
  return out;
}

auto window_of(std::int64_t minute, std::uint64_t packets) -> telescope::window {
  telescope::window window;
  window.start = timestamp{1'768'468'200'000'000'000 + minute * 60'000'000'000};
  window.length = std::chrono::seconds{60};
  window.packets = packets;
  return window;
}

class ObservationWriter : public internal::StoreTest {
protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (!engine_) return;
    ASSERT_TRUE(prepare_schema(*engine_));
  }
  auto writer() -> observation_writer {
    block_context numbers;
    numbers.sensor = 1;
    numbers.scanners = {0};
    return {engine_, numbers};
  }
  void store(observations const& what, std::uint64_t packets, std::uint64_t of = epoch) {
    auto to = writer();
    ASSERT_TRUE(to.observe(window_of(0, packets)));
    auto const done = to.finish(of, packets, [&](observation_writer& writer) -> status {
      for (auto const& each : what.events)
        KIZASHI_TRY(writer.add(each, telescope::scan_pattern::single));
      for (auto const& each : what.attacks) KIZASHI_TRY(writer.add(each));
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  /// Everything that `final` answers, and how many rows there are without it.
  auto found() -> std::string {
    return ask("select * except (generation) from events final order by src, port") +
           ask("select * except (generation) from attacks final order by victim") +
           ask("select * except (generation) from windows final order by start") +
           ask("select (select count() from events), (select count() from attacks), (select "
               "count() from windows)");
  }
};

TEST_F(ObservationWriter, ReplacesWhatACutReadingFound) {
  store(of_all(), 200);
  auto const expected = found();
  engine_.reset();
  std::filesystem::remove_all(folder_.path() / "store");
  open();
  ASSERT_TRUE(prepare_schema(*engine_));
  store(of_a_begin(), 100);
  EXPECT_EQ(ask("select count(), sum(ongoing) from events final"), "31\t30\n");
  store(of_all(), 200);
  EXPECT_EQ(found(), expected);
}

TEST_F(ObservationWriter, StoresTheSameOnceAndNothingOfALesserReading) {
  store(of_all(), 200);
  auto const expected = found();
  store(of_all(), 200);
  store(of_a_begin(), 100);
  EXPECT_EQ(found(), expected);
  EXPECT_EQ(ask("select count() from readings"), "2\n");
}

TEST_F(ObservationWriter, TakesTheLatestOfEquallyLongReadings) {
  store(of_all(), 200);
  auto fewer = of_all();  // as with another timeout: the same events, with less in them
  fewer.events[0].packets = 3;
  fewer.events[1].ports = 2;
  store(fewer, 200);
  EXPECT_EQ(ask("select packets, ports from events final order by src"), "60\t2\n3\t1\n");
  store(of_all(), 200);
  EXPECT_EQ(ask("select packets, ports from events final order by src"), "60\t40\n5\t1\n");
  EXPECT_EQ(ask("select count() from events"), "2\n");
}

TEST_F(ObservationWriter, MakesGoodWhatAWriterLeftThatDied) {
  store(of_all(), 200);
  auto const expected = found();
  // It had begun a longer reading's observations, and a merge put one of them in an older one's
  // place.
  run("insert into readings values (1, 77, 2, 300, 5, 0)");
  run("insert into events (src, first, sensor, epoch, generation, type, class, port, ports) select "
      "src, first, sensor, epoch, 2, type, class, port, ports from events where ports = 40");
  run("optimize table events final");
  EXPECT_NE(found(), expected);
  store(of_all(), 200);
  EXPECT_EQ(found(), expected);
}

TEST_F(ObservationWriter, LeavesOtherStreamsAlone) {
  store({{event_of(3, 80, 4, true)}, {}}, 50, 78);
  store(of_a_begin(), 100);
  store(of_all(), 200);
  EXPECT_EQ(ask("select epoch, count() from events final group by epoch order by epoch"),
            "77\t2\n78\t1\n");
}

TEST_F(ObservationWriter, StoresNothingOfAStreamThatIsNotInTheStore) {
  store(of_all(), 200, 0);
  EXPECT_EQ(ask("select (select count() from events) + (select count() from windows) + (select "
                "count() from readings)"),
            "0\n");
}

/// A stream that never ends: each minute a window, an event and, every third, an attack.
class EndlessObservations : public ObservationWriter {
protected:
  /// The minutes from `first` to before `last`, by one writer, stored after each.
  void go_on(int first, int last) {
    auto to = writer();
    for (auto i = first; i < last; ++i) {
      add(to, i);
      auto const done = to.flush(epoch);
      ASSERT_TRUE(done) << done.error().message;
    }
  }
  static void add(observation_writer& to, int minute) {
    auto const n = static_cast<std::uint32_t>(minute);
    ASSERT_TRUE(to.observe(window_of(minute, n + 1)));
    ASSERT_TRUE(to.add(event_of(n, 23, n + 1, false), telescope::scan_pattern::single));
    if (minute % 3 == 0) {
      ASSERT_TRUE(to.add(attack_of(n, n + 1)));
    }
  }
};

TEST_F(EndlessObservations, AreSeenAsTheyCome) {
  auto to = writer();
  ASSERT_TRUE(to.flush(epoch));  // nothing yet
  EXPECT_EQ(ask("select count() from readings"), "0\n");
  for (int i = 0; i < 7; ++i) {
    add(to, i);
    ASSERT_TRUE(to.flush(epoch));
    EXPECT_EQ(ask("select (select count() from events final), (select count() from attacks final), "
                  "(select sum(packets) from windows final)"),
              fmt::format("{}\t{}\t{}\n", i + 1, i / 3 + 1, (i + 1) * (i + 2) / 2));
  }
  EXPECT_EQ(ask("select generation, state from readings"), "1\t2\n");
}

TEST_F(EndlessObservations, AreStoredOnceWhereverTheyAreWrittenAgainFrom) {
  go_on(0, 10);
  auto const expected = found();
  go_on(4, 10);  // the same blocks: not even stored
  EXPECT_EQ(found(), expected);
  auto to = writer();  // the same rows, in other blocks: the tables put them together
  for (int i = 2; i < 10; ++i) add(to, i);
  ASSERT_TRUE(to.flush(epoch));
  EXPECT_EQ(ask("select count(), sum(packets) from events final"), "10\t55\n");
  EXPECT_EQ(ask("select count(), sum(packets) from windows final"), "10\t55\n");
  EXPECT_EQ(ask("select count(), sum(packets) from attacks final"), "4\t22\n");
}

TEST_F(EndlessObservations, AreLeftAloneByAReadingOfTheSameName) {
  go_on(0, 3);
  auto const expected = found();
  store(of_all(), 200);
  EXPECT_EQ(found(), expected);
}

TEST_F(EndlessObservations, NeedANameThatNoReadingHas) {
  store(of_all(), 200);
  auto const expected = found();
  auto to = writer();
  add(to, 0);
  auto const done = to.flush(epoch);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("needs a name of its own"), std::string::npos);
  EXPECT_EQ(found(), expected);
}

}  // namespace
}  // namespace kizashi::store
