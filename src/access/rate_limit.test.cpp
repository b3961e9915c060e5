#include "kizashi/access/rate_limit.hpp"

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;

constexpr timestamp start{1'768'467'600'000'000'000};

TEST(RateLimiter, PermitsSoManyAndThenOneAtATime) {
  rate_limiter limiter{{10, 5min}};
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limiter.take("a", start));
  EXPECT_EQ(limiter.take("a", start), 30s);
  EXPECT_EQ(limiter.ask("a", start + 10s), 20s);
  EXPECT_EQ(limiter.take("a", start + 29s), 1s);  // refusals do not count
  EXPECT_FALSE(limiter.take("a", start + 30s));
  EXPECT_EQ(limiter.take("a", start + 30s), 30s);
  EXPECT_FALSE(limiter.take("b", start));  // another key
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limiter.take("a", start + 1h));
  EXPECT_TRUE(limiter.take("a", start + 1h));
}

TEST(RateLimiter, GivesBack) {
  rate_limiter limiter{{1, 1min}};
  EXPECT_FALSE(limiter.take("a", start));
  limiter.give_back("a", start);
  EXPECT_FALSE(limiter.take("a", start));
  EXPECT_TRUE(limiter.take("a", start));
  limiter.give_back("nobody", start);
  EXPECT_EQ(limiter.size(), 1U);
}

TEST(RateLimiter, AClockThatGoesBackChangesNothing) {
  rate_limiter limiter{{2, 1min}};
  EXPECT_FALSE(limiter.take("a", start));
  EXPECT_FALSE(limiter.take("a", start - 1h));
  EXPECT_TRUE(limiter.take("a", start - 1h));
  EXPECT_TRUE(limiter.take("a", start + 29s));
  EXPECT_FALSE(limiter.take("a", start + 30s));
}

// The obvious twin: the times of what was permitted; a bucket's level by adding up.
TEST(RateLimiter, CountsAsABucketDoes) {
  random_source random{7};
  rate_limiter limiter{{5, 10s}};
  std::map<std::string, std::pair<double, timestamp>> levels;
  auto now = start;
  for (int i = 0; i < 20'000; ++i) {
    now = now + duration{std::int64_t{random.below(8)} * 125'000'000};
    std::string const key{static_cast<char>('a' + random.below(3))};
    auto& [level, at] = levels.try_emplace(key, 5.0, now).first->second;
    level = std::min(5.0, level + std::chrono::duration<double>(now - at).count() / 2);
    at = now;
    auto const is_permitted = level >= 1 - 1e-9;
    if (is_permitted) level -= 1;
    EXPECT_EQ(!limiter.take(key, now), is_permitted) << i;
  }
}

TEST(RateLimiter, HasABoundAndKeepsWhoIsRefused) {
  rate_limiter limiter{{3, 1min}, 64};
  while (!limiter.take("bad", start)) {
  }
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(limiter.take(std::to_string(i), start));
    EXPECT_LE(limiter.size(), 64U);
  }
  EXPECT_TRUE(limiter.take("bad", start));
  EXPECT_FALSE(limiter.take("new", start + 1h));
}

TEST(RateLimiter, IsExactUnderThreads) {
  rate_limiter limiter{{100, 1h}};
  std::atomic<int> permitted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k)
        if (!limiter.take("a", start)) ++permitted;
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(permitted, 100);
}

auto address(std::string_view text) -> net::address {
  return net::address::parse(text).value();
}

TEST(LimitKey, IsTheSubscriber) {
  EXPECT_EQ(limit_key(address("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(limit_key(address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
}

TEST(LoginLimits, CountByAddressAndByName) {
  login_limits limits{{3, 5min}, {5, 5min}};
  auto const from = address("192.0.2.7");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limits.admit(from, "hana", start));
  auto refusal = limits.admit(from, "other", start);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message, "too many log-ins from 192.0.2.7; try again in 1 min 40 s");
  EXPECT_EQ(refusal->wait, 100s);
  EXPECT_TRUE(refusal->is_news);
  EXPECT_FALSE(limits.admit(from, "hana", start)->is_news);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(limits.admit(address("192.0.2.8"), "hana", start));
  refusal = limits.admit(address("192.0.2.9"), "hana", start);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message, "too many log-ins as hana; try again in 1 min");
  EXPECT_TRUE(limits.admit(std::nullopt, "hana", start));
}

TEST(LoginLimits, ForgiveWhoKnewThePassword) {
  login_limits limits{{1, 5min}, {1, 5min}};
  auto const from = address("192.0.2.7");
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(limits.admit(from, "hana", start));
    limits.forgive(from, "hana", start);
  }
}

TEST(WaitText, IsRoundedUp) {
  EXPECT_EQ(wait_text(duration{1}), "1 s");
  EXPECT_EQ(wait_text(59'000ms), "59 s");
  EXPECT_EQ(wait_text(59'001ms), "1 min");
  EXPECT_EQ(wait_text(270s), "4 min 30 s");
}

}  // namespace
