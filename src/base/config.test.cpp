#include "kizashi/base/config.hpp"

#include <gtest/gtest.h>

namespace kizashi {
namespace {

using namespace std::chrono_literals;
using text_list = std::vector<std::string>;

auto check_letter(std::string const& text) -> status {
  if (text.size() == 1) return {};
  return fail(errc::parse_error, "\"" + text + "\" is no letter");
}

config_key const keys[] = {
    {"a.text", std::string{}, {}, {}, "A text.", "\"t\"", nullptr},
    {"a.list", text_list{}, {}, {}, "Letters.", R"(["a"])", check_letter},
    {"b.number", std::uint64_t{5}, std::uint64_t{1}, std::uint64_t{9}, "A number.", {}, nullptr},
    {"b.length", duration{10s}, duration{1s}, duration{1min}, "A length of time.", {}, nullptr},
};

config_key const named_keys[] = {
    {"place.*.letters", text_list{}, {}, {}, "Letters.", R"(["a"])", check_letter},
    {"place.*.size",
     std::uint64_t{5},
     std::uint64_t{1},
     std::uint64_t{9},
     "A number.",
     {},
     nullptr,
     {},
     on_reload::live},
};

TEST(config, sections_that_a_person_names) {
  auto const read = config::parse(
      named_keys, "[place.north]\nsize = 7\n[place.b-2]\nletters = ['x']\n[place.c]", "f.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->names_in("place"), (text_list{"b-2", "c", "north"}));
  EXPECT_EQ(read->names_in("plac"), text_list{});
  EXPECT_EQ(read->get<std::uint64_t>("place.north.size"), 7U);
  EXPECT_EQ(read->get<std::uint64_t>("place.c.size"), 5U);
  EXPECT_EQ(read->get<text_list>("place.b-2.letters"), text_list{"x"});
  EXPECT_TRUE(read->is_set("place.north.size"));
  EXPECT_FALSE(read->is_set("place.c.size"));
  EXPECT_EQ(read->count_set(), 2U);
}

TEST(config, mistakes_in_sections_that_a_person_names) {
  auto const said = [](std::string_view text) {
    auto const read = config::parse(named_keys, text, "f.toml");
    return read ? "none" : read.error().message;
  };
  EXPECT_EQ(said("[place.north]\nsize = 0"), "f.toml:2:8: place.north.size is 0; expected 1 to 9");
  EXPECT_EQ(said("[place.north]\nsze = 1"),
            "f.toml:2:1: there is no key place.north.sze; did you mean place.north.size? 'kizashi "
            "config document' lists all keys");
  EXPECT_EQ(said("[place.'a b']\nsize = 1"),
            "f.toml:1:8: place.a b cannot be a name; expected letters, digits, \"-\" and \"_\", 64 "
            "at most");
  EXPECT_EQ(said("[place]\nsize = 1"),
            "f.toml:2:1: there is no key place.size; did you mean place.NAME.size? 'kizashi config "
            "document' lists all keys");
  EXPECT_EQ(
      document_config(named_keys),
      "\n# As many of these as there are, each with a name of its own.\n#[place.NAME]\n"
      "\n# Letters.\n# A server takes a new value when it is started again.\n#letters = [\"a\"]\n"
      "\n# A number.\n# 1 to 9\n# A server takes a new value when it is reloaded.\n#size = 5\n");
}

TEST(config, every_value_has_an_origin) {
  auto read = config::parse(keys, "[b]\nnumber = 7\n", "f.toml").value();
  EXPECT_TRUE(read.set("a.list", "x,y", "--list"));
  EXPECT_EQ(read.origin_of("b.number").to_string(), "f.toml:2:10");
  EXPECT_EQ(read.origin_of("a.list").to_string(), "--list");
  EXPECT_EQ(read.origin_of("b.length").to_string(), "");
  std::string all;
  for (auto const& each : read.entries()) all += each.name + " = " + each.value + "\n";
  EXPECT_EQ(all, "a.text = \"\"\na.list = [\"x\", \"y\"]\nb.number = 7\nb.length = \"10s\"\n");
}

TEST(config, entries_of_sections_that_a_person_named) {
  auto const read = config::parse(named_keys, "[place.b]\n[place.a]\nsize = 2\n", "f.toml").value();
  std::string all;
  for (auto const& each : read.entries())
    all += each.name + " = " + each.value + " " + read.origin_of(each.name).to_string() + "\n";
  EXPECT_EQ(all,
            "place.a.letters = [] \nplace.a.size = 2 f.toml:3:8\n"
            "place.b.letters = [] \nplace.b.size = 5 \n");
  EXPECT_EQ(read.origin_of_section("place.a").to_string(), "f.toml:2:8");
}

TEST(config, a_draft_has_what_could_be_read) {
  auto const read = config::draft(keys, "[b]\nnumber = 0\nlength = '5s'\n", "f.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->values.get<duration>("b.length"), 5s);
  EXPECT_EQ(read->values.get<std::uint64_t>("b.number"), 5U);
  ASSERT_EQ(read->mistakes.size(), 1U);
  EXPECT_EQ(read->mistakes[0].key, "b.number");
  auto more = read->mistakes;
  more.push_back({"b.length", read->values.origin_of("b.length"), "b.length is odd"});
  more.push_back({"a.text", {}, "a.text is not set"});
  EXPECT_EQ(to_text(more),
            "a.text is not set\nf.toml:2:10: b.number is 0; expected 1 to 9\n"
            "f.toml:3:10: b.length is odd");
}

auto mistakes(std::string_view text) -> std::string {
  auto const read = config::parse(keys, text, "f.toml");
  return read ? "none" : read.error().message;
}

TEST(config, defaults_hold_until_something_is_set) {
  config const fresh{keys};
  EXPECT_EQ(fresh.get<std::uint64_t>("b.number"), 5U);
  EXPECT_EQ(fresh.get<duration>("b.length"), 10s);
  EXPECT_FALSE(fresh.is_set("b.number"));
  EXPECT_EQ(fresh.count_set(), 0U);
}

TEST(config, reads_every_kind) {
  auto const read = config::parse(
      keys, "[a]\ntext = 'x'\nlist = ['p', 'q']\n[b]\nnumber = 9\nlength = '1min'\n", "f.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->get<std::string>("a.text"), "x");
  EXPECT_EQ(read->get<text_list>("a.list"), (text_list{"p", "q"}));
  EXPECT_EQ(read->get<std::uint64_t>("b.number"), 9U);
  EXPECT_EQ(read->get<duration>("b.length"), 1min);
  EXPECT_EQ(read->count_set(), 4U);
}

TEST(config, mistakes_name_their_place) {
  EXPECT_EQ(mistakes("[b]\nnumber = 0"), "f.toml:2:10: b.number is 0; expected 1 to 9");
  EXPECT_EQ(mistakes("[b]\nnumber = -1"),
            "f.toml:2:10: b.number is -1; expected a whole number, 1 to 9");
  EXPECT_EQ(mistakes("b.length = '61s'"), "f.toml:1:12: b.length is 1min1s; expected 1s to 1min");
  EXPECT_EQ(mistakes("b.length = '1 day'"),
            "f.toml:1:12: b.length is '1 day'; expected a length of time such as 10s, 1s to 1min");
  EXPECT_EQ(mistakes("a.list = ['xy']"), "f.toml:1:10: a.list: \"xy\" is no letter");
  EXPECT_EQ(mistakes("a.list = 'x'"),
            "f.toml:1:10: a.list is 'x'; expected a list of texts such as [\"a\"]");
  EXPECT_EQ(mistakes("a.text = 1"), "f.toml:1:10: a.text is 1; expected a text such as \"t\"");
  EXPECT_EQ(mistakes("a = 1"),
            "f.toml:1:1: there is no key a; 'kizashi config document' lists all keys");
  EXPECT_EQ(mistakes("b.nmber = 1"),
            "f.toml:1:3: there is no key b.nmber; did you mean b.number? "
            "'kizashi config document' lists all keys");
}

TEST(config, every_mistake_is_told_in_the_order_of_the_file) {
  EXPECT_EQ(mistakes("[b]\nnumber = 0\nlength = '0s'\n"),
            "f.toml:2:10: b.number is 0; expected 1 to 9\n"
            "f.toml:3:10: b.length is 0s; expected 1s to 1min");
}

TEST(config, options_are_held_to_the_same_table) {
  config values{keys};
  EXPECT_TRUE(values.set("b.number", "3", "--number"));
  EXPECT_TRUE(values.set("a.list", "a, b", "--list"));
  EXPECT_EQ(values.get<std::uint64_t>("b.number"), 3U);
  EXPECT_EQ(values.get<text_list>("a.list"), (text_list{"a", "b"}));
  EXPECT_EQ(values.set("b.number", "10", "--number").error().message,
            "--number is 10; expected 1 to 9");
  EXPECT_EQ(values.set("b.number", "x", "--number").error().message,
            "--number is \"x\"; expected a whole number, 1 to 9");
  EXPECT_EQ(values.set("a.list", "a,bc", "--list").error().message, "--list: \"bc\" is no letter");
  EXPECT_EQ(values.get<std::uint64_t>("b.number"), 3U);
}

TEST(config, document_has_every_key) {
  EXPECT_EQ(document_config(keys),
            "\n[a]\n\n# A text.\n# A server takes a new value when it is started again.\n#text = "
            "\"t\"\n\n# Letters.\n# A server takes a new value when it is started again.\n#list = "
            "[\"a\"]\n"
            "\n[b]\n\n# A number.\n# 1 to 9\n# A server takes a new value when it is started "
            "again.\n#number = 5\n"
            "\n# A length of time.\n# 1s to 1min\n# A server takes a new value when it is started "
            "again.\n#length = \"10s\"\n");
}

TEST(config, ranges_are_described) {
  EXPECT_EQ(describe_range(keys[2]), "1 to 9; default 5");
  EXPECT_EQ(describe_range(keys[3]), "1s to 1min; default 10s");
}

TEST(config, a_default_outside_of_the_range_holds_only_when_nothing_is_given) {
  config_key const only[] = {{"c.length", duration{0s}, duration{1s}, duration{1min}, "Help.",
                              R"("20s")", nullptr, "by the size", on_reload::unused}};
  config values{only};
  EXPECT_EQ(values.get<duration>("c.length"), 0s);
  EXPECT_EQ(values.set("c.length", "0s", "--length").error().message,
            "--length is 0s; expected 1s to 1min; left out: by the size");
  EXPECT_EQ(
      values.set("c.length", "x", "--length").error().message,
      "--length is \"x\"; expected a length of time such as \"20s\", 1s to 1min; left out: by "
      "the size");
  EXPECT_EQ(config::parse(only, "c.length = '0s'", "f.toml").error().message,
            "f.toml:1:12: c.length is 0s; expected 1s to 1min; left out: by the size");
  EXPECT_EQ(document_config(only), "\n[c]\n\n# Help.\n# 1s to 1min\n#length = \"20s\"\n");
}

TEST(config, closest_is_near_or_nothing) {
  std::string_view const names[] = {"read", "synth", "place"};
  EXPECT_EQ(closest("raed", names), "read");
  EXPECT_EQ(closest("plaec", names), "place");
  EXPECT_EQ(closest("observatory", names), "");
  EXPECT_EQ(closest("x", {}), "");
}

}  // namespace
}  // namespace kizashi
