#include "kizashi/access/password.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace kizashi::access;

constexpr password_cost cheap{1, 8192};

auto complaint(std::string_view password, std::string_view name = "hana") -> std::string {
  auto const good = check_password(password, name);
  return good ? "" : good.error().message;
}

TEST(Password, IsLongAndNotTheName) {
  EXPECT_EQ(complaint("correct horse"), "");
  EXPECT_EQ(complaint("aaaaaaaaaaab"), "");  // no rules of composition
  EXPECT_EQ(complaint("short"),
            "the password has 5 characters; expected 12 or more, such as four or five words");
  EXPECT_EQ(complaint("elevenchars"),
            "the password has 11 characters; expected 12 or more, such as four or five words");
  EXPECT_EQ(complaint("兆兆兆兆"),
            "the password has 4 characters; expected 12 or more, such as four or five words");
  EXPECT_EQ(complaint("ひみつのことばはながいほう"), "");
  EXPECT_EQ(complaint("HanaHanaHana"), "the password is the account's name; expected another");
  EXPECT_EQ(complaint("city-hall.kyoto", "city-hall.kyoto"),
            "the password is the account's name; expected another");
  EXPECT_EQ(complaint("aaaaaaaaaaaa"), "the password is one character repeated; expected another");
  EXPECT_EQ(complaint(std::string(1024, 'a') + "b"),
            "the password has 1025 bytes; expected 1024 at most");
}

TEST(Password, OnlyTheRightOneMatches) {
  password_hasher const hasher{cheap};
  auto const hash = hasher.hash("correct horse");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_TRUE(hasher.matches(*hash, "correct horse"));
  EXPECT_FALSE(hasher.matches(*hash, "correct horsf"));
  EXPECT_FALSE(hasher.matches(*hash, ""));
  EXPECT_FALSE(hasher.matches("", "correct horse"));
  EXPECT_FALSE(hasher.matches("$argon2id$nonsense", "correct horse"));
  EXPECT_FALSE(hasher.matches(std::string(500, 'x'), "correct horse"));
  EXPECT_NE(*hash, *hasher.hash("correct horse"));  // another salt
}

TEST(Password, AnotherCostOutdatesAHash) {
  password_hasher const before{cheap};
  password_hasher const now{{2, 16384}};
  auto const hash = before.hash("correct horse");
  EXPECT_FALSE(before.is_outdated(*hash));
  EXPECT_TRUE(now.is_outdated(*hash));
  EXPECT_TRUE(now.matches(*hash, "correct horse"));
  EXPECT_TRUE(now.is_outdated("no hash"));
}

TEST(Password, SaysThatMemoryIsMissing) {
  password_hasher const greedy{{1, std::size_t{4'398'046'510'080}}};
  auto const hash = greedy.hash("correct horse");
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().message, "cannot hash the password: 4194303 MiB of memory are not free");
}

TEST(Password, IsWorkedOnByThreads) {
  password_hasher const hasher{cheap};
  auto const hash = hasher.hash("correct horse");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) EXPECT_TRUE(hasher.matches(*hash, "correct horse"));
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(hasher.tries(), 160U);
}

}  // namespace
