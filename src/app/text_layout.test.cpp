#include "kizashi/app/text_layout.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(text_layout, width_counts_code_points) {
  EXPECT_EQ(width_of(""), 0U);
  EXPECT_EQ(width_of("abc"), 3U);
  EXPECT_EQ(width_of("Séarch…"), 7U);
}

TEST(text_layout, fit_cuts_between_code_points) {
  EXPECT_EQ(fit("short", 5, true), "short");
  EXPECT_EQ(fit("longer", 5, true), "long…");
  EXPECT_EQ(fit("longer", 5, false), "lon..");
  EXPECT_EQ(fit("éééééé", 4, true), "ééé…");
  EXPECT_EQ(fit("ab", 0, true), "…");
}

TEST(text_layout, wrap_breaks_at_spaces) {
  EXPECT_THAT(wrap("one", 40), ElementsAre("one"));
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "  three"));
  EXPECT_THAT(wrap("averylongword b", 8), ElementsAre("averylongword", "  b"));
  EXPECT_THAT(wrap("", 8), ElementsAre(""));
}

TEST(text_layout, table_aligns_and_cuts_its_last_column) {
  text_table table{{{"name", false}, {"count", true}, {"why", false}}};
  table.add({"a", "1,000", "é"});
  table.add({"long", "2", "a reason that goes on behind the end of the line"});
  string_sink out;
  ASSERT_TRUE(table.write({40, false, true}, out));
  EXPECT_EQ(out.text,
            "  name  count  why\n"
            "  a     1,000  é\n"
            "  long      2  a reason that goes on be…\n");
}

TEST(text_layout, blocks_stand_side_by_side_where_there_is_room) {
  std::vector<text_block> const blocks{{"One", {{"a", "1"}, {"b", "22"}}}, {"Two", {{"c", "3"}}}};
  string_sink wide;
  ASSERT_TRUE(write_blocks(blocks, {80, false, true}, wide));
  EXPECT_EQ(wide.text,
            "  One        Two\n"
            "  a     1    c    3\n"
            "  b    22\n");
  string_sink narrow;
  ASSERT_TRUE(write_blocks(blocks, {12, false, true}, narrow));
  EXPECT_EQ(narrow.text,
            "  One\n"
            "  a     1\n"
            "  b    22\n"
            "\n"
            "  Two\n"
            "  c    3\n");
}

TEST(text_layout, histogram_shows_every_height_above_zero) {
  std::vector<std::uint64_t> const heights{0, 1, 500, 1000};
  EXPECT_THAT(draw_histogram(heights, 2, true), ElementsAre("   █", " ▁██"));
  EXPECT_THAT(draw_histogram(heights, 2, false), ElementsAre("   #", " .##"));
  EXPECT_THAT(draw_histogram(std::array<std::uint64_t, 2>{9, 1}, 2, true), ElementsAre("█", "█▂"));
  EXPECT_THAT(draw_histogram({}, 1, true), ElementsAre(""));
}

TEST(text_layout, durations_for_people) {
  EXPECT_EQ(short_duration(1500ns), "1.5 us");
  EXPECT_EQ(short_duration(12300us), "12.3 ms");
  EXPECT_EQ(short_duration(59840ms), "59.8 s");
  EXPECT_EQ(short_duration(60s), "1 min");
  EXPECT_EQ(short_duration(61s), "1 min 1 s");
  EXPECT_EQ(short_duration(3900s), "1 h 5 min");
  EXPECT_EQ(short_duration(24h), "1 d");
  EXPECT_EQ(short_duration(100h), "4 d 4 h");
  EXPECT_EQ(short_duration(24001h), "1,000 d");
}

TEST(text_layout, nouns_are_counted) {
  EXPECT_EQ(counted(1, "source"), "1 source");
  EXPECT_EQ(counted(0, "source"), "0 sources");
  EXPECT_EQ(counted(1234, "source"), "1,234 sources");
}

TEST(text_layout, colour_only_where_it_is_wanted) {
  EXPECT_EQ(paint("x", ink::strong, {80, true, true}), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(paint("x", ink::strong, {80, false, true}), "x");
  EXPECT_EQ(paint("x", ink::plain, {80, true, true}), "x");
}

}  // namespace
}  // namespace kizashi::app
