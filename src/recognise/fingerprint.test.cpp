// The reader: what is a table, and what each mistake says.
#include "kizashi/recognise/fingerprint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/recognise/internal/fingerprint_expression.hpp"

namespace kizashi::recognise {
namespace {

using testing::HasSubstr;

/// A table with one entry whose lines are those of a good one, but for `line`, which replaces the
/// line of the same key or is added.
auto entry_with(std::string const& line) -> std::string {
  std::vector<std::string> lines{"name = \"x\"",          "kind = \"tool\"",
                                 "match = [\"tcp.syn\"]", "false_match = \"2^-32\"",
                                 "packets = 1",           "source = \"here\""};
  auto const key = line.substr(0, line.find(' ') + 1);
  std::erase_if(lines, [&](auto const& each) { return each.starts_with(key); });
  std::string text = "[[fingerprint]]\n" + line + "\n";
  for (auto const& each : lines) text += each + "\n";
  return text;
}

auto failure(std::string const& text) -> std::string {
  auto const read = fingerprint_table::parse(text, "my.toml");
  return read ? "no failure" : read.error().message;
}

auto condition_failure(std::string_view text) -> std::string {
  auto const read = internal::parse_condition(text);
  return read ? "no failure" : read.error().message;
}

TEST(fingerprint_table, reads_an_entry) {
  auto const read = fingerprint_table::parse(R"(
[[fingerprint]]
name = "some.tool-2"
kind = "research"
description = "Words."
match = ["tcp.syn", "tcp.window == 1024"]
same = "tcp.seq ^ ip.dst"
false_match = "2^-16"
packets = 3
source = "a paper"
[[fingerprint]]
name = "look"
kind = "unknown"
match = ["udp.dstport == 53"]
false_match = 0.25
packets = 1
independent = false
source = "b"
)",
                                             "my.toml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->entries().size(), 2U);
  auto const& first = read->entries()[0];
  EXPECT_EQ(first.name, "some.tool-2");
  EXPECT_EQ(first.kind, fingerprint_kind::research);
  EXPECT_EQ(first.description, "Words.");
  EXPECT_EQ(first.match, (std::vector<std::string>{"tcp.syn", "tcp.window == 1024"}));
  EXPECT_EQ(first.same, "tcp.seq ^ ip.dst");
  EXPECT_EQ(first.source, "a paper");
  EXPECT_EQ(first.false_match, 1.0 / 65536);
  EXPECT_EQ(first.packets, 3U);
  EXPECT_TRUE(first.is_independent);
  EXPECT_EQ(first.scope, fingerprint_scope::tcp_syn);
  auto const& second = read->entries()[1];
  EXPECT_EQ(second.false_match, 0.25);
  EXPECT_FALSE(second.is_independent);
  EXPECT_EQ(second.scope, fingerprint_scope::udp);
  ASSERT_EQ(read->keys().size(), 1U);
  EXPECT_EQ(read->keys()[0], 0);
}

TEST(fingerprint_table, scope_follows_from_the_conditions) {
  auto const scope = [](std::string const& match) {
    auto const read = fingerprint_table::parse(entry_with("match = " + match), "my.toml");
    return read ? read->entries()[0].scope : fingerprint_scope::any;
  };
  EXPECT_EQ(scope("[\"tcp.synack\"]"), fingerprint_scope::tcp);
  EXPECT_EQ(scope("[\"tcp.dstport == 1\"]"), fingerprint_scope::tcp);
  EXPECT_EQ(scope("[\"udp\"]"), fingerprint_scope::udp);
  EXPECT_EQ(scope("[\"icmp.type == 8\"]"), fingerprint_scope::icmp);
  EXPECT_EQ(scope("[\"ip.ttl == 8\"]"), fingerprint_scope::any);
}

TEST(fingerprint_table, each_mistake_has_its_place_and_a_way_out) {
  EXPECT_EQ(failure("x = ["),
            "my.toml:1:6: not TOML: Error while parsing array: encountered "
            "end-of-file");
  EXPECT_EQ(failure(""),
            "my.toml:1:1: no fingerprint; expected tables that begin with "
            "[[fingerprint]]");
  EXPECT_EQ(failure("fingerprint = [3]"),
            "my.toml:1:16: not a table; expected tables that begin "
            "with [[fingerprint]]");
  EXPECT_THAT(failure("[[fingerprnt]]\n" + entry_with("packets = 1")),
              HasSubstr("my.toml:1:3: fingerprnt is not known; did you mean fingerprint? a file of "
                        "fingerprints may have fingerprint"));
  EXPECT_EQ(failure(entry_with("packts = 2")),
            "my.toml:2:1: fingerprint.x.packts is not known; did you mean packets? a fingerprint "
            "may have name, kind, description, match, same, source, false_match, packets, "
            "independent");
  EXPECT_EQ(failure(entry_with("name = \"a b\"")),
            "my.toml:2:8: fingerprint.name is \"a b\"; expected 1 to 40 letters, digits, - and ., "
            "such as \"masscan\"");
  EXPECT_EQ(failure(entry_with("kind = \"bot\"")),
            "my.toml:2:8: fingerprint.x.kind is \"bot\"; expected malware, tool, research or "
            "unknown");
  EXPECT_EQ(failure(entry_with("source = \"\"")),
            "my.toml:2:10: fingerprint.x.source is \"\"; expected where it is published");
  EXPECT_EQ(failure(entry_with("match = []")),
            "my.toml:2:9: fingerprint.x.match is a list; expected a list of 1 to 16 conditions "
            "such as [\"tcp.syn\", \"tcp.seq == ip.dst\"]");
  EXPECT_EQ(failure(entry_with("match = [3]")),
            "my.toml:2:10: fingerprint.x.match[1] is 3; expected a condition in quotes");
  EXPECT_EQ(failure(entry_with("match = [\"tcp.syn\", \"ip.idd == 5\"]")),
            "my.toml:2:21: fingerprint.x.match[2] is \"ip.idd == 5\"; at character 1: ip.idd is no "
            "field; did you mean ip.id?");
  EXPECT_EQ(failure(entry_with("match = [\"tcp.syn\", \"udp.dstport == 5\"]")),
            "my.toml:2:9: fingerprint.x.match is a list; expected one protocol, as no packet is "
            "TCP, UDP and ICMP at a time");
  EXPECT_EQ(failure(entry_with("match = [\"tcp.syn\", \"tcp.rst\"]")),
            "my.toml:2:9: fingerprint.x.match is a list; expected one of tcp.syn, tcp.synack and "
            "tcp.rst, as no packet is two");
  EXPECT_EQ(failure(entry_with("independent = 1")),
            "my.toml:2:15: fingerprint.x.independent is 1; expected true or false");
  EXPECT_EQ(failure(entry_with("packets = 0")),
            "my.toml:2:11: fingerprint.x.packets is 0; expected how many packets make a verdict, "
            "from 1 to 1000000");
  for (auto const* const wrong : {"0", "1.5", "\"2^-129\"", "\"often\"", "true"})
    EXPECT_THAT(failure(entry_with(std::string{"false_match = "} + wrong)),
                HasSubstr("expected the share of ordinary packets that pass: \"2^-16\", or a "
                          "number above 0 and at most 1"));
}

TEST(fingerprint_table, what_no_packet_can_pass_is_refused) {
  EXPECT_EQ(
      failure(entry_with("match = [\"tcp.syn\", \"ip.ttl == 300\"]")),
      "my.toml:2:21: fingerprint.x.match[2] is \"ip.ttl == 300\"; no packet passes it: ip.ttl "
      "is 0 to 255");
  EXPECT_EQ(failure(entry_with("match = [\"tcp.window == 1\", \"tcp.window == 2\"]")),
            "my.toml:2:29: fingerprint.x.match[2] is \"tcp.window == 2\"; no packet passes both it "
            "and match[1]");
  EXPECT_EQ(failure(entry_with("match = [\"udp\", \"tcp.seq == ip.dst\"]")),
            "my.toml:2:9: fingerprint.x.match is a list; expected one protocol, as no packet is "
            "TCP, UDP and ICMP at a time");
  EXPECT_EQ(
      failure(entry_with("match = [\"tcp.syn\", \"ip.ttl == 300\", \"ip.tttl == 1\"]")),
      "my.toml:2:38: fingerprint.x.match[3] is \"ip.tttl == 1\"; at character 1: ip.tttl is no "
      "field; did you mean ip.ttl?");
}

TEST(fingerprint_table, missing_keys_are_named) {
  auto const all = failure("[[fingerprint]]\n");
  EXPECT_THAT(all, HasSubstr("my.toml:1:1: fingerprint.name is missing; expected 1 to 40"));
  EXPECT_THAT(all, HasSubstr("\nmy.toml:1:1: fingerprint.kind is missing; expected malware"));
  EXPECT_THAT(all, HasSubstr("\nmy.toml:1:1: fingerprint.match is missing; expected a list"));
  EXPECT_THAT(all, HasSubstr("\nmy.toml:1:1: fingerprint.source is missing; expected where"));
  EXPECT_THAT(all, HasSubstr("\nmy.toml:1:1: fingerprint.false_match is missing; expected the"));
  EXPECT_THAT(all, HasSubstr("\nmy.toml:1:1: fingerprint.packets is missing; expected how"));
}

TEST(fingerprint_table, names_are_unique) {
  EXPECT_THAT(failure(entry_with("packets = 1") + entry_with("packets = 2")),
              HasSubstr("my.toml:10:8: fingerprint.x.name is \"x\"; expected a name that no other "
                        "fingerprint of the file has"));
}

TEST(fingerprint_table, a_verdict_by_chance_is_refused) {
  auto const with = [](std::string const& chance, std::string const& packets) {
    auto text = entry_with("false_match = " + chance);
    text.replace(text.find("packets = 1"), 11, "packets = " + packets);
    return failure(text);
  };
  EXPECT_EQ(with("\"2^-16\"", "1"),
            "my.toml:6:11: fingerprint.x.packets is 1; expected at least 2, as by chance 1.5e-05 "
            "of ordinary packets pass and a verdict must come by chance less than once in 1e9");
  EXPECT_EQ(with("\"2^-16\"", "2"), "no failure");
  EXPECT_THAT(with("0.1", "8"), HasSubstr("expected at least 10, as by chance 0.1 "));
  EXPECT_EQ(with("0.1", "10"), "no failure");
  EXPECT_THAT(with("1", "3"), HasSubstr("expected less than 1, as a test that all pass tells "
                                        "nothing"));
}

TEST(fingerprint_table, same_needs_syn_and_pairs) {
  EXPECT_EQ(failure(entry_with("same = \"tcp.seq\"")),
            "my.toml:7:11: fingerprint.x.packets is 1; expected at least 2, as same compares "
            "packets");
  EXPECT_THAT(failure(entry_with("same = \"5\"")),
              HasSubstr("my.toml:2:8: fingerprint.x.same is \"5\"; at character 1: no field is "
                        "named; expected one such as tcp.seq"));
  auto text = entry_with("same = \"ip.dst\"");
  text.replace(text.find("tcp.syn"), 7, "udp");
  EXPECT_THAT(failure(text),
              HasSubstr("my.toml:2:8: fingerprint.x.same is \"ip.dst\"; expected tcp.syn among the "
                        "conditions of match, as only SYN are compared"));
}

TEST(fingerprint_table, too_many_are_refused) {
  std::string text;
  for (int i = 0; i < 65; ++i) text += entry_with("name = \"n" + std::to_string(i) + "\"");
  EXPECT_EQ(failure(text), "my.toml: 65 fingerprints in all; expected at most 64");
  text.clear();
  for (int i = 0; i < 5; ++i) {
    auto entry = entry_with("same = \"tcp.seq + " + std::to_string(i) + "\"");
    entry.replace(entry.find("packets = 1"), 11, "packets = 2");
    entry.replace(entry.find("\"x\""), 3, "\"n" + std::to_string(i) + "\"");
    text += entry;
  }
  EXPECT_EQ(failure(text), "my.toml: 5 fingerprints in all have same; expected at most 4");
  text.clear();
  for (int i = 0; i < 64; ++i) {
    auto entry = entry_with("name = \"n" + std::to_string(i) + "\"");
    entry.replace(entry.find("[\"tcp.syn\"]"), 11,
                  "[\"(tcp.seq + 2" + std::to_string(i) + " ^ ip.dst + 1" + std::to_string(i) +
                      ") & 0xffff == ip.id + " + std::to_string(i) + "\"]");
    text += entry;
  }
  EXPECT_EQ(failure(text),
            "my.toml: the expressions have more than 256 different parts; fewer fingerprints or "
            "simpler relations are needed");
  EXPECT_EQ(failure(std::string((1 << 20) + 1, '\n')),
            "my.toml: 1048577 bytes; expected at most 1048576");
}

TEST(fingerprint_table, many_mistakes_are_cut) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += "[[fingerprint]]\n";
  EXPECT_THAT(failure(text), HasSubstr("\nmy.toml: 4 more"));
}

TEST(fingerprint_table, tables_join_by_name) {
  auto const a =
      fingerprint_table::parse(entry_with("name = \"a\"") + entry_with("name = \"b\""), "a.toml");
  auto const b = fingerprint_table::parse(
      entry_with("name = \"c\"") +
          "[[fingerprint]]\nname = \"a\"\nkind = \"malware\"\nmatch = [\"udp\"]\nfalse_match = "
          "\"2^-40\"\npackets = 1\nsource = \"there\"\n",
      "b.toml");
  ASSERT_TRUE(a && b);
  auto const both = a->with(*b);
  ASSERT_TRUE(both);
  ASSERT_EQ(both->entries().size(), 3U);
  EXPECT_EQ(both->entries()[0].name, "a");
  EXPECT_EQ(both->entries()[0].kind, fingerprint_kind::malware);
  EXPECT_EQ(both->entries()[1].name, "b");
  EXPECT_EQ(both->entries()[2].name, "c");
  EXPECT_EQ(a->entries()[0].kind, fingerprint_kind::tool);
}

TEST(fingerprint_table, joined_tables_may_be_too_large) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += entry_with("name = \"n" + std::to_string(i) + "\"");
  auto const many = fingerprint_table::parse(text, "a.toml");
  ASSERT_TRUE(many);
  auto const both = fingerprint_table::shipped().with(*many);
  ASSERT_FALSE(both);
  EXPECT_THAT(both.error().message, HasSubstr("fingerprints in all; expected at most 64"));
}

TEST(fingerprint_table, shipped_entries_tell_where_they_come_from) {
  auto const table = fingerprint_table::shipped();
  EXPECT_GE(table.entries().size(), 30U);
  EXPECT_LE(table.entries().size(), 48U) << "users need places for their own";
  EXPECT_EQ(table.keys().size(), 3U);
  for (auto const& each : table.entries()) {
    EXPECT_GE(each.source.size(), 10U) << each.name;
    EXPECT_GE(each.description.size(), 20U) << each.name;
    // A 16-bit test is no verdict by one packet.
    if (each.is_independent && each.false_match > 1e-9) {
      EXPECT_GE(each.packets, 2U) << each.name;
    }
  }
}

TEST(fingerprint_condition, mistakes_say_where) {
  EXPECT_EQ(condition_failure(""),
            "at character 1: the end is not expected; expected a field, a "
            "number or (");
  EXPECT_EQ(condition_failure("tcp.sny"),
            "at character 1: tcp.sny is no field; did you mean tcp.syn?");
  EXPECT_EQ(condition_failure("quantum == 1"),
            "at character 1: quantum is no field; expected a field such as tcp.seq, ip.dst or "
            "udp.dstport");
  EXPECT_EQ(condition_failure("tcp.seq = 5"),
            "at character 9: = is not understood; expected a field, a number or an operator");
  EXPECT_EQ(condition_failure("tcp.seq"),
            "at character 8: the end is not expected; expected ==, !=, <, <=, >, >= or in");
  EXPECT_EQ(condition_failure("tcp.seq == "),
            "at character 12: the end is not expected; expected a field, a number or (");
  EXPECT_EQ(condition_failure("(tcp.seq == 5"), "at character 10: == is not expected; expected )");
  EXPECT_EQ(condition_failure("tcp.seq == 5 tcp.syn"),
            "at character 14: tcp.syn is not expected; expected nothing behind a condition; "
            "several conditions are several texts");
  EXPECT_EQ(condition_failure("tcp.seq == 4294967296"),
            "at character 12: 4294967296 is no number; expected 0 to 4294967295, or 0x and "
            "hexadecimal digits");
  EXPECT_THAT(condition_failure("tcp.seq == 0x"), HasSubstr("at character 12: 0x is no number"));
  EXPECT_THAT(condition_failure("tcp.seq == 12ab"), HasSubstr("12ab is no number"));
  EXPECT_EQ(condition_failure("1 == 1"),
            "at character 1: no field is named; expected one such as tcp.seq");
  EXPECT_EQ(condition_failure("tcp.seq in 5"), "at character 12: 5 is not expected; expected {");
  EXPECT_EQ(condition_failure("tcp.seq in {5 6}"),
            "at character 15: 6 is not expected; expected ,");
  EXPECT_EQ(condition_failure("tcp.seq in {}"),
            "at character 13: } is not expected; expected a number");
  EXPECT_EQ(condition_failure("tcp.seq in {9..3}"), "at character 13: the range 9..3 is reversed");
  EXPECT_EQ(condition_failure("tcp.options == options(mss, wscale)"),
            "at character 29: wscale is no TCP option; expected nop, mss, ws, sok, sack, ts or "
            "other");
  EXPECT_EQ(condition_failure("tcp.options == options(nop,nop,nop,nop,nop,nop,nop,nop,nop)"),
            "at character 56: more than 8 options; only the first 8 are kept");
  EXPECT_EQ(condition_failure("swap32 tcp.seq == 1"),
            "at character 8: tcp.seq is not expected; expected (");
  EXPECT_EQ(condition_failure("tcp.seq == 1 \x01"),
            "at character 14: the byte 0x01 is not understood; expected a field, a number or an "
            "operator");
}

TEST(fingerprint_condition, payload_mistakes_say_where) {
  EXPECT_EQ(condition_failure("payload has \"x\""),
            "at character 9: has is not expected; expected starts, contains or at, as in payload "
            "starts \"GET \"");
  EXPECT_EQ(condition_failure("payload starts GET"),
            "at character 16: GET is not expected; expected 1 to 64 bytes in double quotes");
  EXPECT_THAT(condition_failure("payload starts \"\""), HasSubstr("expected 1 to 64 bytes"));
  EXPECT_THAT(condition_failure("payload starts \"" + std::string(65, 'x') + "\""),
              HasSubstr("expected 1 to 64 bytes"));
  EXPECT_EQ(condition_failure("payload starts \"GET"),
            "at character 16: a text without its closing \"");
  EXPECT_EQ(condition_failure("payload starts \"\\x1\""),
            "at character 17: not an escape; expected \\xHH with two hexadecimal digits, \\\\, "
            "\\\", \\r, \\n, \\t or \\0");
  EXPECT_THAT(condition_failure("payload starts \"\\"), HasSubstr("not an escape"));
  EXPECT_EQ(condition_failure("payload at 1501 \"x\""),
            "at character 12: 1501 is not expected; expected the number of a byte, 0 to 1500");
}

TEST(fingerprint_condition, sizes_are_bounded) {
  auto deep = std::string(33, '(') + "tcp.seq" + std::string(33, ')') + " == 1";
  EXPECT_EQ(condition_failure(deep), "at character 33: more than 32 parentheses in each other");
  EXPECT_EQ(condition_failure(deep.substr(1, 32) + "tcp.seq" + std::string(32, ')') + " == 1"),
            "no failure");
  std::string wide = "tcp.seq";
  for (int i = 0; i < 40; ++i) wide += "+1";
  EXPECT_THAT(condition_failure(wide + " == 1"),
              HasSubstr("more than 64 fields, numbers and operators; split the condition"));
  std::string many = "tcp.seq in {0";
  for (int i = 0; i < 64; ++i) many += ",1";
  EXPECT_THAT(condition_failure(many + "}"), HasSubstr("more than 64 numbers in a set"));
  EXPECT_EQ(condition_failure("tcp.seq == 1" + std::string(1000, ' ')),
            "at character 1001: 1012 bytes; expected at most 1000");
}

}  // namespace
}  // namespace kizashi::recognise
