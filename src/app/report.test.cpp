// The corners of the report writers that no small capture shows. Whole reports: tests/read.
#include "kizashi/app/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

auto text_of(report const& what, text_style const& style = {}) -> std::string {
  string_sink out;
  EXPECT_TRUE(write_text(what, style, out));
  return out.text;
}
auto json_of(report const& what) -> std::string {
  string_sink out;
  EXPECT_TRUE(write_json(what, out));
  return out.text;
}

auto one_packet() -> report {
  report what;
  what.inputs = {"x.pcap"};
  what.summary.packets.total = 1;
  what.summary.packets.ipv4 = 1;
  return what;
}

TEST(report, nothing_at_all) {
  report what;
  what.inputs = {"x.pcap"};
  EXPECT_EQ(text_of(what), "Kizashi read x.pcap\nNo packets\n");
  EXPECT_THAT(json_of(what), HasSubstr("\"first\":null"));
}

TEST(report, many_inputs_are_not_all_named) {
  report what;
  what.inputs = {"a", "b", "c"};
  EXPECT_THAT(text_of(what), HasSubstr("Kizashi read a, b, c\n"));
  what.inputs.insert(what.inputs.end(), {"d", "e"});
  EXPECT_THAT(text_of(what), HasSubstr("Kizashi read a, b, c and 2 more\n"));
}

TEST(report, packets_without_a_time) {
  auto const what = one_packet();
  EXPECT_THAT(text_of(what), HasSubstr("\nNo packet has a time\n"));
  EXPECT_THAT(json_of(what), HasSubstr("\"last\":null"));
}

TEST(report, one_time_is_no_span) {
  auto what = one_packet();
  what.summary.first = what.summary.last = timestamp{1'768'435'200'000'000'000};
  EXPECT_THAT(text_of(what), HasSubstr("\n2026-01-15 00:00:00 UTC\n"));
}

TEST(report, spans_and_rates) {
  auto what = one_packet();
  what.summary.packets.total = 4;
  what.summary.first = timestamp{1'768'435'200'000'000'000};
  auto const over = [&](duration length) {
    what.summary.last = what.summary.first + length;
    auto const text = text_of(what);
    auto const begin = text.find('\n') + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_EQ(over(1us), "2026-01-15 00:00:00 UTC, 1 us");
  EXPECT_EQ(over(40ms), "2026-01-15 00:00:00 UTC, 40 ms, 100 packets/s");
  EXPECT_EQ(over(4s), "2026-01-15 00:00:00 to 2026-01-15 00:00:04 UTC, 4 s, 1 packet/s");
  EXPECT_EQ(over(10s), "2026-01-15 00:00:00 to 2026-01-15 00:00:10 UTC, 10 s, 24 packets/min");
  EXPECT_EQ(over(24h * 36'500),
            "2026-01-15 00:00:00 to 2125-12-22 00:00:00 UTC, 36,500 d, 0.04 packets/year");
}

TEST(report, windows_far_apart_are_drawn_together) {
  auto what = one_packet();
  what.summary.window_length = 60s;
  auto const begin = timestamp{1'768'435'200'000'000'000};
  what.summary.windows = {{begin, 5, 0, 0, 0}, {begin + duration{24h * 36500}, 7, 0, 0, 0}};
  what.summary.first = begin;
  what.summary.last = begin + duration{24h * 36500};
  auto const text = text_of(what, {60, false, true});
  EXPECT_THAT(text, HasSubstr("the highest column is 7"));
  EXPECT_THAT(text, HasSubstr("36,500 d"));
}

TEST(report, names_of_strangers_cannot_command_a_terminal) {
  auto what = one_packet();
  what.inputs = {"a\x1b[31m\n.pcap"};
  what.notes = {{"b\x07 \xc2\x9b", true}};
  auto const text = text_of(what);
  EXPECT_THAT(text, HasSubstr("a?[31m?.pcap"));
  EXPECT_THAT(text, HasSubstr("b? ?"));
}

TEST(report, a_failed_reading_is_partial) {
  auto what = one_packet();
  what.is_partial = true;
  what.stopped_by = "disk: cannot read: Input/output error";
  EXPECT_THAT(text_of(what), HasSubstr("\nPARTIAL: disk: cannot read: Input/output error\n"));
  EXPECT_THAT(json_of(what), HasSubstr("\"stopped_by\":\"disk: cannot read: Input/output error\""));
}

TEST(report, numbers_of_sixty_four_bits_stay_whole) {
  auto what = one_packet();
  what.summary.wire_bytes = ~std::uint64_t{0};
  EXPECT_THAT(json_of(what), HasSubstr("\"wire_bytes\":18446744073709551615"));
}

TEST(report, top_cuts_lists) {
  auto what = one_packet();
  what.top = 1;
  what.summary.ports = {{6, net::port{23}, 9, 0, 9, 1, 1}, {6, net::port{24}, 8, 0, 8, 1, 1}};
  EXPECT_THAT(text_of(what), HasSubstr("Destination ports (1 of 2)"));
  EXPECT_THAT(text_of(what), Not(HasSubstr("24/tcp")));
  what.top = 0;
  EXPECT_THAT(text_of(what), HasSubstr("24/tcp"));
}

TEST(report, a_small_share_is_not_nothing) {
  auto what = one_packet();
  what.summary.packets.total = 10'000;
  what.summary.ports = {{6, net::port{23}, 9'998, 0, 0, 1, 1}, {6, net::port{24}, 2, 0, 0, 1, 1}};
  EXPECT_THAT(text_of(what), HasSubstr("100.0 %"));
  EXPECT_THAT(text_of(what), HasSubstr("<0.1 %"));
}

TEST(report, a_sink_that_fails_ends_the_writing) {
  class full_sink final : public text_sink {
  public:
    auto write(std::string_view) -> status override { return fail(errc::io_error, "full"); }
  } full;
  auto const what = one_packet();
  EXPECT_EQ(write_text(what, {}, full).error().message, "full");
  EXPECT_EQ(write_json(what, full).error().message, "full");
}

}  // namespace
}  // namespace kizashi::app
