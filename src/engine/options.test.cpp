#include "kizashi/engine/options.hpp"

#include <chrono>
#include <limits>

#include <gtest/gtest.h>

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view option_test_words[] = {"compatible", "calibrated"};
constexpr option_spec option_test_table[] = {
    {"t.on", false, {}, {}, "A switch."},
    {"t.many", std::uint64_t{4}, std::uint64_t{1}, std::uint64_t{9}, "How many."},
    {"t.rate", 0.5, 0.01, 2.0, "A rate."},
    {"t.unit", duration{10min}, duration{1min}, duration{24h}, "A length."},
    {"t.mode", std::string_view{"calibrated"}, {}, {}, "A word.", option_test_words},
};

[[nodiscard]] auto message_of(std::string_view name, std::string_view text) -> std::string {
  option_set set{option_test_table};
  auto const done = set.set(name, text);
  return done ? "" : done.error().message;
}

TEST(engine_options, are_read_by_kind) {
  option_set set{option_test_table};
  EXPECT_TRUE(set.set("t.on", "yes"));
  EXPECT_TRUE(set.set("t.many", "9"));
  EXPECT_TRUE(set.set("t.rate", "1e-2"));
  EXPECT_TRUE(set.set("t.unit", "1h"));
  EXPECT_TRUE(set.set("t.mode", "compatible"));
  EXPECT_TRUE(set.get<bool>("t.on"));
  EXPECT_EQ(set.get<std::uint64_t>("t.many"), 9U);
  EXPECT_EQ(set.get<double>("t.rate"), 0.01);
  EXPECT_EQ(set.get<duration>("t.unit"), duration{1h});
  EXPECT_EQ(set.get<std::string_view>("t.mode"), "compatible");
}

TEST(engine_options, start_at_their_defaults_and_say_their_range) {
  option_set const set{option_test_table};
  EXPECT_EQ(set.text_of("t.on"), "no");
  EXPECT_EQ(set.text_of("t.unit"), "10min");
  EXPECT_EQ(describe_range(option_test_table[0]), "yes or no; default no");
  EXPECT_EQ(describe_range(option_test_table[1]), "1 to 9; default 4");
  EXPECT_EQ(describe_range(option_test_table[2]), "0.01 to 2; default 0.5");
  EXPECT_EQ(describe_range(option_test_table[3]), "1min to 1d; default 10min");
  EXPECT_EQ(describe_range(option_test_table[4]), "compatible or calibrated; default calibrated");
  EXPECT_EQ(kind_of(option_test_table[2]), "number");
}

TEST(engine_options, refuse_what_is_not_of_their_kind_or_range) {
  EXPECT_EQ(message_of("t.on", "1"), "t.on is 1; expected yes or no");
  EXPECT_EQ(message_of("t.many", "0"), "t.many is 0; expected 1 to 9");
  EXPECT_EQ(message_of("t.many", "-1"), "t.many is -1; expected 1 to 9");
  EXPECT_EQ(message_of("t.rate", "nan"), "t.rate is nan; expected 0.01 to 2");
  EXPECT_EQ(message_of("t.rate", "inf"), "t.rate is inf; expected 0.01 to 2");
  EXPECT_EQ(message_of("t.rate", "1e999"), "t.rate is 1e999; expected 0.01 to 2");
  EXPECT_EQ(message_of("t.rate", ""), "t.rate is ; expected 0.01 to 2");
  EXPECT_EQ(message_of("t.unit", "10"), "t.unit is 10; expected 1min to 1d");
  EXPECT_EQ(message_of("t.mode", "best"), "t.mode is best; expected compatible or calibrated");
  EXPECT_EQ(message_of("t.rat", "1"), "there is no option t.rat; t.rate perhaps");
  EXPECT_EQ(message_of("x", "1"), "there is no option x");
}

}  // namespace
}  // namespace kizashi::engine
