#include "kizashi/app/settings.hpp"

#include <fmt/format.h>
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
  EXPECT_EQ(set->set_memory, std::size_t{256} << 20);
  EXPECT_EQ(set->place_table, "");
}

TEST(settings, memory_has_a_unit_and_a_range) {
  EXPECT_EQ(read("read.memory = '1024KiB'")->set_memory, std::size_t{1} << 20);
  EXPECT_EQ(read("read.memory = '3GiB'")->set_memory, std::size_t{3} << 30);
  EXPECT_EQ(read("read.memory = '1024GiB'")->set_memory, std::size_t{1} << 40);
  for (auto const* const wrong : {"1023KiB", "0MiB", "1025GiB", "1099511627776GiB"})
    EXPECT_EQ(read(fmt::format("read.memory = '{}'", wrong)).error().message,
              fmt::format("f.toml:1:15: read.memory: {} is out of range; expected 1MiB to 1024GiB",
                          wrong));
  for (auto const* const wrong :
       {"", "192", "MiB", "192 MiB", "192mib", "-1MiB", "1.5GiB", "99999999999999999999MiB"})
    EXPECT_EQ(read(fmt::format("read.memory = '{}'", wrong)).error().message,
              fmt::format("f.toml:1:15: read.memory: \"{}\" is not an amount of memory; expected a "
                          "whole number with KiB, MiB or GiB, such as 256MiB, 1MiB to 1024GiB",
                          wrong));
}

TEST(settings, an_event_timeout_that_nobody_set_follows_from_the_darknet) {
  EXPECT_EQ(read("")->event_timeout, 624s);
  EXPECT_EQ(read("darknet.prefixes = ['198.18.0.0/16']")->event_timeout, 4527s);
  EXPECT_EQ(read("events.timeout = '1s'")->event_timeout, 1s);
  EXPECT_EQ(read("events.timeout = '24h'")->event_timeout, 24h);
  for (auto const* const wrong : {"0s", "999ms", "1d1s"})
    EXPECT_EQ(read(fmt::format("events.timeout = '{}'", wrong)).error().message,
              fmt::format("f.toml:1:18: events.timeout is {}; expected 1s to 1d; left out: by the "
                          "size of the darknet",
                          wrong));
}

TEST(settings, a_short_window_shortens_the_lateness_that_nobody_set) {
  EXPECT_EQ(read("window.length = '5s'")->lateness, 5s);
  EXPECT_EQ(read("[window]\nlength = '5s'\nlateness = '6s'").error().message,
            "f.toml:3:12: the lateness is 6s; expected at most the window's length, 5s");
}

TEST(settings, prefixes_become_a_set) {
  auto const set = read("darknet.prefixes = ['192.0.2.0/24', '198.51.100.0/24']");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->darknet.ipv4_size(), 512U);
}

}  // namespace
}  // namespace kizashi::app
