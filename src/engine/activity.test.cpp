#include "kizashi/engine/activity.hpp"

#include <gtest/gtest.h>

namespace kizashi::engine {
namespace {

TEST(activity, totals_count_sources_networks_and_screened_ones) {
  activity_window window;
  window.sources = {{net::ipv4{0x01020301}, 0},
                    {net::ipv4{0x01020302}, 7},
                    {net::ipv4{0x01020401}, 0},
                    {net::ipv6{0x20010DB8'00000000, 1}, 0},
                    {net::ipv6{0x20010DB8'0000FFFF, 1}, 0}};
  window.rows = {{0, 2, 0, 23, 6}, {0, 1, 0, 53, 17}, {1, 3, 0, 23, 6},
                 {2, 1, 0, 23, 6}, {3, 1, 0, 23, 6},  {4, 1, 0, 23, 6}};
  auto const totals = totals_by_service(window);
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].at, (service{6, 23}));
  EXPECT_EQ(totals[0].packets, 8U);
  EXPECT_EQ(totals[0].sources, 5U);
  EXPECT_EQ(totals[0].screened, 1U);
  EXPECT_EQ(totals[0].networks, 3U);  // two /24 and one /48
  EXPECT_EQ(totals[1].at, (service{17, 53}));
  EXPECT_EQ(totals[1].networks, 1U);
  EXPECT_EQ(sources_at(window, {6, 23}), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(sources_at(window, {17, 53}), (std::vector<std::uint32_t>{0}));
}

TEST(activity, services_have_names) {
  EXPECT_EQ((service{6, 23}.to_string()), "tcp/23");
  EXPECT_EQ((service{17, 53413}.to_string()), "udp/53413");
  EXPECT_EQ((service{1, 0x0800}.to_string()), "icmp/8.0");
  EXPECT_EQ((service{58, 0x8000}.to_string()), "icmp6/128.0");
  EXPECT_EQ((service{47, 0}.to_string()), "47/0");
}

TEST(activity, asks_or_answers) {
  using enum recognise::packet_type;
  for (auto const each : {tcp_syn, udp, udp_amplifier, udp_exploit, icmp_request})
    EXPECT_TRUE(is_asking(each));
  for (auto const each : {tcp_synack, tcp_rst, udp_reply, icmp_reply, icmp_error, tcp_null, no_ip})
    EXPECT_FALSE(is_asking(each));
}

}  // namespace
}  // namespace kizashi::engine
