#include "kizashi/paper/words.hpp"

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "kizashi/paper/internal/embedded_texts.hpp"

namespace kizashi::paper {
namespace {

auto places_in(std::string const& text) -> std::multiset<std::string> {
  std::multiset<std::string> out;
  for (std::size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at)
    out.insert(text.substr(at, text.find('}', at) - at));
  return out;
}

TEST(words, are_the_same_in_both_languages) {
  auto const english = nlohmann::json::parse(internal::embedded_text("en"));
  auto const japanese = nlohmann::json::parse(internal::embedded_text("ja"));
  ASSERT_EQ(english.size(), japanese.size());
  for (auto const& [key, text] : english.items()) {
    ASSERT_TRUE(japanese.contains(key)) << key;
    EXPECT_EQ(places_in(text), places_in(japanese[key])) << key;
    EXPECT_FALSE(text.get<std::string>().empty() || japanese[key].get<std::string>().empty());
  }
}

TEST(words, have_their_places_filled_once) {
  words const in{language::english};
  EXPECT_EQ(in.say("title", {{"name", "{name}"}}), "Observation report {name}");
  EXPECT_EQ(words{language::japanese}.say("title", {{"name", "2026"}}), "観測レポート 2026");
}

TEST(words, name_countries) {
  EXPECT_EQ(words{language::english}.country("JP"), "Japan");
  EXPECT_EQ(words{language::japanese}.country("JP"), "日本");
  EXPECT_EQ(words{language::japanese}.country("QX"), "QX");
  EXPECT_EQ(words{language::english}.country(""), "unknown");
}

TEST(words, count_as_their_readers_do) {
  words const english{language::english}, japanese{language::japanese};
  EXPECT_EQ(english.count(1'234'567), "1.23 M");
  EXPECT_EQ(japanese.count(1'234'567), "123万");
  EXPECT_EQ(japanese.count(12'345), "1.23万");
  EXPECT_EQ(japanese.count(99'999'999), "1.00億");
  EXPECT_EQ(japanese.count(522'600'000'000), "5226億");
  EXPECT_EQ(japanese.count(9'994), "9,994");
  EXPECT_EQ(japanese.count(126.77), "127");
  EXPECT_EQ(japanese.count(0), "0");
  EXPECT_EQ(english.sources(1000), "1,000");
  EXPECT_EQ(english.sources(12'340), "≈ 12.3 k");
}

TEST(words, say_parts) {
  EXPECT_EQ(percent(0.1234), "12 %");
  EXPECT_EQ(percent(0.0123), "1.2 %");
  EXPECT_EQ(percent(0.0001), "<0.1 %");
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(times(2.06), "2.1");
  EXPECT_EQ(times(1234.5), "1234");
}

TEST(language, is_one_of_two) {
  EXPECT_EQ(parse_language("ja").value(), language::japanese);
  EXPECT_EQ(parse_language("fr").error().message,
            "\"fr\" is no language of reports; expected en or ja");
}

}  // namespace
}  // namespace kizashi::paper
