#include "kizashi/recognise/internal/fingerprint_contradiction.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::recognise::internal {
namespace {

auto conditions(std::vector<std::string> const& texts) -> std::vector<condition> {
  std::vector<condition> all;
  for (auto const& each : texts) {
    auto parsed = parse_condition(each);
    EXPECT_TRUE(parsed) << each;
    if (parsed) all.push_back(std::move(*parsed));
  }
  return all;
}

/// "2: REASON", the condition counted from 1; empty: none is found.
auto found(std::vector<std::string> const& texts) -> std::string {
  auto const answer = find_contradiction(conditions(texts));
  return answer ? fmt::format("{}: {}", answer->condition + 1, answer->reason) : "";
}

TEST(contradiction, of_a_condition_with_itself) {
  EXPECT_EQ(found({"ip.ttl == 300"}), "1: no packet passes it: ip.ttl is 0 to 255");
  EXPECT_EQ(found({"tcp.syn", "70000 == tcp.window"}),
            "2: no packet passes it: tcp.window is 0 to 65535");
  EXPECT_EQ(found({"ip.ttl in {256..300, 4000}"}), "1: no packet passes it: ip.ttl is 0 to 255");
  EXPECT_EQ(found({"tcp.seq < 0"}), "1: no packet passes it: tcp.seq is 0 to 4294967295");
  EXPECT_EQ(found({"tcp.seq > 0xffffffff"}), "1: no packet passes it: tcp.seq is 0 to 4294967295");
  EXPECT_EQ(found({"ip.ttl >= 256"}), "1: no packet passes it: ip.ttl is 0 to 255");
  EXPECT_EQ(found({"ip.df == 2"}), "1: no packet passes it: ip.df is 0 to 1");
  EXPECT_EQ(found({"icmp.type == 256"}), "1: no packet passes it: icmp.type is 0 to 255");
  EXPECT_EQ(found({"tcp.seq & 0xf0 == 0x0f"}),
            "1: no packet passes it: the value is 0 to 240, with bits of 0xf0 only");
  EXPECT_EQ(found({"tcp.seq >> 16 == 0x10000"}),
            "1: no packet passes it: the value is 0 to 65535, with bits of 0xffff only");
  EXPECT_EQ(found({"ip.id == (tcp.seq & 0xffff) + 0x10000"}),
            "1: no packet passes it: the sides are 0 to 65535 and 65536 to 131071");
  EXPECT_EQ(found({"tcp.seq != tcp.seq"}), "1: no packet passes it: both sides are the same");
  EXPECT_EQ(found({"swap16(tcp.window) > 0xffff"}),
            "1: no packet passes it: the value is 0 to 65535, with bits of 0xffff only");
}

TEST(contradiction, of_conditions_with_each_other) {
  EXPECT_EQ(found({"tcp.syn", "ip.ttl == 64", "tcp.window == 5", "ip.ttl == 65"}),
            "4: no packet passes both it and match[2]");
  EXPECT_EQ(found({"ip.ttl > 64", "ip.ttl <= 64"}), "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"ip.ttl != 64", "ip.ttl in {64}"}), "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"ip.ttl == 64", "ip.ttl & 1 == 1"}), "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"tcp.syn", "tcp.flags == 0x12"}), "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"tcp.synack", "tcp.flags & 0x10 == 0"}),
            "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"tcp.rst", "tcp.flags < 4"}), "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"udp.dstport == 53", "ip.proto == 6"}),
            "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"payload.length < 4", "payload starts \"GET \""}),
            "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"payload starts \"GET \"", "payload at 3 \"x\""}),
            "2: no packet passes both it and match[1]");
  EXPECT_EQ(found({"ip.ttl in {1, 2}", "ip.ttl in {2, 3}", "ip.ttl in {1, 3}"}),
            "3: no packet passes it and all the others");
}

TEST(contradiction, is_none_where_a_packet_passes) {
  EXPECT_EQ(found({"tcp.syn", "tcp.flags == 0xc2", "ip.proto == 6"}), "");
  EXPECT_EQ(found({"tcp.synack", "tcp.flags == 0x13"}), "");
  EXPECT_EQ(found({"tcp.rst", "tcp.flags == 0x14"}), "");
  EXPECT_EQ(found({"ip.ttl > 254", "ip.ttl != 0", "ip.ttl < 256"}), "");
  EXPECT_EQ(found({"ip.ttl in {1, 2, 2..9}", "ip.ttl in {9, 400}"}), "");
  EXPECT_EQ(found({"tcp.seq == ip.dst", "tcp.seq >= 0xffffffff"}), "");
  EXPECT_EQ(found({"tcp.seq + 1 == 0"}), "") << "numbers wrap around";
  EXPECT_EQ(found({"ip.id - 1 == 0xffffffff"}), "");
  EXPECT_EQ(found({"ip.ttl <= ip.ttl", "ip.ttl == ip.ttl"}), "");
  EXPECT_EQ(found({"payload starts \"GET \"", "payload at 3 \" /\"", "payload.length == 5"}), "");
  EXPECT_EQ(found({"tcp.seq << 40 == 0"}), "");
}

/// The slow twin: two fields of a byte, all 65,536 packets one after the other.
auto value_of(expression const& of, std::uint32_t ttl, std::uint32_t protocol) -> std::uint32_t {
  std::array<std::uint32_t, most_nodes + 1> at{};
  std::size_t place = 0;
  for (auto const& each : of) {
    auto const left = at[each.left];
    auto const right = at[each.right];
    auto& out = at[place++];
    switch (each.does) {
      case operation::number:
        out = each.value;
        break;
      case operation::field:
        out = static_cast<field>(each.value) == field::ip_ttl ? ttl : protocol;
        break;
      case operation::swap16:
        out = (left & 0xFF) << 8 | (left >> 8 & 0xFF);
        break;
      case operation::swap32:
        out = left << 24 | (left & 0xFF00) << 8 | (left >> 8 & 0xFF00) | left >> 24;
        break;
      case operation::add:
        out = left + right;
        break;
      case operation::subtract:
        out = left - right;
        break;
      case operation::shift_left:
        out = right < 32 ? left << right : 0;
        break;
      case operation::shift_right:
        out = right < 32 ? left >> right : 0;
        break;
      case operation::bit_and:
        out = left & right;
        break;
      case operation::bit_xor:
        out = left ^ right;
        break;
      case operation::bit_or:
        out = left | right;
        break;
    }
  }
  return at[place - 1];
}

auto holds(condition const& each, std::uint32_t ttl, std::uint32_t protocol) -> bool {
  auto const left = value_of(each.left, ttl, protocol);
  if (each.is == condition::form::ranges) {
    for (auto const& range : each.ranges)
      if (range.low <= left && left <= range.high) return true;
    return false;
  }
  auto const right = value_of(each.right, ttl, protocol);
  switch (each.how) {
    case comparison::equal:
      return left == right;
    case comparison::unequal:
      return left != right;
    case comparison::less:
      return left < right;
    case comparison::less_or_equal:
      break;
  }
  return left <= right;
}

auto some_packet_passes(std::vector<condition> const& all) -> bool {
  for (std::uint32_t packet = 0; packet < 65536; ++packet)
    if (std::ranges::all_of(
            all, [&](auto const& each) { return holds(each, packet >> 8, packet & 0xFF); }))
      return true;
  return false;
}

auto pick(random_source& random, std::vector<std::string> const& from) -> std::string {
  return from[random.below(static_cast<std::uint32_t>(from.size()))];
}
auto number(random_source& random) -> std::string {
  return std::to_string(random.below(random.below(2) == 0 ? 8 : 300));
}
auto operand(random_source& random, int depth) -> std::string {
  auto const kind = random.below(depth > 2 ? 3 : 6);
  if (kind == 0) return number(random);
  if (kind < 3) return pick(random, {"ip.ttl", "ip.proto"});
  if (kind == 3) return pick(random, {"swap16", "swap32"}) + "(" + operand(random, depth + 1) + ")";
  return "(" + operand(random, depth + 1) + " " +
         pick(random, {"+", "-", "&", "^", "|", "<<", ">>"}) + " " + operand(random, depth + 1) +
         ")";
}

TEST(contradiction, is_never_found_where_the_slow_twin_finds_a_packet) {
  random_source random{7};
  int contradictions = 0;
  int missed = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> texts;
    for (auto more = 1 + random.below(3); more > 0; --more) {
      auto const left =
          operand(random, 0) + pick(random, {" ^ ip.ttl", " & ip.proto", " + ip.ttl"});
      texts.push_back(random.below(4) == 0
                          ? left + " in {" + number(random) + ", " + number(random) + "}"
                          : left + pick(random, {" == ", " != ", " < ", " <= ", " > ", " >= "}) +
                                operand(random, 0));
    }
    auto const all = conditions(texts);
    auto const told = find_contradiction(all).has_value();
    auto const passes = some_packet_passes(all);
    ASSERT_FALSE(told && passes) << texts[0] << " and " << texts.size() - 1 << " more";
    contradictions += told ? 1 : 0;
    missed += !told && !passes ? 1 : 0;
  }
  EXPECT_GT(contradictions, 20);
  EXPECT_GT(missed, 0) << "relations of fields are beyond it";
}

TEST(contradiction, misses_none_between_fields_and_numbers) {
  random_source random{8};
  int contradictions = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> texts;
    for (auto left = 2 + random.below(3); left > 0; --left) {
      auto const of = pick(random, {"ip.ttl", "ip.proto"});
      texts.push_back(random.below(3) == 0
                          ? of + " in {" + number(random) + ", " + number(random) + "}"
                          : of + pick(random, {" == ", " != ", " < ", " <= ", " > ", " >= "}) +
                                number(random));
    }
    auto const all = conditions(texts);
    auto const told = find_contradiction(all).has_value();
    ASSERT_EQ(told, !some_packet_passes(all)) << fmt::format("{}", fmt::join(texts, " and "));
    contradictions += told ? 1 : 0;
  }
  EXPECT_GT(contradictions, 100);
}

}  // namespace
}  // namespace kizashi::recognise::internal
