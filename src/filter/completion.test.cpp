#include "kizashi/filter/completion.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "kizashi/filter/field.hpp"

namespace kizashi::filter {
namespace {

TEST(filter_completion, has_every_field_with_its_operators_and_words) {
  auto const all = nlohmann::json::parse(completion_json());
  ASSERT_EQ(all["fields"].size(), fields);
  for (auto const& each : all["fields"]) {
    auto const* const info = find_field(each["name"].get<std::string>());
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(each["help"], info->help);
    EXPECT_FALSE(each["applies_to"].empty());
    EXPECT_TRUE(all["operators"].contains(each["kind"].get<std::string>()));
    for (auto const& alias : each["aliases"])
      EXPECT_EQ(find_field(alias.get<std::string>()), info) << alias;
    if (!each.contains("values")) continue;
    for (auto const& value : each["values"])
      EXPECT_TRUE(number_of(info->id, value.get<std::string>())) << value;
  }
  EXPECT_EQ(all["operators"]["country"], (nlohmann::json{"==", "!=", "in", "not in"}));
  EXPECT_EQ(all["operators"]["yes"], nlohmann::json::array());
  EXPECT_EQ(all["operators"]["time"].size(), 8U);
}

}  // namespace
}  // namespace kizashi::filter
