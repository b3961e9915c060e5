#include "kizashi/access/door.hpp"

#include <fmt/format.h>

#include "kizashi/access/internal/temporary_door.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;
using access::internal::nine_o_clock;
using access::internal::words;

using DoorTest = access::internal::DoorTest;

TEST_F(DoorTest, RefusesAfterTenWrongPasswordsAndSaysForHowLong) {
  add("hana", role::viewer);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(words(log_in("hana", nine_o_clock, "wrong")), "the name or the password is wrong");
  auto const tries = here_->hasher().tries();
  auto const refused = log_in("hana");
  EXPECT_EQ(words(refused), "too many log-ins from 192.0.2.7; try again in 30 s");
  EXPECT_EQ(refused.error().wait, 30s);
  EXPECT_EQ(refused.error().what.code, errc::limit_reached);
  EXPECT_EQ(here_->hasher().tries(), tries);  // no password was tried
  auto const rows = count_audit();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(log_in("hana"));
  EXPECT_EQ(count_audit(), rows);  // one row in five minutes
  EXPECT_TRUE(log_in("hana", nine_o_clock + 30s));
}

TEST_F(DoorTest, WhoKnowsThePasswordIsNotCounted) {
  add("hana", role::viewer);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(words(log_in("hana")), "");
}

TEST_F(DoorTest, FailuresAreInTheLog) {
  add("hana", role::viewer);
  EXPECT_FALSE(log_in("hana", nine_o_clock, "wrong"));
  EXPECT_EQ(last_audit(), "log-in on hana: refused");
  EXPECT_FALSE(log_in("My Secret Pass"));
  EXPECT_EQ(last_audit(), "log-in on (no name): refused");
  auto const row = here_->audit().list({})->rows.front();
  EXPECT_EQ(row.by.name, "(nobody)");
  EXPECT_EQ(row.by.address, "192.0.2.7");
}

TEST_F(DoorTest, KeepsANewHashWhenTheCostHasChanged) {
  add("hana", role::viewer);
  open({{2, 16384}, {}, {}, {}, {}});
  auto const before = here_->account().recognise("hana", "correct horse");
  ASSERT_TRUE(before);
  EXPECT_NE(before->new_hash, "");
  ASSERT_TRUE(log_in("hana"));
  auto const after = here_->account().recognise("hana", "correct horse");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->new_hash, "");
  EXPECT_NE(after->hash, before->hash);
}

TEST_F(DoorTest, TriesOfTheOldPasswordCountAsLogIns) {
  add("hana", role::viewer);
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  auto const change = [&] {
    return here_->change_own_password(in->who, "wrong", "battery staple", {}, nine_o_clock);
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(words(change()), "the old password is wrong");
  EXPECT_EQ(words(change()), "too many log-ins as hana; try again in 30 s");
  auto who = in->who;
  who.via = entrance::token;
  EXPECT_EQ(
      words(here_->change_own_password(who, "correct horse", "battery staple", {}, nine_o_clock)),
      "no token may manage_own; log in instead");
}

TEST_F(DoorTest, RequestsAreCountedByAccountElseByAddress) {
  open({access::internal::cheap, {}, {}, {}, {3, 1min}});
  auto const from = net::address::parse("192.0.2.7").value();
  EXPECT_FALSE(here_->admit_request(from, 1, nine_o_clock));
  EXPECT_FALSE(here_->admit_request(from, 1, nine_o_clock));
  // A refusal takes nothing, so the wait that was told holds.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(here_->admit_request(from, 3, nine_o_clock), 40s);
  EXPECT_FALSE(here_->admit_request(from, 1, nine_o_clock));
  EXPECT_EQ(here_->admit_request(from, 1, nine_o_clock), 20s);
  EXPECT_FALSE(here_->admit_request(from, 3, nine_o_clock + 60s));
  // Dearer than all there can be: all of it.
  EXPECT_EQ(here_->admit_request(from, 10, nine_o_clock + 60s), 60s);
  EXPECT_FALSE(here_->admit_request(from, 10, nine_o_clock + 120s));
}

}  // namespace
