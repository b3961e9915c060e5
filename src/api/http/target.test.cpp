#include "kizashi/api/http/target.hpp"

#include <gmock/gmock.h>

namespace kizashi::api::http {
namespace {

using ::testing::ElementsAre;

auto failure(std::string_view target) -> std::string {
  auto const read = parse_target(target);
  return read ? "nothing" : read.error().message;
}

TEST(target, is_decoded_once) {
  auto const read = parse_target("/api/v1/hosts/192.0.2.0%2F24?top=3&sensor=a+b&sensor=%252F&x");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->segments, ElementsAre("api", "v1", "hosts", "192.0.2.0/24"));
  ASSERT_EQ(read->query.size(), 4U);
  EXPECT_EQ(read->query[1].value, "a b");
  EXPECT_EQ(read->query[2].value, "%2F");
  EXPECT_EQ(read->query[3].name, "x");
  EXPECT_EQ(read->query[3].value, "");
  EXPECT_TRUE(parse_target("/")->segments.empty());
  EXPECT_THAT(parse_target("/%E5%85%86")->segments, ElementsAre("兆"));
}

TEST(target, says_what_is_wrong) {
  auto const place = "the address has an empty part, \".\", \"..\" or a backslash";
  for (auto const* const each :
       {"/a//b", "/a/", "//", "/.", "/a/../b", "/%2e%2E/b", "/a\\b", "/%5c"})
    EXPECT_EQ(failure(each), place) << each;
  EXPECT_EQ(failure("api"), "the address does not begin with \"/\"");
  EXPECT_EQ(failure(""), "the address does not begin with \"/\"");
  EXPECT_EQ(failure("/a#b"), "the address has a \"#\", which is for browsers alone");
  for (auto const* const each : {"/%", "/%2", "/%g0", "/a?x=%1"})
    EXPECT_EQ(failure(each), "\"%\" in the address is not followed by two digits 0 to F") << each;
  for (auto const* const each : {"/%00", "/a?x=%0d%0a", "/a?%7f"})
    EXPECT_EQ(failure(each), "the address has control characters") << each;
  for (auto const* const each : {"/%80", "/%c0%ae", "/%ed%a0%80", "/%f4%90%80%80", "/%e5%85"})
    EXPECT_EQ(failure(each), "the address has bytes that are no UTF-8") << each;
  std::string many = "/a?";
  for (auto i = 0; i < 65; ++i) many += "x=1&";
  EXPECT_EQ(failure(many), "the address has more than 64 parameters");
}

TEST(target, is_encoded) {
  EXPECT_EQ(percent_encoded("a b/兆~"), "a%20b%2F%E5%85%86~");
}

TEST(fields, cannot_end_a_line) {
  field_list fields;
  fields.add("X-A\r\nB: ", "1\r\nSet-Cookie: x\n\x7f");
  ASSERT_EQ(fields.all().size(), 1U);
  EXPECT_EQ(fields.all()[0].first, "x-ab");
  EXPECT_EQ(fields.all()[0].second, "1  Set-Cookie: x  ");
}

}  // namespace
}  // namespace kizashi::api::http
