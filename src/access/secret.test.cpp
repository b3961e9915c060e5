#include "kizashi/access/secret.hpp"

#include <set>

#include <gtest/gtest.h>

namespace {

using namespace kizashi::access;

// b2sum -l 256 of nothing and of "abc".
TEST(Secret, IsHashedByBlake2b) {
  EXPECT_EQ(hex_of(digest_of("")),
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(hex_of(digest_of("abc")),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(Secret, IsAnotherEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto const secret = random_secret();
    EXPECT_EQ(secret.size(), 43U);
    EXPECT_EQ(secret.find_first_not_of(
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    seen.insert(secret);
    seen.insert(random_password());
  }
  EXPECT_EQ(seen.size(), 2000U);
}

TEST(Secret, PasswordsForPeopleHaveGroupsAndNoLookAlikes) {
  auto const password = random_password();
  ASSERT_EQ(password.size(), 29U);
  for (std::size_t i = 0; i < password.size(); ++i) EXPECT_EQ(password[i] == '-', i % 5 == 4);
  EXPECT_EQ(password.find_first_of("0O1lIio"), std::string::npos);
}

TEST(Secret, DerivedOnesDependOnBothParts) {
  EXPECT_EQ(derived_secret("a", "csrf"), derived_secret("a", "csrf"));
  EXPECT_NE(derived_secret("a", "csrf"), derived_secret("b", "csrf"));
  EXPECT_NE(derived_secret("a", "csrf"), derived_secret("a", "other"));
  EXPECT_NE(derived_secret("a", "csrf"), "a");
}

TEST(Secret, ComparesLengthsToo) {
  EXPECT_TRUE(is_equal("", ""));
  EXPECT_TRUE(is_equal("abc", "abc"));
  EXPECT_FALSE(is_equal("abc", "abd"));
  EXPECT_FALSE(is_equal("abc", "ab"));
}

}  // namespace
