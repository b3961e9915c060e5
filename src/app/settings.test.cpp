#include "kizashi/app/settings.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;

auto read(std::string_view text) -> result<settings> {
  auto const values = config::parse(setting_keys(), text, "f.toml");
  if (!values) return tl::unexpected<error>{values.error()};
  return settings_of(*values);
}

TEST(settings, defaults) {
  auto const set = read("");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->darknet.is_empty());
  EXPECT_EQ(set->window_length, 60s);
  EXPECT_EQ(set->lateness, 10s);
  EXPECT_EQ(set->top, 10U);
  EXPECT_GE(set->threads, 1U);
  EXPECT_LE(set->threads, 64U);
  EXPECT_EQ(set->place_table, "");
}

TEST(settings, a_short_window_shortens_the_lateness_that_nobody_set) {
  EXPECT_EQ(read("window.length = '5s'")->lateness, 5s);
  EXPECT_EQ(read("[window]\nlength = '5s'\nlateness = '6s'").error().message,
            "the lateness is 6s; expected at most the window's length, 5s");
}

TEST(settings, prefixes_become_a_set) {
  auto const set = read("darknet.prefixes = ['192.0.2.0/24', '198.51.100.0/24']");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->darknet.ipv4_size(), 512U);
}

}  // namespace
}  // namespace kizashi::app
