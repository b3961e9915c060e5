#include "kizashi/recognise/evidence.hpp"

#include <cmath>
#include <map>
#include <memory>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::recognise {
namespace {

/// Entry number of `name` in the shipped table.
auto number_of(fingerprint_table const& table, std::string_view name) -> std::uint8_t {
  for (std::size_t i = 0; i < table.entries().size(); ++i)
    if (table.entries()[i].name == name) return static_cast<std::uint8_t>(i);
  ADD_FAILURE() << name;
  return 0;
}

auto bit_of(std::uint8_t number) -> std::uint64_t {
  return std::uint64_t{1} << number;
}

auto independent(double false_match, std::uint32_t packets) -> fingerprint {
  fingerprint made;
  made.false_match = false_match;
  made.packets = packets;
  return made;
}

auto look(double false_match, std::uint32_t packets) -> fingerprint {
  auto made = independent(false_match, packets);
  made.is_independent = false;
  return made;
}

/// The chance that at least `matched` of `tried` pass, term by term.
auto exact_tail(double p, int matched, int tried) -> double {
  auto sum = 0.0;
  for (int k = matched; k <= tried; ++k) {
    auto term = 1.0;
    for (int i = 0; i < k; ++i) term *= p * (tried - i) / (i + 1);
    sum += term * std::pow(1 - p, tried - k);
  }
  return sum;
}

constexpr auto p16 = 1.0 / 65536;
constexpr auto p32 = p16 / 65536;

TEST(judge, packets_that_all_pass) {
  EXPECT_GT(judge(independent(p32, 1), 1, 1), 0.999999999);
  EXPECT_EQ(judge(independent(p16, 2), 1, 1), 0);
  EXPECT_GT(judge(independent(p16, 2), 2, 2), 0.999999999);
  EXPECT_EQ(judge(independent(p16, 3), 2, 2), 0);
  EXPECT_EQ(judge(independent(p16, 2), 0, 0), 0);
}

TEST(judge, one_of_many_is_chance) {
  EXPECT_EQ(judge(independent(p16, 2), 1, 1994), 0);
  EXPECT_EQ(judge(independent(p32, 1), 1, 5), 0);  // 5 / 2^32 is above 1e-9
  EXPECT_GT(judge(independent(p32, 1), 1, 4), 0.999999999);
  EXPECT_GT(judge(independent(p32, 1), 500, 10'000), 0.999999999);
  EXPECT_EQ(judge(independent(p16, 2), 152, 10'000'000), 0);  // as many as chance gives
}

TEST(judge, is_never_surer_than_the_exact_tail) {
  for (auto const p : {p16, 0.001, 0.01, 0.2})
    for (int tried = 1; tried <= 40; ++tried)
      for (int matched = 1; matched <= tried; ++matched) {
        auto const confidence = judge(independent(p, 1), matched, tried);
        auto const exact = exact_tail(p, matched, tried);
        if (confidence > 0) {
          ASSERT_LT(exact, 1e-9) << p << " " << matched << " of " << tried;
        }
        // Nor much less sure: a factor of 100.
        if (exact < 1e-11) {
          ASSERT_GT(confidence, 0) << p << " " << matched << " of " << tried;
        }
      }
}

TEST(judge, many_packets_stay_in_range) {
  for (std::uint64_t matched = 1; matched < 1'000'000'000; matched *= 3) {
    auto const confidence = judge(independent(p16, 2), matched, 1'000'000'000);
    EXPECT_TRUE(confidence == 0 || (confidence >= 0.5 && confidence <= 1)) << matched;
    EXPECT_EQ(confidence > 0, matched > 16'000) << matched;  // chance gives 15,259
  }
}

TEST(judge, looks_are_as_sure_as_they_are_rare) {
  EXPECT_DOUBLE_EQ(judge(look(0.1, 2), 2, 2), 0.9);
  EXPECT_DOUBLE_EQ(judge(look(0.1, 2), 1000, 1000), 0.9);  // more packets prove nothing more
  EXPECT_EQ(judge(look(0.1, 2), 1, 1), 0);
  EXPECT_DOUBLE_EQ(judge(look(0.1, 2), 500, 1000), 0.81);  // at least two hosts behind it
  EXPECT_EQ(judge(look(0.1, 2), 10, 100), 0);
  EXPECT_EQ(judge(look(0.6, 1), 10, 10), 0);
}

TEST(judge, pairs_are_one_less_than_packets) {
  auto same = independent(p32, 2);
  same.same = "tcp.seq";
  EXPECT_GT(judge(same, 1, 1), 0.999999999);
  EXPECT_EQ(judge(same, 0, 1), 0);
  same = independent(p16, 3);
  same.same = "tcp.seq";
  EXPECT_EQ(judge(same, 1, 1), 0);
  EXPECT_GT(judge(same, 2, 2), 0.999999999);
}

TEST(tool_evidence, zeroes_are_empty) {
  tool_evidence const none{};
  EXPECT_TRUE(none.judge(fingerprint_table::shipped(), {}).empty());
}

TEST(tool_evidence, two_of_two_masscan_packets_are_a_verdict) {
  auto const table = fingerprint_table::shipped();
  auto const masscan = number_of(table, "masscan");
  tool_evidence of{};
  of.add(bit_of(masscan));
  EXPECT_TRUE(of.judge(table, {.tcp_syn = 1, .tcp = 1, .any = 1}).empty());
  of.add(bit_of(masscan));
  auto const verdicts = of.judge(table, {.tcp_syn = 2, .tcp = 2, .any = 2});
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].fingerprint, masscan);
  EXPECT_EQ(verdicts[0].packets, 2U);
  EXPECT_GT(verdicts[0].confidence, 0.999999999);
}

TEST(tool_evidence, a_twentieth_of_mirai_behind_a_common_address_is_found) {
  auto const table = fingerprint_table::shipped();
  auto const mirai = number_of(table, "mirai");
  auto const zmap = number_of(table, "zmap-before-4.1");
  random_source random{5};
  tool_evidence of{};
  for (int i = 0; i < 10'000; ++i) {
    if (i % 20 == 0) of.add(bit_of(mirai));
    if (i == 5000) of.add(bit_of(zmap));  // by chance
    if (i % 1000 == 0) of.add(bit_of(static_cast<std::uint8_t>(10 + random.below(10))));
  }
  auto const verdicts = of.judge(table, {.tcp_syn = 10'000, .tcp = 10'000, .any = 10'000});
  ASSERT_FALSE(verdicts.empty());
  EXPECT_EQ(verdicts[0].fingerprint, mirai);
  // Some were taken off for those that had no place, never added.
  EXPECT_LE(verdicts[0].packets, 500U);
  EXPECT_GE(verdicts[0].packets, 480U);
  for (auto const& each : verdicts) EXPECT_NE(each.fingerprint, zmap);
}

TEST(tool_evidence, eight_equally_frequent_probes_are_all_found) {
  auto const table = fingerprint_table::shipped();
  std::uint64_t mask = 0;
  for (auto const* const name :
       {"dns-any-probe", "ntp-monlist-probe", "ssdp-search-probe", "cldap-probe", "memcached-probe",
        "a2s-info-probe", "coap-discovery-probe", "portmap-dump-probe"})
    mask |= bit_of(number_of(table, name));
  tool_evidence of{};
  for (int round = 0; round < 50; ++round)
    for (auto rest = mask; rest != 0; rest &= rest - 1) of.add(rest & -rest);
  std::uint64_t named = 0;
  for (auto const& each : of.judge(table, {.udp = 400, .any = 400}, mask))
    named |= bit_of(each.fingerprint);
  EXPECT_EQ(named, mask);
}

TEST(tool_evidence, a_chance_match_that_lost_its_place_is_no_verdict) {
  auto const table = fingerprint_table::shipped();
  auto const by_chance = bit_of(number_of(table, "zmap-before-4.1"));
  EXPECT_TRUE(tool_evidence{}
                  .judge(table, {.tcp_syn = 10'000, .tcp = 10'000, .any = 10'000}, by_chance)
                  .empty());
}

TEST(tool_evidence, the_surest_comes_first) {
  auto const table = fingerprint_table::shipped();
  auto const look_of = number_of(table, "masscan-2-template");
  auto const relation = number_of(table, "masscan");
  tool_evidence of{};
  for (int i = 0; i < 5; ++i) of.add(bit_of(look_of) | bit_of(relation));
  auto const verdicts = of.judge(table, {.tcp_syn = 5, .tcp = 5, .any = 5});
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0].fingerprint, relation);
  EXPECT_EQ(verdicts[1].fingerprint, look_of);
}

TEST(tool_evidence, counts_are_never_too_high) {
  auto const table = fingerprint_table::shipped();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    random_source random{seed};
    tool_evidence parts[2]{};
    std::map<std::uint8_t, std::uint64_t> exact;
    for (int i = 0; i < 2000; ++i) {
      // Some far more often than others.
      auto const number = static_cast<std::uint8_t>(random.below(1 + random.below(12)));
      ++exact[number];
      parts[i / 1000].add(bit_of(number));
    }
    parts[0].absorb(parts[1]);
    for (auto const& each : parts[0].judge(table, {2000, 2000, 2000, 2000, 2000})) {
      EXPECT_LE(each.packets, exact[each.fingerprint]);
      // Misra and Gries: too low by at most n / 5.
      EXPECT_GE(each.packets + 400, exact[each.fingerprint]);
    }
  }
}

/// Rows with the sequence numbers and values of key 0 given; the other keys differ from row to row.
struct keyed_rows {
  explicit keyed_rows(std::vector<std::pair<std::uint32_t, std::uint32_t>> const& of) : rows{of} {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::uint32_t k = 1; k < most_keys; ++k) tags->keys[k][i] = rows[i].first * 8 + k;
      tags->keys[0][i] = rows[i].second;
    }
  }
  void add_to(tool_evidence& of) const {
    for (std::size_t i = 0; i < rows.size(); ++i) of.add_keys(*tags, i, rows[i].first);
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rows;
  std::unique_ptr<tag_columns> tags = std::make_unique<tag_columns>();
};

TEST(tool_evidence, equal_keys_are_pairs) {
  auto const table = fingerprint_table::shipped();
  auto const first_key = table.keys()[0];  // unicornscan: one pair is enough
  ASSERT_EQ(table.entries()[first_key].name, "unicornscan");
  tool_evidence of{};
  keyed_rows{{{11, 77}, {12, 77}}}.add_to(of);
  auto const verdicts = of.judge(table, {.tcp_syn = 2, .tcp = 2, .any = 2});
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].fingerprint, first_key);
  EXPECT_EQ(verdicts[0].packets, 2U);
  tool_evidence unequal{};
  keyed_rows{{{11, 77}, {12, 78}}}.add_to(unequal);
  EXPECT_TRUE(unequal.judge(table, {.tcp_syn = 2, .tcp = 2, .any = 2}).empty());
}

TEST(tool_evidence, what_is_sent_again_says_nothing) {
  auto const table = fingerprint_table::shipped();
  tool_evidence of{};
  keyed_rows{{{11, 77}, {11, 77}, {11, 77}, {11, 77}}}.add_to(of);
  EXPECT_TRUE(of.judge(table, {.tcp_syn = 4, .tcp = 4, .any = 4}).empty());
  // Four connections in turn, again and again.
  tool_evidence rounds{};
  for (int i = 0; i < 100; ++i) keyed_rows{{{1, 5}, {2, 6}, {3, 7}, {4, 8}}}.add_to(rounds);
  EXPECT_TRUE(rounds.judge(table, {.tcp_syn = 400, .tcp = 400, .any = 400}).empty());
}

TEST(tool_evidence, the_seam_is_no_pair) {
  auto const table = fingerprint_table::shipped();
  tool_evidence first{}, later{};
  keyed_rows{{{11, 77}}}.add_to(first);
  keyed_rows{{{12, 77}}}.add_to(later);
  first.absorb(later);
  EXPECT_TRUE(first.judge(table, {.tcp_syn = 2, .tcp = 2, .any = 2}).empty());
  keyed_rows{{{13, 77}}}.add_to(first);  // and the last one of `later` is the one before
  EXPECT_EQ(first.judge(table, {.tcp_syn = 3, .tcp = 3, .any = 3}).size(), 1U);
}

TEST(tool_evidence, counters_stay_at_their_largest) {
  auto const table = fingerprint_table::shipped();
  auto const mirai = number_of(table, "mirai");
  tool_evidence of{};
  of.add(bit_of(mirai));
  for (int i = 0; i < 30; ++i) of.absorb(tool_evidence{of});
  auto const verdicts = of.judge(table, {.tcp_syn = 1U << 30, .tcp = 1U << 30, .any = 1U << 30});
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].packets, (1U << 24) - 1);
}

}  // namespace
}  // namespace kizashi::recognise
