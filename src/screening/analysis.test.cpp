#include "kizashi/screening/analysis.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/screening/evaluation.hpp"
#include "kizashi/screening/internal/test_profiles.hpp"

namespace kizashi::screening {
namespace {

using internal::lone_address;
using internal::make_profile;
using internal::test_source;
using telescope::source_profile;

/// Profiles with the truth about them, and the few labels that a person gave.
struct population {
  std::vector<source_profile> profiles;
  source_truth truth;
  std::string labels;

  void add(test_source source, std::string const& really, bool is_labelled = false) {
    source.address = lone_address(static_cast<std::uint32_t>(profiles.size()));
    profiles.push_back(make_profile(source));
    truth[source.address] = really;
    if (is_labelled)
      labels += source.address.to_string() + " " +
                (really.empty() ? std::string{background_label} : really) + "\n";
  }
};

auto ordinary(random_source& random) -> test_source {
  static constexpr std::array<internal::test_header, 4> systems{
      {{29200, 0x38142, 51}, {64240, 0x1342, 115}, {8192, 0x4112, 118}, {65535, 0x312, 49}}};
  static constexpr std::array<std::uint16_t, 7> services{22, 80, 445, 1433, 3389, 23, 5900};
  return {.header = systems[random.below(4)],
          .ports = {{services[random.below(7)], 5 + random.below(40)}},
          .activity = internal::random_minutes(random, 0.1 + 0.7 * random.unit(), 60),
          .destinations = 1 + random.below(60),
          .rate = static_cast<float>(random.unit())};
}

auto surveyor(random_source& random) -> test_source {
  test_source made{.header = {65535, 0, 240},
                   .activity = internal::random_minutes(random, 0.8, 60),
                   .destinations = 512 + random.below(3000),
                   .rate = 20 + static_cast<float>(random.unit()) * 60};
  for (std::uint32_t i = 5 + random.below(4); i > 0; --i)
    made.ports.push_back(
        {static_cast<std::uint16_t>(1000 + random.below(9000)), 2 + random.below(3)});
  return made;
}

auto bot(random_source& random, int tool) -> test_source {
  return {.header = {static_cast<std::uint16_t>(random.below(65536)), 0, 47},
          .ports = {{23, 18 + random.below(20)}, {2323, 2 + random.below(2)}},
          .activity = internal::random_minutes(random, 0.3, 60),
          .tool = tool};
}

/// 300 surveyors of whom a fifth is labelled, 400 bots with a verdict and 120 that hide from it,
/// three groups of 30 that act together, 80 with masscan, and 3,000 others, of whom 60 are known to
/// be harmless. Of surveyors each twentieth, of hiding bots each tenth does as anybody.
auto make_population(std::uint64_t seed) -> population {
  random_source random{seed};
  population made;
  for (int i = 0; i < 300; ++i)
    made.add(i % 20 == 0 ? ordinary(random) : surveyor(random), "survey", random.below(5) == 0);
  for (int i = 0; i < 400; ++i) made.add(bot(random, 0), "mirai");
  for (int i = 0; i < 120; ++i) made.add(i % 10 == 0 ? ordinary(random) : bot(random, -1), "mirai");
  for (int group = 0; group < 3; ++group) {
    auto const common = internal::random_minutes(random, 0.25, 60);
    for (int i = 0; i < 30; ++i)
      made.add({.header = internal::bare,
                .ports = {{5555, 20}},
                .activity = internal::partake(random, common, 0.85)},
               "group");
  }
  for (int i = 0; i < 80; ++i)
    made.add({.header = {1024, 0, 240}, .ports = {{8080, 30}}, .tool = 1}, "masscan");
  for (int i = 0; i < 3000; ++i) made.add(ordinary(random), "", i % 50 == 0);
  return made;
}

class Analysis : public testing::Test {
protected:
  void run(population const& of, analysis_options options = {}) {
    options.fingerprints = &fingerprints;
    if (!of.labels.empty()) {
      labels = source_labels::parse(of.labels, "labels").value();
      options.labels = &labels;
    }
    all = std::make_unique<analysis>(options);
    for (auto const& each : of.profiles) all->learn(each);
    found = &all->conclude();
  }

  auto evaluate(population const& of) -> evaluation_report {
    evaluation measure{of.truth, found->screening};
    for (auto const& each : of.profiles) measure.add(each, all->conclude(each));
    return measure.report();
  }

  [[nodiscard]] auto rows_of(screening_method method) const -> std::vector<std::size_t> {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < found->screening.rules.size(); ++i)
      if (found->screening.rules[i].method == method) rows.push_back(i);
    return rows;
  }

  recognise::fingerprint_table fingerprints = internal::test_fingerprints();
  source_labels labels;
  std::unique_ptr<analysis> all;
  conclusions const* found = nullptr;
};

TEST_F(Analysis, SetsAsideWhatTheTruthSays) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto const people = make_population(seed);
    run(people);
    auto const report = evaluate(people);
    EXPECT_GE(report.sources.precision(), 0.98) << seed;
    EXPECT_GE(report.sources.recall(), 0.95) << seed;
    EXPECT_EQ(report.unknown, 0U);
    for (auto const method : {screening_method::verdict, screening_method::timing,
                              screening_method::sequence, screening_method::learnt}) {
      EXPECT_FALSE(rows_of(method).empty()) << seed << " " << name_of(method);
      for (auto const row : rows_of(method))
        EXPECT_GE(report.rules[row].precision(), 0.95)
            << seed << " " << found->screening.rules[row].reason;
    }
    for (auto const row : rows_of(screening_method::sequence)) {
      EXPECT_EQ(report.rules[row].label, "mirai");
      EXPECT_GE(found->screening.rules[row].precision, 0.95);
    }
    if (seed > 1 || !testing::Test::HasFailure()) continue;
    for (std::size_t i = 0; i < report.rules.size(); ++i)
      GTEST_LOG_(INFO) << found->screening.rules[i].tag << ": " << found->screening.rules[i].reason
                       << " " << report.rules[i].precision() << " " << report.rules[i].recall();
  }
}

TEST_F(Analysis, AnswersForASourceAddUpToTheRows) {
  auto const people = make_population(3);
  run(people);
  auto const& screening = found->screening;
  std::vector<std::uint64_t> sources(screening.rules.size());
  std::vector<std::uint64_t> packets(screening.rules.size());
  std::vector<std::uint64_t> members(found->campaigns.size());
  std::uint64_t left = 0;
  std::uint64_t packets_left = 0;
  std::uint64_t all_packets = 0;
  for (auto const& each : people.profiles) {
    auto const answer = all->conclude(each);
    all_packets += each.packets;
    if (answer.rules.empty()) {
      ++left;
      packets_left += each.packets;
    }
    for (auto const rule : answer.rules) {
      ++sources[rule];
      packets[rule] += each.packets;
    }
    if (answer.campaign >= 0) ++members[static_cast<std::size_t>(answer.campaign)];
  }
  EXPECT_EQ(screening.sources, people.profiles.size());
  EXPECT_EQ(screening.packets, all_packets);
  EXPECT_EQ(screening.sources_left, left);
  EXPECT_EQ(screening.packets_left, packets_left);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    EXPECT_EQ(screening.rules[i].sources, sources[i]) << screening.rules[i].reason;
    EXPECT_EQ(screening.rules[i].packets, packets[i]) << screening.rules[i].reason;
    EXPECT_GE(packets[i == 0 ? 0 : i - 1], packets[i]);
  }
  for (std::size_t i = 0; i < members.size(); ++i)
    EXPECT_EQ(found->campaigns[i].sources, members[i]) << found->campaigns[i].name;
}

TEST_F(Analysis, DoesNotDependOnTheOrderOfSources) {
  auto people = make_population(4);
  run(people);
  auto const first = *found;
  std::ranges::reverse(people.profiles);
  run(people);
  ASSERT_EQ(found->campaigns.size(), first.campaigns.size());
  for (std::size_t i = 0; i < first.campaigns.size(); ++i)
    EXPECT_EQ(found->campaigns[i].name, first.campaigns[i].name);
  ASSERT_EQ(found->screening.rules.size(), first.screening.rules.size());
  for (std::size_t i = 0; i < first.screening.rules.size(); ++i)
    EXPECT_EQ(found->screening.rules[i].reason, first.screening.rules[i].reason);
  EXPECT_EQ(found->screening.packets_left, first.screening.packets_left);
}

TEST_F(Analysis, CountsToolsAndClasses) {
  population people;
  for (int i = 0; i < 3; ++i) people.add({.ports = {{23, 10}}, .tool = 0}, "mirai");
  people.add({.ports = {{80, 4}}, .tool = 1}, "masscan");
  people.add({.ports = {{80, 1}}, .tool = 1}, "");  // one match is no verdict
  people.profiles.back().by_class[1] = 5;
  people.profiles.back().packets = 6;
  run(people);
  ASSERT_EQ(found->tools.size(), 2U);
  EXPECT_EQ(found->tools[0].name, "mirai");
  EXPECT_EQ(found->tools[0].kind, recognise::fingerprint_kind::malware);
  EXPECT_EQ(found->tools[0].packets, 30U);
  EXPECT_EQ(found->tools[0].sources, 3U);
  EXPECT_GT(found->tools[0].confidence, 0.99);
  EXPECT_EQ(found->tools[1].packets, 4U);
  EXPECT_EQ(found->tools[1].sources, 1U);
  ASSERT_EQ(found->classes.size(), 2U);
  EXPECT_EQ(found->classes[0].packets, 35U);
  EXPECT_EQ(found->classes[0].sources, 5U);
  EXPECT_EQ(found->classes[1].packets, 5U);
  EXPECT_EQ(found->classes[1].sources, 1U);
  auto const answer = all->conclude(people.profiles.back());
  EXPECT_TRUE(answer.tools.empty());
  EXPECT_EQ(answer.traffic_class, recognise::traffic_class::backscatter);
  EXPECT_TRUE(answer.rules.empty());
}

TEST_F(Analysis, SourcesOfFewPacketsHaveVerdictsButNoBehaviour) {
  population people;
  for (int i = 0; i < 10; ++i) people.add({.ports = {{23, 4}}, .tool = 0}, "mirai");
  run(people);
  EXPECT_TRUE(found->campaigns.empty());
  EXPECT_EQ(found->screening.sources_left, 0U);
  auto const answer = all->conclude(people.profiles[0]);
  EXPECT_EQ(answer.campaign, -1);
  ASSERT_EQ(answer.rules.size(), 1U);
  EXPECT_EQ(found->screening.rules[answer.rules[0]].tag, "known malware");
  EXPECT_EQ(found->screening.rules[answer.rules[0]].reason,
            "mirai: The sequence number is the destination.");
}

TEST_F(Analysis, TagsThoseWhoShareTargets) {
  population people;
  people.add({.header = internal::bare, .ports = {{8443, 2}}}, "group");
  people.add({.header = internal::bare, .ports = {{8444, 2}}}, "");
  people.add({.ports = {{8443, 2}}}, "");
  analysis_options options;
  options.coordinated = {{recognise::packet_type::udp, 8443, people.profiles[0].quirk},
                         {recognise::packet_type::tcp_syn, 8443, people.profiles[0].quirk}};
  run(people, options);
  EXPECT_EQ(found->screening.sources_left, 2U);
  auto const answer = all->conclude(people.profiles[0]);
  ASSERT_EQ(answer.rules.size(), 1U);
  auto const& row = found->screening.rules[answer.rules[0]];
  EXPECT_EQ(row.tag, "shares targets");
  EXPECT_TRUE(row.reason.starts_with("tcp-syn to port 8443 with header ")) << row.reason;
}

TEST_F(Analysis, KeepsWhatAPersonCallsBackground) {
  population people;
  people.add({.ports = {{23, 10}}, .tool = 0}, "", true);
  people.add({.ports = {{80, 10}}}, "mine", true);
  run(people);
  EXPECT_TRUE(all->conclude(people.profiles[0]).rules.empty());
  ASSERT_EQ(found->screening.rules.size(), 1U);
  EXPECT_EQ(found->screening.rules[0].tag, "label mine");
  EXPECT_EQ(found->screening.rules[0].reason, "named so in the file of labels");
}

TEST_F(Analysis, OfNothingIsNothing) {
  run({});
  EXPECT_TRUE(found->tools.empty());
  EXPECT_TRUE(found->classes.empty());
  EXPECT_TRUE(found->campaigns.empty());
  EXPECT_TRUE(found->screening.rules.empty());
  EXPECT_EQ(found->screening.sources, 0U);
  source_profile stranger;
  stranger.address = net::ipv4{1};
  EXPECT_TRUE(all->conclude(stranger).rules.empty());
}

TEST(Evaluation, CountsBySourcesAndPackets) {
  screening_summary rules;
  rules.rules.resize(2);
  evaluation measure{{{net::ipv4{1}, "a"},
                      {net::ipv4{2}, "a"},
                      {net::ipv4{3}, "background"},
                      {net::ipv4{4}, ""},
                      {net::ipv4{5}, "b"}},
                     rules};
  auto const add = [&measure](std::uint32_t address, std::uint64_t packets,
                              std::vector<std::uint32_t> const& tags) {
    source_profile profile;
    profile.address = net::ipv4{address};
    profile.packets = packets;
    source_conclusion concluded;
    concluded.rules = tags;
    measure.add(profile, concluded);
  };
  add(1, 10, {0, 1});
  add(2, 20, {});
  add(3, 30, {0});
  add(4, 40, {});
  add(5, 50, {0});
  add(6, 60, {0});
  auto const report = measure.report();
  EXPECT_EQ(report.unknown, 1U);
  EXPECT_DOUBLE_EQ(report.sources.precision(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.sources.recall(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.packets.precision(), 60.0 / 90);
  EXPECT_DOUBLE_EQ(report.packets.recall(), 60.0 / 80);
  EXPECT_EQ(report.packets.left, 40U);
  EXPECT_DOUBLE_EQ(report.rules[0].precision(), 2.0 / 3);
  EXPECT_EQ(report.rules[0].label, "a");
  EXPECT_DOUBLE_EQ(report.rules[0].recall(), 0.5);
  EXPECT_DOUBLE_EQ(report.rules[1].precision(), 1);
  EXPECT_EQ(evaluation_counts{}.precision(), 0);
}

}  // namespace
}  // namespace kizashi::screening
