#include "kizashi/engine/registry.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace kizashi::engine {
namespace {

TEST(engine_registry, descriptors_are_whole) {
  std::set<std::string_view> names;
  bool hears = false;
  for (auto const* each : all_engines()) {
    EXPECT_TRUE(names.insert(each->name).second) << each->name;
    EXPECT_FALSE(each->title.empty()) << each->name;
    EXPECT_FALSE(each->paper.empty()) << each->name;
    EXPECT_EQ(each->page, "docs/engines/" + std::string{each->name} + ".md");
    EXPECT_GE(each->version, 1U);
    EXPECT_TRUE(each->hears || !hears) << each->name << " stands behind one that hears";
    hears = each->hears;
    for (auto const& option : each->options) {
      EXPECT_TRUE(option.name.starts_with(std::string{each->name} + ".")) << option.name;
      EXPECT_FALSE(option.help.empty()) << option.name;
      EXPECT_EQ(option.help.back(), '.') << option.name;
      option_set set{each->options};
      EXPECT_TRUE(set.set(option.name, to_text(option.standard))) << option.name;
    }
    ASSERT_NE(each->make, nullptr);
    auto const made = each->make(option_set{each->options});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(&(*made)->about(), each);
    auto const found = find_engine(each->name);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, each);
  }
}

TEST(engine_registry, says_which_name_was_perhaps_meant) {
  auto const wrong = find_engine("q");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "there is no engine q; kizashi detect --list names all");
}

}  // namespace
}  // namespace kizashi::engine
