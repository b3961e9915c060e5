#include "kizashi/match/address_matcher.hpp"

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::match {
namespace {

auto ipv4_at(std::string_view text) -> net::address {
  return *net::address::parse(text);
}

/// Slow and obvious: asks all entries, keeps the longest. 0: none.
auto longest(address_list const& list, net::address a) -> std::uint32_t {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < list.entries().size(); ++i)
    if (list.entries()[i].where.contains(a) &&
        (!best || list.entries()[i].where.length() > list.entries()[*best].where.length()))
      best = i;
  return best ? static_cast<std::uint32_t>(*best + 1) : 0;
}

/// Addresses that lie together, so that entries nest and neighbours differ.
auto near_address(random_source& random, bool is_ipv6) -> net::address {
  auto const low = static_cast<std::uint32_t>(random.below(1U << 12));
  if (is_ipv6)
    return net::address{net::ipv6{0x20010db800000000U, std::uint64_t{random.below(4)} << 62 | low}};
  auto const base = random.below(8) == 0 ? 0xFFFFF000U : 0xC0000000U;
  return net::address{net::ipv4{base + low}};
}

auto random_list(random_source& random, std::size_t count) -> std::string {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    bool const is_ipv6 = random.below(3) == 0;
    auto const width = is_ipv6 ? 128U : 32U;
    auto const length = width - static_cast<unsigned>(random.below(14));
    text += net::prefix{near_address(random, is_ipv6), length}.to_string() + "\n";
  }
  return text;
}

auto packet_of(net::address source, net::address destination, net::packet_batch& batch)
    -> net::packet {
  net::packet made;
  if (!source.is_ipv6()) {
    made.source = source.as_ipv4().value();
    made.destination = destination.as_ipv4().value();
    return made;
  }
  made.attributes = net::bit(net::attribute::ipv6);
  made.source = made.destination = static_cast<std::uint32_t>(batch.ipv6.size());
  batch.ipv6.push_back({source.as_ipv6(), destination.as_ipv6()});
  return made;
}

TEST(address_matcher, finds_the_longest_entry) {
  address_matcher const of{address_list::parse("192.0.2.0/24\n192.0.2.128/25\n192.0.2.130\n")};
  EXPECT_EQ(of.find(ipv4_at("192.0.1.255")), 0U);
  EXPECT_EQ(of.find(ipv4_at("192.0.2.0")), 1U);
  EXPECT_EQ(of.find(ipv4_at("192.0.2.129")), 2U);
  EXPECT_EQ(of.find(ipv4_at("192.0.2.130")), 3U);
  EXPECT_EQ(of.find(ipv4_at("192.0.2.131")), 2U);
  EXPECT_EQ(of.find(ipv4_at("192.0.3.0")), 0U);
  EXPECT_EQ(of.find(ipv4_at("2001:db8::1")), 0U);
}

TEST(address_matcher, an_empty_list_matches_nothing_and_a_default_route_everything) {
  address_matcher const none{address_list::parse("")};
  address_matcher const all{address_list::parse("0.0.0.0/0\n")};
  for (auto const* const each : {"0.0.0.0", "192.0.2.1", "255.255.255.255"}) {
    EXPECT_EQ(none.find(ipv4_at(each)), 0U);
    EXPECT_EQ(all.find(ipv4_at(each)), 1U);
  }
  EXPECT_EQ(all.find(ipv4_at("::")), 0U);
}

TEST(address_matcher, equals_asking_each_entry) {
  random_source random{3};
  for (int round = 0; round < 20; ++round) {
    address_matcher const of{address_list::parse(random_list(random, 1 + random.below(300)))};
    for (int i = 0; i < 2000; ++i) {
      auto const a = near_address(random, random.below(3) == 0);
      ASSERT_EQ(of.find(a), longest(of.list(), a)) << a.to_string();
    }
  }
}

TEST(address_matcher, matches_rows_by_the_side_that_is_asked_for) {
  random_source random{4};
  address_matcher const of{address_list::parse(random_list(random, 100))};
  auto const batch = std::make_unique<net::packet_batch>();
  std::vector<std::pair<net::address, net::address>> ends;
  batch->resize(net::packet_batch::capacity);
  for (std::size_t row = 0; row < batch->size(); ++row) {
    bool const is_ipv6 = random.below(5) == 0;
    ends.emplace_back(near_address(random, is_ipv6), near_address(random, is_ipv6));
    auto made = packet_of(ends.back().first, ends.back().second, *batch);
    if (row % 7 == 0) made.attributes = net::bit(net::attribute::no_ip);
    batch->set_row(row, made);
  }
  for (auto const where : {side::source, side::destination, side::either}) {
    matched_rows found;
    of.match(*batch, where, found);
    auto at = found.all().begin();
    for (std::size_t row = 0; row < batch->size(); ++row) {
      if (row % 7 == 0) continue;
      auto const source = where == side::destination ? 0 : longest(of.list(), ends[row].first);
      auto const destination = where == side::source ? 0 : longest(of.list(), ends[row].second);
      if (source == 0 && destination == 0) continue;
      ASSERT_NE(at, found.all().end());
      EXPECT_EQ(at->row, row);
      EXPECT_EQ(at->source_entry, source);
      EXPECT_EQ(at->destination_entry, destination);
      ++at;
    }
    EXPECT_EQ(at, found.all().end());
  }
}

TEST(match_counts, give_inner_entries_to_those_around_them) {
  address_matcher const of{address_list::parse("10.0.0.0/8\n10.1.0.0/16\n10.1.2.3\n192.0.2.1\n")};
  auto const batch = std::make_unique<net::packet_batch>();
  std::vector<std::pair<char const*, char const*>> const ends{
      {"10.1.2.3", "192.0.2.1"}, {"10.1.2.3", "10.1.9.9"}, {"10.9.9.9", "10.1.2.3"}};
  batch->resize(ends.size());
  for (std::size_t row = 0; row < ends.size(); ++row) {
    auto made = packet_of(ipv4_at(ends[row].first), ipv4_at(ends[row].second), *batch);
    made.time = row == 1 ? timestamp::unknown() : timestamp{static_cast<std::int64_t>(row) + 5};
    batch->set_row(row, made);
  }
  matched_rows found;
  of.match(*batch, side::either, found);
  match_counts half{of.list()};
  half.add(*batch, found);
  match_counts whole{of.list()};
  whole.add(half);
  EXPECT_EQ(whole.packets(), 3U);
  auto const totals = whole.totals();
  auto const pair_of = [&](std::size_t i) {
    return std::pair{totals[i].packets_from, totals[i].packets_to};
  };
  EXPECT_EQ(pair_of(0), (std::pair<std::uint64_t, std::uint64_t>{3, 2}));  // 10.0.0.0/8
  EXPECT_EQ(pair_of(1), (std::pair<std::uint64_t, std::uint64_t>{2, 2}));  // 10.1.0.0/16
  EXPECT_EQ(pair_of(2), (std::pair<std::uint64_t, std::uint64_t>{2, 1}));  // 10.1.2.3
  EXPECT_EQ(pair_of(3), (std::pair<std::uint64_t, std::uint64_t>{0, 1}));  // 192.0.2.1
  EXPECT_EQ(totals[2].first, timestamp{5});
  EXPECT_EQ(totals[2].last, timestamp{7});
  EXPECT_EQ(totals[3].last, timestamp{5});
}

auto range(std::string_view first, std::string_view last) -> net::address_range {
  return {*net::address::parse(first), *net::address::parse(last)};
}

TEST(address_matcher, touches_at_both_ends) {
  address_matcher const of{address_list::parse("192.0.2.10-192.0.2.20\n2001:db8::5\n")};
  EXPECT_FALSE(of.touches(range("192.0.2.0", "192.0.2.9")));
  EXPECT_TRUE(of.touches(range("192.0.2.0", "192.0.2.10")));
  EXPECT_TRUE(of.touches(range("192.0.2.20", "192.0.2.255")));
  EXPECT_FALSE(of.touches(range("192.0.2.21", "192.0.2.255")));
  EXPECT_TRUE(of.touches(range("2001:db8::5", "2001:db8::5")));
  EXPECT_FALSE(of.touches(range("2001:db8::6", "2001:db8::ff")));
  address_matcher const none{address_list::parse("")};
  EXPECT_FALSE(none.touches(range("0.0.0.0", "255.255.255.255")));
  EXPECT_FALSE(none.touches(range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST(address_matcher, touches_what_holds_one_of_its_addresses) {
  random_source random{23};
  for (int round = 0; round < 100; ++round) {
    std::string text;
    for (int i = 0; i < 6; ++i) {
      auto const length = 24 + random.below(9);
      text += net::prefix{net::ipv4{0xFFFFFF00U | random.below(256)}, length}.to_string() + "\n";
    }
    address_matcher const of{address_list::parse(text)};
    for (int i = 0; i < 50; ++i) {
      auto const first = 0xFFFFFF00U | random.below(256);
      auto const last = first + random.below(0xFFFFFFFF - first + 1);
      bool expected = false;
      for (std::uint64_t each = first; each <= last; ++each)
        expected = expected || of.find(net::ipv4{static_cast<std::uint32_t>(each)}) != 0;
      ASSERT_EQ(of.touches({net::ipv4{first}, net::ipv4{last}}), expected) << text << first;
    }
  }
}

}  // namespace
}  // namespace kizashi::match
