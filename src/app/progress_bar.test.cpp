#include "kizashi/app/progress_bar.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

TEST(progress_bar, line_with_a_known_end) {
  EXPECT_EQ(progress_line(12'300'000, {450, 1000}, 2.0, 80),
            "[#############-----------------]  45 %  12.3 M packets  6.15 M/s  2.44 s left");
  EXPECT_EQ(progress_line(10, {1000, 1000}, 0.5, 80),
            "[##############################] 100 %  10 packets  20/s");
}

TEST(progress_bar, line_without_an_end) {
  EXPECT_EQ(progress_line(2'000'000, {450, 0}, 2.0, 80), "2.00 M packets  1.00 M/s");
}

TEST(progress_bar, a_narrow_terminal_has_no_bar) {
  EXPECT_EQ(progress_line(10, {500, 1000}, 2.0, 40), " 50 %  10 packets  5/s  2 s left");
}

TEST(progress_bar, more_than_all_is_all) {
  EXPECT_EQ(progress_line(10, {2000, 1000}, 0.5, 20), "100 %  10 packets  20/s");
}

}  // namespace
}  // namespace kizashi::app
