#include "kizashi/base/toml_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// What `read(reader)` says of a file that is the table "t".
template <class Read>
auto mistakes_of(std::string const& text, Read read) -> std::string {
  auto const answer =
      read_toml("[t]\n" + text, "f.toml", [&](toml::table const& root, toml_mistakes& mistakes) {
        toml_reader in{*root.get_as<toml::table>("t"), "t", mistakes};
        read(in);
        return 0;
      });
  return answer ? "none" : answer.error().message;
}

TEST(toml_reader, reads_every_kind) {
  auto const text = R"(
s = "x"
w = "b"
b = true
i = 7
n = 2
l = "90s"
t = "2026-01-15T00:00:00Z"
[in]
k = 1
[[many]]
k = 1
[[many]]
)";
  auto const read = read_toml(text, "f.toml", [](toml::table const& root, toml_mistakes& mistakes) {
    toml_reader in{root, "", mistakes};
    in.refuse_others("s w b i n l t in many", "a file");
    EXPECT_TRUE(in.has("s"));
    EXPECT_FALSE(in.has("z"));
    EXPECT_EQ(in.text("s", ""), "x");
    EXPECT_EQ(in.filled_text("s", "a name", true), "x");
    EXPECT_EQ(in.word("w", "a b", "a"), "b");
    EXPECT_TRUE(in.boolean("b", false));
    EXPECT_EQ(in.integer("i", 7, 7, 1), 7U);
    EXPECT_EQ(in.number("n", 2, 2.5, 1), 2.0);  // a whole number is one too
    EXPECT_EQ(in.length("l", 1s, 90s, 1s), 90s);
    EXPECT_EQ(in.time("t", {}), timestamp::from_parts(1'768'435'200, 0));
    EXPECT_EQ(in.table("in")->size(), 1U);
    EXPECT_EQ(in.tables("many").size(), 2U);
    return 5;
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, 5);
}

TEST(toml_reader, what_is_not_there_is_the_fallback) {
  EXPECT_EQ(mistakes_of("",
                        [](toml_reader& in) {
                          EXPECT_EQ(in.text("s", "f"), "f");
                          EXPECT_FALSE(in.filled_text("s", "a name", false));
                          EXPECT_EQ(in.word("w", "a b", "a"), "a");
                          EXPECT_TRUE(in.boolean("b", true));
                          EXPECT_EQ(in.integer("i", 1, 2, 9), 9U);
                          EXPECT_EQ(in.number("n", 1, 2, 9), 9.0);
                          EXPECT_EQ(in.length("l", 1s, 2s, 9s), 9s);
                          EXPECT_EQ(in.time("t", timestamp{3}), timestamp{3});
                          EXPECT_EQ(in.table("in"), nullptr);
                          EXPECT_TRUE(in.tables("many").empty());
                        }),
            "none");
}

TEST(toml_reader, mistakes_say_where_what_and_what_was_expected) {
  auto const integer = [](toml_reader& in) { EXPECT_EQ(in.integer("k", 1, 9, 3), 3U); };
  for (auto const* const wrong : {"0", "10", "-1", "1.5"})
    EXPECT_THAT(mistakes_of(std::string{"k = "} + wrong, integer),
                HasSubstr("f.toml:2:5: t.k is " + std::string{wrong} +
                          "; expected a whole number from 1 to 9"));
  EXPECT_EQ(mistakes_of("k = 7", [](toml_reader& in) { EXPECT_EQ(in.text("k", "f"), "f"); }),
            "f.toml:2:5: t.k is 7; expected a text in quotes");
  EXPECT_EQ(mistakes_of("k = ''",
                        [](toml_reader& in) { EXPECT_FALSE(in.filled_text("k", "a name", true)); }),
            "f.toml:2:5: t.k is \"\"; expected a name");
  EXPECT_EQ(
      mistakes_of("", [](toml_reader& in) { EXPECT_FALSE(in.filled_text("k", "a name", true)); }),
      "f.toml:1:1: t.k is missing; expected a name");
  EXPECT_EQ(
      mistakes_of("k = 'c'", [](toml_reader& in) { EXPECT_EQ(in.word("k", "a b", "a"), "a"); }),
      "f.toml:2:5: t.k is \"c\"; expected one of a, b");
  EXPECT_EQ(mistakes_of("k = 'yes'", [](toml_reader& in) { EXPECT_TRUE(in.boolean("k", true)); }),
            "f.toml:2:5: t.k is \"yes\"; expected true or false");
  EXPECT_EQ(
      mistakes_of("k = nan", [](toml_reader& in) { EXPECT_EQ(in.number("k", 0, 1, 1), 1.0); }),
      "f.toml:2:5: t.k is nan; expected a number from 0 to 1");
  EXPECT_EQ(mistakes_of("k = [1]", [](toml_reader& in) { EXPECT_EQ(in.table("k"), nullptr); }),
            "f.toml:2:5: t.k is a list; expected a table that begins with [k]");
  EXPECT_EQ(mistakes_of("k = {}", [](toml_reader& in) { EXPECT_TRUE(in.tables("k").empty()); }),
            "f.toml:2:5: t.k is a table; expected tables that begin with [[k]]");
  EXPECT_EQ(
      mistakes_of("k = [{}, 4]", [](toml_reader& in) { EXPECT_EQ(in.tables("k").size(), 1U); }),
      "f.toml:2:10: t.k is 4; expected tables that begin with [[k]]");
  auto const length = [](toml_reader& in) { EXPECT_EQ(in.length("k", 2s, 3s, 2s), 2s); };
  for (auto const* const wrong : {"'1s'", "'4s'", "'2500ms'", "'soon'", "3"})
    EXPECT_THAT(mistakes_of(std::string{"k = "} + wrong, length),
                HasSubstr("; expected a length of time from 2s to 3s in whole seconds, such as"));
  auto const time = [](toml_reader& in) { EXPECT_EQ(in.time("k", timestamp{3}), timestamp{3}); };
  for (auto const* const wrong : {"'1969-12-31T23:59:59Z'", "'2026-01-15T00:00:00.5Z'", "5"})
    EXPECT_THAT(mistakes_of(std::string{"k = "} + wrong, time),
                HasSubstr("; expected a time in whole seconds such as \"2026-01-15T00:00:00Z\""));
}

TEST(toml_reader, keys_that_nobody_knows_are_refused) {
  auto const refuse = [](toml_reader& in) { in.refuse_others("name legs", "a pet"); };
  EXPECT_EQ(mistakes_of("nmae = 1\nzzzzzz = 2", refuse),
            "f.toml:2:1: t.nmae is not known; did you mean name? a pet may have name, legs\n"
            "f.toml:3:1: t.zzzzzz is not known; a pet may have name, legs");
}

TEST(toml_reader, strangers_text_is_cut_and_cleaned) {
  EXPECT_EQ(mistakes_of("k = \"\\u001b[2J" + std::string(200, 'x') + "\"",
                        [](toml_reader& in) { in.complain("k", "less"); }),
            "f.toml:2:5: t.k is \" [2J" + std::string(82, 'x') + "...; expected less");
}

TEST(toml_reader, mistakes_come_in_the_order_of_the_file_and_not_without_end) {
  EXPECT_EQ(mistakes_of("a = 1\nb = 2",
                        [](toml_reader& in) {
                          in.complain("b", "x");
                          in.complain("a", "y");
                        }),
            "f.toml:2:5: t.a is 1; expected y\nf.toml:3:5: t.b is 2; expected x");
  auto const many = mistakes_of("a = 1", [](toml_reader& in) {
    for (int i = 0; i < 23; ++i) in.complain("a", "y");
  });
  EXPECT_THAT(many, testing::EndsWith("expected y\nf.toml: 3 more"));
}

TEST(toml_reader, what_is_no_toml_says_where) {
  EXPECT_THAT(parse_toml("a = 1\nb = [", "f.toml").error().message,
              HasSubstr("f.toml:2:6: not TOML: "));
}

}  // namespace
}  // namespace kizashi
