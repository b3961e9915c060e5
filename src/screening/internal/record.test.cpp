#include "kizashi/screening/internal/record.hpp"

#include <gtest/gtest.h>

#include "kizashi/screening/internal/confidence.hpp"
#include "kizashi/screening/internal/test_profiles.hpp"

namespace kizashi::screening::internal {
namespace {

TEST(MainPorts, AreThoseWithATwentieth) {
  auto const record = make_test_record({.ports = {{23, 86}, {2323, 5}, {81, 5}, {7547, 4}}});
  EXPECT_EQ(record.ports.count(), 3U);
}

TEST(MainPorts, AreInTheOrderOfNumbersWithTheirShares) {
  auto const record = make_test_record({.ports = {{2323, 20}, {23, 80}}});
  ASSERT_EQ(record.ports.count(), 2U);
  EXPECT_EQ(record.ports.keys[0], port_key(6, 23));
  EXPECT_FLOAT_EQ(record.ports.shares[0], 0.8F);
  EXPECT_FLOAT_EQ(record.ports.shares[1], 0.2F);
  EXPECT_TRUE(record.ports.has(port_key(6, 2323)));
  EXPECT_FALSE(record.ports.has(port_key(17, 2323)));
}

TEST(MainPorts, AreAsManyAsAProfileHas) {
  auto const record = make_test_record(
      {.ports = {{8, 10}, {7, 10}, {6, 10}, {5, 10}, {4, 10}, {3, 10}, {2, 10}, {1, 10}}});
  ASSERT_EQ(record.ports.count(), 8U);
  EXPECT_EQ(record.ports.keys[0], port_key(6, 1));
  EXPECT_EQ(record.ports.keys[7], port_key(6, 8));
  EXPECT_FLOAT_EQ(record.ports.shares[7], 0.125F);
}

TEST(MainPorts, NoneWhenTheBusiestAreLessThanHalf) {
  auto profile = make_profile({.ports = {{1, 10}, {2, 10}}});
  profile.by_class[0] = 41;
  EXPECT_EQ(make_record(profile).ports.count(), 0U);
  profile.by_class[0] = 40;
  EXPECT_EQ(make_record(profile).ports.count(), 2U);
}

TEST(Record, WithoutSynHasNoWindow) {
  auto profile = make_profile({.ports = {{23, 10}}});
  profile.quirk = 0;
  profile.wire_bytes = 600;
  auto const record = make_record(profile);
  EXPECT_EQ(record.at(feature::window), absent);
  EXPECT_EQ(record.at(feature::length), 60U);
  profile.wire_bytes = 601;
  EXPECT_EQ(make_record(profile).at(feature::length), absent);
}

TEST(Record, WalksUpDownOrNeither) {
  auto profile = make_profile({.ports = {{23, 10}}});
  auto const walk = [&profile](std::uint32_t up, std::uint32_t down) {
    profile.ascents = up;
    profile.descents = down;
    return make_record(profile).at(feature::walk);
  };
  EXPECT_EQ(walk(7, 0), absent);
  EXPECT_EQ(walk(8, 0), 1U);
  EXPECT_EQ(walk(19, 1), 1U);
  EXPECT_EQ(walk(18, 1), 0U);
  EXPECT_EQ(walk(1, 19), 2U);
}

TEST(Words, SayWhatIsCompared) {
  auto const words = [](feature of, std::uint32_t low, std::uint32_t high) {
    return describe(condition{of, low, high});
  };
  auto const equal = [&words](feature of, std::uint32_t value) { return words(of, value, value); };
  EXPECT_EQ(equal(feature::window, 65535), "window 65535");
  EXPECT_EQ(equal(feature::window, varying_window), "a window that varies");
  EXPECT_EQ(equal(feature::window, absent), "no TCP SYN");
  EXPECT_EQ(equal(feature::options, 0), "no options");
  EXPECT_EQ(equal(feature::options, 0x38142), "options mss,sok,nop,ts,ws");
  EXPECT_EQ(equal(feature::options, 0xFE5), "options sack,other,broken");
  EXPECT_EQ(equal(feature::mss, 0), "no MSS");
  EXPECT_EQ(equal(feature::mss, 1460), "MSS 1460");
  EXPECT_EQ(equal(feature::window_scale, 255), "no window scale");
  EXPECT_EQ(equal(feature::window_scale, 7), "window scale 7");
  EXPECT_EQ(equal(feature::initial_ttl, 255), "TTL from 255");
  EXPECT_EQ(equal(feature::dont_fragment, 1), "don't fragment");
  EXPECT_EQ(equal(feature::dont_fragment, 0), "may be fragmented");
  EXPECT_EQ(equal(feature::length, 60), "length 60");
  EXPECT_EQ(equal(feature::top_port, port_key(17, 53)), "mostly 53/udp");
  EXPECT_EQ(equal(feature::top_port, port_key(1, 0)), "mostly icmp");
  EXPECT_EQ(equal(feature::top_port, absent), "no port");
  EXPECT_EQ(equal(feature::protocol, 0), "several protocols");
  EXPECT_EQ(equal(feature::traffic_class, 0), "class scan");
  EXPECT_EQ(equal(feature::walk, 1), "destinations upwards");
  EXPECT_EQ(equal(feature::walk, absent), "few destinations");
  // Powers of two: 3 is 4 to 7.
  EXPECT_EQ(words(feature::ports, 3, absent), "at least 4 ports");
  EXPECT_EQ(words(feature::ports, 0, 3), "at most 7 ports");
  EXPECT_EQ(words(feature::targets, 11, 12), "1,024 to 4,095 destinations");
  EXPECT_EQ(words(feature::rate, 11, 40), "at least 1.024 packets/s");
  EXPECT_EQ(words(feature::repeats, 0, 1), "at most 1 packets per destination");
  EXPECT_EQ(words(feature::top_share, 4, 8), "at least 50 % at one port");
  EXPECT_EQ(words(feature::steps, 0, 4), "at most 4 different steps between ports");
}

TEST(Confidence, IsWilsonsBound) {
  // Wilson (1927) for 81 of 263 at 95 %: 0.2553 .. 0.3662 (Newcombe 1998, table I, method 3).
  EXPECT_NEAR(wilson_bound(81, 263), 0.2553, 5e-5);
  EXPECT_NEAR(wilson_bound(15, 148), 0.0624, 5e-5);
  EXPECT_NEAR(wilson_bound(9, 9), 9 / (9 + 1.96 * 1.96), 1e-12);
  EXPECT_EQ(wilson_bound(0, 0), 0);
}

TEST(Looseness, HasTwoBounds) {
  looseness const loose{10, 3};
  EXPECT_TRUE(loose.permits(10, 10, 100, 1000));    // as many as permitted; 1.0 against 0.1
  EXPECT_FALSE(loose.permits(10, 10, 101, 10000));  // spreads too far
  EXPECT_FALSE(loose.permits(10, 10, 100, 299));    // a third of all fit: no sign
  EXPECT_TRUE(loose.permits(10, 10, 0, 0));
  EXPECT_FALSE(loose.permits(0, 10, 0, 0));
}

}  // namespace
}  // namespace kizashi::screening::internal
