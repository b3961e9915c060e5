#include "kizashi/app/request_body.hpp"

#include <gtest/gtest.h>

namespace kizashi::app {
namespace {

using answer::json;

TEST(request_body, members_of_every_kind) {
  request_body body{R"({"name": "hana", "enabled": false, "sensors": ["a", "b"], "role": null})"};
  EXPECT_EQ(body.text("name", true), "hana");
  EXPECT_EQ(body.flag("enabled"), false);
  EXPECT_EQ(body.texts("sensors"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(body.text("role", false), std::nullopt);
  EXPECT_EQ(body.flag("more"), std::nullopt);
  EXPECT_FALSE(body.refusal());
}

TEST(request_body, all_mistakes_at_once) {
  request_body body{R"({"name": 3, "enabled": "yes", "sensors": ["a", 1], "nmae": 1})"};
  EXPECT_EQ(body.text("name", true), std::nullopt);
  EXPECT_EQ(body.text("role", true), std::nullopt);
  EXPECT_EQ(body.flag("enabled"), std::nullopt);
  EXPECT_EQ(body.texts("sensors"), std::nullopt);
  auto const said = body.refusal();
  ASSERT_TRUE(said);
  EXPECT_EQ(said->status, 400U);
  auto const errors = json::parse(said->body)["errors"];
  ASSERT_EQ(errors.size(), 5U);
  EXPECT_EQ(errors[0]["where"], "body.name");
  EXPECT_EQ(errors[0]["came"], "3");
  EXPECT_EQ(errors[1]["where"], "body.role");
  EXPECT_EQ(errors[4]["where"], "body.nmae");
  EXPECT_EQ(errors[4]["expected"], "none but name, role, enabled, sensors");
}

TEST(request_body, what_is_no_object) {
  for (auto const* const text : {"", "[]", "3", "{", "\xff", "{\"a\":}"}) {
    request_body body{text};
    EXPECT_EQ(json::parse(body.refusal()->body)["errors"][0]["expected"], "an object of JSON")
        << text;
  }
}

}  // namespace
}  // namespace kizashi::app
