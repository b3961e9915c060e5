#include "kizashi/filter/expression.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/filter/invented/expressions.hpp"
#include "kizashi/filter/names.hpp"

namespace kizashi::filter {
namespace {

using testing::HasSubstr;

auto canonical(std::string_view text) -> std::string {
  auto const parsed = parse(text);
  return parsed ? to_text(*parsed) : parsed.error().message;
}

struct pair_of_texts {
  char const* text;
  char const* canonical;
};

constexpr pair_of_texts same[] = {
    {"port 23", "port == 23"},
    {"port=23", "port == 23"},
    {"PORT == 0x17", "port == 23"},
    {"port in 1024..2048", "port in 1024..2048"},
    {"port == 1024..1024", "port == 1024"},
    {"port in {2323, 23,23}", "port in {23, 2323}"},
    {"port in {23}", "port == 23"},
    {"port != {23,22}", "port not in {22, 23}"},
    {"port not in {22}", "port != 22"},
    {"dport<1024", "dst.port < 1024"},
    {"ip.src == 192.0.2.0/24", "src in 192.0.2.0/24"},
    {"src != 192.0.2.0/24", "src not in 192.0.2.0/24"},
    {"src 192.0.2.8..192.0.2.11", "src in 192.0.2.8/30"},
    {"src 192.0.2.8..192.0.2.12", "src in 192.0.2.8..192.0.2.12"},
    {"192.0.2.7", "ip == 192.0.2.7"},
    {"2001:db8::/32", "ip in 2001:db8::/32"},
    {"host in {2001:DB8::1, 192.0.2.1}", "ip in {192.0.2.1, 2001:db8::1}"},
    {"proto 6", "protocol == tcp"},
    {"protocol == 200", "protocol == 200"},
    {"tcp.flags == 0x12", "tcp.flags == syn-ack"},
    {"tcp.flags 3", "tcp.flags == 3"},
    {"flag SYN", "flag == syn"},
    {"flag none", "flag == none"},
    {"country jp", "country == JP"},
    {"country in {IN, no, none}", "country in {none, IN, NO}"},
    {"country == in", "country == IN"},
    {"as AS4134", "as == 4134"},
    {"asn none", "as == none"},
    {"tool mirai", "tool == mirai"},
    {"scanner \"University of Michigan\"", "scanner == \"University of Michigan\""},
    {"scanner != none", "scanner != none"},
    {"scanner \"a \\\"b\\\\\"", "scanner == \"a \\\"b\\\\\""},
    {"time >= 2026-01-15", "time >= 2026-01-15T00:00:00Z"},
    {"time < 2026-01-15T09:00", "time < 2026-01-15T09:00:00Z"},
    {"time in 2026-01-15T09:00+09:00..2026-01-15T00:00:00.5",
     "time in 2026-01-15T00:00:00Z..2026-01-15T00:00:00.500000Z"},
    {"duration > 90min", "duration > 1h30min"},
    {"rate >= 1.50", "rate >= 1.5"},
    {"rate < 2", "rate < 2"},
    {"ongoing", "ongoing"},
    {"not ongoing", "not ongoing"},
    {"!(tool == mirai)", "not tool == mirai"},
    {"a_comment",
     "filter:1:1: there is no field \"a_comment\"; expected one such as src, port, "
     "country or tool"},
    {"port 1 && port 2 || port 3", "port == 1 and port == 2 or port == 3"},
    {"port 1 AND (port 2 Or port 3)", "port == 1 and (port == 2 or port == 3)"},
    {"(port 1 and port 2) and port 3", "port == 1 and port == 2 and port == 3"},
    {"((port 1))", "port == 1"},
    {"not not port 1", "not not port == 1"},
    {"not (port 1 and port 2)", "not (port == 1 and port == 2)"},
    {"port\n 1\r\n\tand   port 2", "port == 1 and port == 2"},
    {"port 23 and src in 192.0.2.0/24", "port == 23 and src in 192.0.2.0/24"},
    {"dst.port == 23 && country == JP && !(tool == mirai)",
     "dst.port == 23 and country == JP and not tool == mirai"},
};

TEST(filter_text, has_one_form_for_what_is_the_same) {
  for (auto const& each : same) {
    EXPECT_EQ(canonical(each.text), each.canonical) << each.text;
    if (auto const parsed = parse(each.text); parsed) {
      auto const again = parse(to_text(*parsed));
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(*again, *parsed) << each.text;
    }
  }
}

TEST(filter_text, comes_back_from_itself) {
  random_source random{1};
  for (int i = 0; i < 3000; ++i) {
    auto const each =
        invented::invent_expression(random, static_cast<target>(random.below(targets)), 4);
    auto const text = to_text(each);
    auto const parsed = parse(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    ASSERT_EQ(*parsed, each) << text;
    ASSERT_EQ(to_text(*parsed), text);
  }
}

constexpr pair_of_texts wrong[] = {
    {"", "filter:1:1: the filter is empty; expected a comparison such as port == 23"},
    {" \n", "filter:2:1: the filter is empty; expected a comparison such as port == 23"},
    {"port == 23 and cuontry == JP",
     "filter:1:16: there is no field \"cuontry\"; did you mean country?"},
    {"port",
     "filter:1:5: the end of the filter is not expected here; expected an operator such "
     "as == and a value of port"},
    {"port ==",
     "filter:1:8: the end of the filter is not expected here; expected a value of "
     "port"},
    {"port == 23 port == 24",
     "filter:1:12: \"port\" is not expected here; expected and, or, or the end"},
    {"port == 23 and",
     "filter:1:15: the end of the filter is not expected here; expected a comparison such as "
     "port == 23"},
    {"and port 23",
     "filter:1:1: \"and\" is not expected here; expected a comparison such as port == 23"},
    {"(port 23",
     "filter:1:9: the end of the filter is not expected here; expected ) for the ( "
     "at 1:1"},
    {"port 23)", "filter:1:8: this ) closes nothing"},
    {"port in {22 23}", "filter:1:13: \"23\" is not expected here; expected , or }"},
    {"port in {}", "filter:1:10: \"}\" is not expected here; expected a value of port"},
    {"port < {22}", "filter:1:8: a set stands behind in, == or !=, not behind \"<\""},
    {"port < 1..2",
     "filter:1:9: a range is not expected here; expected one value behind <, <=, "
     "> and >="},
    {"country in JP..US", "filter:1:14: a range is not expected here; country has no order"},
    {"country < JP",
     "filter:1:9: \"<\" is not expected here: country has no order; expected ==, != or in"},
    {"port 70000", "filter:1:6: port is 70000; expected a number of 0 to 65535"},
    {"port telnet", "filter:1:6: port is \"telnet\"; expected a number of 0 to 65535"},
    {"packets many", "filter:1:9: packets is \"many\"; expected a whole number"},
    {"port 9..7", "filter:1:6: the range 9..7 is reversed; expected the smaller value first"},
    {"src 192.0.2.300",
     "filter:1:5: \"192.0.2.300\" is not an address; expected one such as 192.0.2.1 or "
     "2001:db8::1, or a prefix such as 192.0.2.0/24"},
    {"src 192.0.2.1/24",
     "filter:1:5: \"192.0.2.1/24\" is not a prefix such as 192.0.2.0/24: bits "
     "below the length are set; 192.0.2.0/24 was meant?"},
    {"src 192.0.2.1..2001:db8::1",
     "filter:1:5: a range of addresses has two addresses of one family, such as "
     "192.0.2.8..192.0.2.11"},
    {"src 192.0.2.9..192.0.2.1",
     "filter:1:5: the range 192.0.2.9..192.0.2.1 is reversed; expected the smaller value first"},
    {"protocol tpc",
     "filter:1:10: protocol is \"tpc\"; expected one of its words; did you mean tcp?"},
    {"class abcdefghijkl",
     "filter:1:7: class is \"abcdefghijkl\"; expected one of scan, backscatter, "
     "amplifier-probe, payload, misconfiguration, unroutable, fragment, other"},
    {"country Japan",
     "filter:1:9: country is \"Japan\"; expected two letters of ISO 3166-1 such as JP, or none"},
    {"as x",
     "filter:1:4: as is \"x\"; expected the number of an AS such as 4134 or AS4134, or "
     "none"},
    {"time yesterday",
     "filter:1:6: time is \"yesterday\"; expected a time to the microsecond such as 2026-01-15 "
     "or "
     "2026-01-15T09:00:00Z, from 1970 to 2261"},
    {"duration long",
     "filter:1:10: duration is \"long\"; expected a length of time such as 10min or 1h30min"},
    {"rate 1.0000000",
     "filter:1:6: rate is \"1.0000000\"; expected a number such as 1.5, with "
     "six digits behind the point"},
    {"scanner \"\"", "filter:1:9: scanner is empty; expected a name, or none"},
    {"scanner \"a", "filter:1:9: the quote that begins here has no end; expected \""},
    {"scanner \"a\tb\"",
     "filter:1:9: the text in quotes that begins here has a control character in it"},
    {"ongoing == 1", "filter:1:9: ongoing stands alone: expected ongoing or not ongoing"},
    {"port & 1", "filter:1:6: '&' is not expected here; expected && or and"},
    {"port | 1", "filter:1:6: '|' is not expected here; expected || or or"},
    {"scanner 'a'", "filter:1:9: ''' is not expected here; text stands in \" quotes"},
    {"port;", "filter:1:5: ';' is not expected here; what is not a plain word stands in quotes"},
    {"scanner caf\xC3\xA9",
     "filter:1:12: byte 0xc3 is not expected here; what is not a plain word stands in quotes"},
    {"scanner \"caf\xC3\xA9\" or prot 1",
     "filter:1:19: there is no field \"prot\"; did you mean port?"},
};

TEST(filter_text, says_what_is_wrong_with_it_and_where) {
  for (auto const& each : wrong) EXPECT_EQ(canonical(each.text), each.canonical) << each.text;
}

TEST(filter_text, has_limits) {
  EXPECT_EQ(canonical(std::string(most_bytes + 1, ' ')),
            "the filter has 65537 bytes; expected 65536 at most");
  EXPECT_EQ(canonical(std::string(most_depth, '(') + "port 1" + std::string(most_depth, ')')),
            "port == 1");
  EXPECT_EQ(canonical(std::string(30'000, '(')),
            "filter:1:65: brackets and nots are 65 deep here; expected 64 at most");
  EXPECT_EQ(canonical(std::string(30'000, '!')),
            "filter:1:65: brackets and nots are 65 deep here; expected 64 at most");
  std::string terms = "ttl 1";
  for (std::size_t i = 1; i < most_terms; ++i) terms += "||ttl 1";
  EXPECT_TRUE(parse(terms));
  EXPECT_THAT(canonical(terms + "||ttl 1"),
              HasSubstr(": more than 1000 comparisons; many values go into one set, as in port in "
                        "{22, 23}"));
  std::string values = "ttl in {1";
  for (std::size_t i = 1; i < most_values; ++i) values += ",1";
  EXPECT_EQ(canonical(values + "}"), "ttl == 1");
  EXPECT_THAT(canonical(values + ",1}"),
              HasSubstr(": more than 10000 values; longer lists go into a file: kizashi match "
                        "--list"));
  EXPECT_THAT(canonical(std::string(60'000, 'x') + " 1"),
              HasSubstr("there is no field \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\""));
}

TEST(filter, says_where_a_field_belongs) {
  EXPECT_EQ(check(*parse("port 1 and pattern block"), target::packets).error().message,
            "filter:1:12: packets have no pattern; it is a field of scan events");
  EXPECT_EQ(check(*parse("ttl 1"), target::events).error().message,
            "filter:1:1: scan events have no ttl; it is a field of packets");
  EXPECT_EQ(check(*parse("tool mirai"), target::attacks).error().message,
            "filter:1:1: attacks have no tool; it is a field of packets and scan events");
  EXPECT_TRUE(check(*parse("port 1 and ongoing"), target::attacks));
}

TEST(filter, tells_its_fields) {
  auto const of = *parse("port 1 and not (src 192.0.2.1 or country JP)");
  EXPECT_EQ(fields_of(of), bit(field::port) | bit(field::source) | bit(field::country));
  EXPECT_FALSE(needs_recognition(of));
  EXPECT_TRUE(needs_recognition(*parse("port 1 or class scan")));
}

TEST(filter, joins_filters) {
  auto const joined = all_of({*parse("port 1 or port 2"), *parse("ttl 3 and ttl 4")});
  EXPECT_EQ(to_text(joined), "(port == 1 or port == 2) and ttl == 3 and ttl == 4");
  EXPECT_EQ(*parse(to_text(joined)), joined);
}

TEST(filter_names, are_found_whatever_their_case) {
  numbered_names const names{{1, "mirai"}, {3, "ZMap"}, {64, "last"}};
  auto const wanted = bits_of(parse("tool in {MIRAI, zmap, last, none}")->term, names);
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->any, 1U | 4U | std::uint64_t{1} << 63);
  EXPECT_TRUE(wanted->none);
  EXPECT_EQ(bits_of(parse("tool mirei")->term, names).error().message,
            "filter:1:1: there is no tool \"mirei\"; did you mean \"mirai\"?");
  EXPECT_EQ(bits_of(parse("ttl 1 or scanner unheard-of")->children[1].term, names).error().message,
            "filter:1:10: there is no scanner \"unheard-of\"");
  EXPECT_EQ(numbers_of(parse("sensor north")->term, {}).error().message,
            "filter:1:1: there is no sensor \"north\"; there is none at all");
}

/// The lines of docs/filter.md between two marks.
auto lines_between(std::string_view begin, std::string_view end) -> std::vector<std::string> {
  std::ifstream file{KIZASHI_SOURCE_DIR "/docs/filter.md"};
  std::vector<std::string> out;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == end) is_inside = false;
    if (is_inside) out.push_back(line);
    if (line == begin) is_inside = true;
  }
  return out;
}

TEST(filter_document, has_examples_that_are_right) {
  std::size_t examples = 0;
  for (auto const& line : lines_between("```filter", "```")) {
    auto const text = line.substr(0, line.find("   "));
    auto const parsed = parse(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(to_text(*parsed), text);
    bool const is_for_something = check(*parsed, target::packets) ||
                                  check(*parsed, target::events) || check(*parsed, target::attacks);
    EXPECT_TRUE(is_for_something) << text;
    ++examples;
  }
  EXPECT_GE(examples, 10U);
}

TEST(filter_document, has_all_fields) {
  auto const lines = lines_between("| field | values | where | what it is |", "## Values");
  for (auto const& each : all_fields()) {
    std::string where;
    for (std::size_t i = 0; i < targets; ++i)
      if (has(each, static_cast<target>(i))) where += "PEA"[i];
    bool is_there = false;
    for (auto const& line : lines)
      is_there = is_there || (line.starts_with(std::string{"| `"} + std::string{each.name} + "`") &&
                              line.find("| " + where + " |") != std::string::npos &&
                              line.ends_with(std::string{"| "} + std::string{each.help} + " |"));
    EXPECT_TRUE(is_there) << each.name << " | " << where << " | " << each.help;
  }
}

}  // namespace
}  // namespace kizashi::filter
