#include "kizashi/screening/internal/campaigns.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/screening/internal/behaviours.hpp"
#include "kizashi/screening/internal/rand_index.hpp"
#include "kizashi/screening/internal/test_profiles.hpp"

namespace kizashi::screening::internal {
namespace {

using port_list = std::vector<std::pair<std::uint16_t, std::uint64_t>>;

auto options() -> campaign_options {
  campaign_options made;
  made.tool_name = [](std::uint8_t tool) { return tool == 0 ? "mirai" : "masscan"; };
  return made;
}

auto shares(std::initializer_list<std::pair<std::uint16_t, float>> of) -> main_ports {
  main_ports made;
  std::size_t i = 0;
  for (auto const& [port, share] : of) {
    made.keys[i] = port_key(6, port);
    made.shares[i++] = share;
  }
  return made;
}

TEST(PortLikeness, IsTheSumOfSmallerOverLargerShares) {
  EXPECT_NEAR(port_likeness(shares({{23, 0.9F}, {2323, 0.1F}}), shares({{23, 1.0F}})), 0.9 / 1.1,
              1e-6);
  EXPECT_NEAR(port_likeness(shares({{22, 0.5F}, {23, 0.5F}}), shares({{23, 0.2F}, {80, 0.8F}})),
              0.2 / 1.8, 1e-6);
  EXPECT_EQ(port_likeness(shares({{23, 1}}), shares({{80, 1}})), 0);
  EXPECT_EQ(port_likeness({}, {}), 0);
}

auto crowd(std::uint32_t first, int count, test_header header, port_list const& ports,
           int tool = -1) -> std::vector<source_record> {
  std::vector<source_record> made;
  for (int i = 0; i < count; ++i)
    made.push_back(make_test_record({.address = lone_address(first + static_cast<std::uint32_t>(i)),
                                     .header = header,
                                     .ports = ports,
                                     .tool = tool}));
  return made;
}

void append(std::vector<source_record>& to, std::vector<source_record> const& more) {
  to.insert(to.end(), more.begin(), more.end());
}

TEST(Behaviours, JoinNearlyEqualPortsUnderTheLargerOnes) {
  auto sources = crowd(0, 20, linux_like, {{23, 90}, {2323, 10}});
  append(sources, crowd(100, 5, linux_like, {{23, 10}}));        // alike
  append(sources, crowd(200, 5, linux_like, {{2323, 10}}));      // a tenth of the larger
  append(sources, crowd(300, 5, linux_like, {{80, 10}}));        // others
  append(sources, crowd(400, 5, bare, {{23, 90}, {2323, 10}}));  // another header
  auto const found = find_behaviours(sources, 0.5);
  std::multiset<std::size_t> sizes;
  for (auto const& each : found) sizes.insert(each.members.size());
  EXPECT_EQ(sizes, (std::multiset<std::size_t>{5, 5, 5, 25}));
}

TEST(Behaviours, VictimsHaveNone) {
  auto profile = make_profile({.ports = {{23, 10}}});
  profile.by_class[1] = 100;
  EXPECT_EQ(behaviour_header(make_record(profile)), 0U);
}

TEST(Behaviours, ToolsCountMoreThanHeaders) {
  auto const a = make_test_record({.header = linux_like, .ports = {{23, 10}}, .tool = 0});
  auto const b = make_test_record({.header = bare, .ports = {{23, 10}}, .tool = 0});
  EXPECT_EQ(behaviour_header(a), behaviour_header(b));
}

TEST(Campaigns, OfFewerSourcesThanTheBoundAreNone) {
  auto sources = crowd(0, 4, linux_like, {{23, 10}});
  EXPECT_TRUE(find_campaigns(sources, options()).empty());
  EXPECT_EQ(sources[0].campaign, -1);
  append(sources, crowd(4, 1, linux_like, {{23, 10}}));
  auto const rows = find_campaigns(sources, options());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].sources, 5U);
  EXPECT_EQ(rows[0].packets, 50U);
  EXPECT_EQ(rows[0].networks, 5U);
  EXPECT_EQ(rows[0].days, 1U);
  EXPECT_FALSE(rows[0].is_synchronous);
  EXPECT_NEAR(rows[0].confidence, 0.9, 1e-6);
  EXPECT_EQ(sources[4].campaign, 0);
  EXPECT_EQ(sources[4].neighbours, 0U);
}

TEST(Campaigns, CountNeighboursInTheSameNetwork) {
  std::vector<source_record> sources;
  for (std::uint32_t i = 0; i < 6; ++i)
    sources.push_back(make_test_record(
        {.address = net::ipv4{0x0A000001U + (i < 4 ? i : i << 8)}, .ports = {{23, 10}}}));
  auto const rows = find_campaigns(sources, options());
  EXPECT_EQ(rows.at(0).networks, 3U);
  EXPECT_EQ(sources[0].neighbours, 3U);
  EXPECT_EQ(sources[5].neighbours, 0U);
}

TEST(Campaigns, HaveNamesThatFollowFromBehaviourAlone) {
  auto one_day = crowd(0, 30, linux_like, {{23, 90}, {2323, 10}}, 0);
  append(one_day, crowd(100, 10, bare, {{5555, 10}}));
  auto other_day = crowd(5000, 12, bare, {{5555, 40}});  // busier than the others on this day
  append(other_day, crowd(7000, 9, bare, {{23, 80}, {2323, 20}}, 0));
  auto const first = find_campaigns(one_day, options());
  auto const second = find_campaigns(other_day, options());
  ASSERT_EQ(first.size(), 2U);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(first[0].name, second[0].name.starts_with("mirai") ? second[0].name : second[1].name);
  EXPECT_EQ(first[1].name, second[0].name.starts_with("tcp") ? second[0].name : second[1].name);
  EXPECT_TRUE(first[0].name.starts_with("mirai 23+2323 · ")) << first[0].name;
  EXPECT_TRUE(first[1].name.starts_with("tcp 5555 · ")) << first[1].name;
  EXPECT_EQ(first[0].description, "scan: mirai, 23/tcp 90 %, 2323/tcp 10 %");
  EXPECT_EQ(first[1].description, "scan: win 14600, no options, ttl 64, 5555/tcp 100 %");
}

/// The name of ten sources with these ports, without its letters.
auto ports_in_name(port_list const& ports) -> std::string {
  auto sources = crowd(0, 10, linux_like, ports);
  auto const name = find_campaigns(sources, options()).at(0).name;
  return name.substr(0, name.find(" · "));
}

TEST(Campaigns, AreNamedByThePortsAboveTheWidestGapOfShares) {
  // One rarer port p beside the busiest: the gaps are 25 % / p and p / 2 %, alike at 7.07 %.
  EXPECT_EQ(ports_in_name({{23, 928}, {2323, 72}}), "tcp 23+2323");
  EXPECT_EQ(ports_in_name({{23, 930}, {2323, 70}}), "tcp 23");
  // A tenth, a little more and a little less; ten times as busy as the others or not.
  for (std::uint64_t tenth : {90U, 100U, 110U}) {
    EXPECT_EQ(ports_in_name({{23, 1000 - tenth}, {2323, tenth}}), "tcp 23+2323");
    EXPECT_EQ(ports_in_name({{445, 600}, {139, 400 - tenth}, {135, tenth}}), "tcp 135+139+445");
  }
  // 60, 13, 12 and 10 % stand above the gap from 10 % to 2 %; from 21 % to 6 % is 3.5, from 6 % to
  // 2 % three.
  EXPECT_EQ(ports_in_name({{1, 65}, {2, 13}, {3, 12}, {4, 10}}), "tcp 1+2+3+4");
  EXPECT_EQ(ports_in_name({{1, 73}, {2, 21}, {3, 6}}), "tcp 1+2");
  // As many as there are, when all are alike.
  EXPECT_EQ(ports_in_name({{1, 9}, {2, 9}, {3, 9}, {4, 9}, {5, 9}, {6, 9}, {7, 9}, {8, 9}}),
            "tcp 1+2+3+4+5+6+7+8");
}

TEST(Campaigns, NamesDifferWhereOnlyTheHeaderDoes) {
  auto sources = crowd(0, 10, linux_like, {{23, 10}});
  append(sources, crowd(100, 10, bare, {{23, 10}}));
  auto const rows = find_campaigns(sources, options());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0].name, rows[1].name);
}

/// A day of three botnets of 40 that act in common minutes, 500 independent sources of the same
/// tool and ports, and four other crowds; half of the sources miss one of the rarer ports.
struct day {
  std::vector<source_record> sources;
  std::vector<int> truth;
};

auto make_day(std::uint64_t seed, std::uint32_t first = 0) -> day {
  random_source random{seed};
  day made;
  auto number = first;
  auto const add = [&](int group, test_source source) {
    source.address = lone_address(number++);
    made.sources.push_back(make_test_record(source, source.tool == 0));
    made.truth.push_back(group);
  };
  auto const mirai_ports = [&random]() -> port_list {
    return random.below(2) == 0 ? port_list{{23, 60}, {2323, 10}, {37215, 30}}
                                : port_list{{23, 65}, {37215, 35}};
  };
  for (int group = 0; group < 3; ++group) {
    auto const common = random_minutes(random, 0.25, 60);
    for (int i = 0; i < 40; ++i)
      add(group, {.ports = mirai_ports(), .activity = partake(random, common, 0.85), .tool = 0});
  }
  auto const alone = [&random] { return random_minutes(random, 0.2 + 0.6 * random.unit(), 60); };
  for (int i = 0; i < 500; ++i) add(3, {.ports = mirai_ports(), .activity = alone(), .tool = 0});
  for (int i = 0; i < 100; ++i) add(4, {.ports = {{443, 50}}, .activity = alone(), .tool = 1});
  for (int i = 0; i < 60; ++i)
    add(5, {.header = bare, .ports = {{5555, 20}, {81, 10}}, .activity = alone()});
  for (int i = 0; i < 60; ++i) add(6, {.ports = {{5555, 20}, {81, 10}}, .activity = alone()});
  for (int i = 0; i < 60; ++i) add(7, {.header = bare, .ports = {{445, 20}}, .activity = alone()});
  return made;
}

auto campaigns_of(day const& of) -> std::vector<int> {
  std::vector<int> found;
  for (auto const& each : of.sources) found.push_back(each.campaign);
  return found;
}

TEST(Campaigns, AreThoseOfTheTruth) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto made = make_day(seed);
    auto const rows = find_campaigns(made.sources, options());
    EXPECT_GE(adjusted_rand_index(made.truth, campaigns_of(made)), 0.97) << seed;
    EXPECT_EQ(std::ranges::count(rows, true, &campaign_row::is_synchronous), 3) << seed;
    std::set<std::string> names;
    for (auto const& each : rows) names.insert(each.name);
    EXPECT_EQ(names.size(), rows.size());
  }
}

TEST(Campaigns, OfTheSameSourcesKeepTheirNamesWhenTheTimesChange) {
  auto one = make_day(1);
  auto other = make_day(2);  // the same addresses at other times
  auto const first = find_campaigns(one.sources, options());
  auto const second = find_campaigns(other.sources, options());
  auto const name = [](std::vector<campaign_row> const& rows, day const& of, std::size_t source) {
    return rows.at(static_cast<std::size_t>(of.sources[source].campaign)).name;
  };
  int kept = 0;
  for (std::size_t group = 0; group < 3; ++group) {
    auto const was = name(first, one, group * 40);
    EXPECT_EQ(std::ranges::count(was, '-'), 1) << was;
    kept += was == name(second, other, group * 40);
  }
  EXPECT_GE(kept, 2);  // each with the probability of the groups' overlap
}

TEST(NameLetters, AreOfTheAlphabet) {
  EXPECT_EQ(name_letters(0), "2222");
  EXPECT_EQ(name_letters(1 + 28 * 27), "3z22");
  EXPECT_EQ(name_letters(1, 6), "322222");
}

}  // namespace
}  // namespace kizashi::screening::internal
