#include "kizashi/store/internal/page_sql.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store::internal {
namespace {

auto all_steps(time_steps steps) -> std::vector<time_steps::step> {
  std::vector<time_steps::step> out;
  while (auto const step = steps.next()) out.push_back(*step);
  return out;
}

TEST(time_steps, grow_from_the_newest_on) {
  auto const steps = all_steps({100, 200, 10, true});
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].from, 190U);
  EXPECT_EQ(steps[0].to, 200U);
  EXPECT_EQ(steps[1].from, 150U);
  EXPECT_EQ(steps[2].from, 100U);
}

TEST(time_steps, are_the_whole_once) {
  for (std::uint64_t const length : {0U, 1U, 9U, 10U, 11U, 50U, 51U, 1000U})
    for (bool const is_newest_first : {true, false}) {
      auto const steps = all_steps({7, 7 + length, 10, is_newest_first});
      std::vector<int> seen(7 + length);
      for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_LT(steps[i].from, steps[i].to);
        for (auto at = steps[i].from; at < steps[i].to; ++at) ++seen.at(at);
        if (i == 0) continue;
        EXPECT_EQ(is_newest_first ? steps[i].to : steps[i].from,
                  is_newest_first ? steps[i - 1].from : steps[i - 1].to);
      }
      EXPECT_EQ(std::ranges::count(seen, 1), static_cast<std::ptrdiff_t>(length));
      EXPECT_EQ(std::ranges::count(seen, 0), 7);
    }
  EXPECT_TRUE(all_steps({UINT64_MAX, 0, 10, true}).empty());
}

class EventsGoingOn : public StoreTest {};

/// Events of six days in two generations, of which the older says something else of some; the twin
/// merges all days.
TEST_F(EventsGoingOn, AreThoseOfAllDaysMerged) {
  ASSERT_TRUE(prepare_schema(*engine_));
  constexpr std::string_view some =
      "insert into events (src, first, last, sensor, generation, type, port, packets) select "
      "toFixedString(unhex(leftPad(hex(number % 50), 32, '0')), 16), (1768435200 + number % 6 * "
      "86400 + number * 37 % 86400) * 1000000 as begin, begin + if(number % 11 = 0, number * "
      "1000000000, number) + if(number % 5 = 0, 3 - {0}, {0}) * (number % 3) * 90000000000, "
      "number % 2, {0}, 1, number % 7, number + {0} from numbers({1})";
  run(fmt::format(some, 1, 900));
  run(fmt::format(some, 2, 700));
  packet_filter filter;
  for (auto const* const from : {"", "2026-01-15T12:00:00Z", "2026-01-18T06:00:00Z",
                                 "2026-01-20T23:00:00Z", "2026-02-15T00:00:00Z"})
    for (std::string const sources :
         {"", "src > toFixedString(unhex(leftPad('10', 32, '0')), 16)"}) {
      filter.from = *from == 0 ? timestamp::unknown() : *timestamp::parse(from);
      filter.to = *timestamp::parse("2026-02-20T12:00:00Z");
      filter.sensors = {1};
      constexpr std::string_view counted =
          "select count(), sum(packets), sum(cityHash64(src, first, last, generation)) from ({})";
      auto const whole =
          fmt::format("select src, first, last, generation, packets from events final where {}",
                      all_of({going_on(filter), in_sensors(filter), sources, "port < 5"}));
      auto const made =
          events_going_on(filter, "src, first, last, generation, packets", sources, {"port < 5"});
      auto const answer = ask(fmt::format(counted, made));
      EXPECT_EQ(answer, ask(fmt::format(counted, whole))) << from;
      EXPECT_EQ(answer.starts_with("0\t"), from == std::string_view{"2026-02-15T00:00:00Z"})
          << answer;
    }
}

}  // namespace
}  // namespace kizashi::store::internal
