#include "kizashi/access/views.hpp"

#include <gmock/gmock.h>

#include "kizashi/access/internal/temporary_door.hpp"

namespace kizashi::access {
namespace {

using internal::cheap;
using internal::temporary_folder;

TEST(Views, AreOfAnAccount) {
  temporary_folder const folder;
  door_options options;
  options.cost = cheap;
  auto const in = door::open(folder.path(), options);
  ASSERT_TRUE(in) << in.error().message;
  timestamp const now{1'768'467'600'000'000'000};
  actor const by{"(test)", ""};
  ASSERT_TRUE((*in)->account().ensure_admin(by, now));
  auto const& all = (*in)->view();
  auto const made = all.add("admin", {0, "Telnet 兆", "explore", "filter=port+23", {}}, by, now);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(all.add("admin", {0, "second", "now", "", {}}, by, now));
  auto const listed = all.list("admin");
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ(listed->back().name, "Telnet 兆");
  EXPECT_EQ(listed->back().query, "filter=port+23");
  EXPECT_EQ(listed->back().made, now);
  EXPECT_TRUE(all.list("hana")->empty());
  EXPECT_EQ(all.add("hana", {0, "a", "now", "", {}}, by, now).error().code, errc::not_found);
  EXPECT_EQ(all.remove(made->id, "hana", by, now).error().code, errc::not_found);
  EXPECT_TRUE(all.remove(made->id, "admin", by, now));
  EXPECT_EQ(all.list("admin")->size(), 1U);
  auto const log = (*in)->audit().list({});
  ASSERT_TRUE(log);
  EXPECT_EQ(log->rows.front().action, audit_action::view_removed);
}

TEST(Views, TextsThatCannotBe) {
  temporary_folder const folder;
  door_options options;
  options.cost = cheap;
  auto const in = door::open(folder.path(), options);
  ASSERT_TRUE(in);
  timestamp const now{1'768'467'600'000'000'000};
  ASSERT_TRUE((*in)->account().ensure_admin({"(test)", ""}, now));
  auto const words = [&](saved_view of) {
    auto const made = (*in)->view().add("admin", std::move(of), {"(test)", ""}, now);
    return made ? std::string{} : made.error().message;
  };
  EXPECT_EQ(words({0, "", "now", "", {}}),
            "the name has 0 bytes; expected 1 to 100 without control characters");
  EXPECT_EQ(words({0, "a", "../now", "", {}}),
            "the page is none; expected 1 to 64 letters, digits, \"-\" and \"_\"");
  EXPECT_EQ(words({0, "a", "now", std::string(8001, 'x'), {}}),
            "the query has 8001 bytes; expected at most 8000 without control characters");
  for (std::size_t i = 0; i < most_views; ++i) ASSERT_EQ(words({0, "a", "now", "", {}}), "");
  EXPECT_EQ(words({0, "a", "now", "", {}}),
            "the account has 200 views, the most; remove one first");
}

}  // namespace
}  // namespace kizashi::access
