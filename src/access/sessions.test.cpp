#include "kizashi/access/sessions.hpp"

#include <thread>

#include "kizashi/access/internal/database.hpp"
#include "kizashi/access/internal/temporary_door.hpp"
#include "kizashi/access/secret.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;
using access::internal::nine_o_clock;
using access::internal::words;

constexpr auto ended = "the session has ended; log in again";

class SessionsTest : public access::internal::DoorTest {
protected:
  void SetUp() override {
    open({access::internal::cheap, {1h, 10h}, {}, {}, {}});
    add("hana", role::analyst);
  }
  auto find(std::string const& secret, timestamp now) -> std::string {
    return words(here_->session().find(secret, now));
  }
  auto used() -> timestamp { return here_->session().list("hana", nine_o_clock)->at(0).used; }
};

TEST_F(SessionsTest, KnowTheirOwner) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in) << words(in);
  EXPECT_EQ(in->ends, nine_o_clock + 10h);
  auto const who = here_->session().find(in->secret, nine_o_clock);
  ASSERT_TRUE(who) << words(who);
  EXPECT_EQ(who->name, "hana");
  EXPECT_EQ(who->as, role::analyst);
  EXPECT_EQ(who->via, entrance::session);
  EXPECT_EQ(who->via_id, in->who.via_id);
  EXPECT_EQ(last_audit(), "log-in on hana: done");
  EXPECT_EQ(here_->account().find("hana")->logged_in, nine_o_clock);
  EXPECT_EQ(find("x", nine_o_clock), ended);
  EXPECT_EQ(find("", nine_o_clock), ended);
}

TEST_F(SessionsTest, KeepOnlyAHash) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  auto const kept = [&](std::string_view column) {
    std::string bytes;
    EXPECT_TRUE(here_->people().read([&](access::internal::database& db) -> status {
      KIZASHI_TRY(auto row, db.prepare("select " + std::string{column} + " from session"));
      KIZASHI_TRY(row.step());
      bytes = row.text(0);
      return {};
    }));
    return bytes;
  };
  auto const sum = digest_of(in->secret);
  EXPECT_EQ(kept("hash"), std::string(sum.begin(), sum.end()));
  EXPECT_EQ(kept("agent"), "test");
}

TEST_F(SessionsTest, HaveACsrfTokenOfTheirOwn) {
  auto const in = log_in("hana");
  auto const other = log_in("hana");
  ASSERT_TRUE(in && other);
  EXPECT_EQ(in->csrf, sessions::csrf_of(in->secret));
  EXPECT_NE(in->csrf, other->csrf);
  EXPECT_NE(in->csrf, in->secret);
  EXPECT_FALSE(in->csrf.empty());
}

TEST_F(SessionsTest, EndWhenNobodyUsesThem) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  EXPECT_EQ(find(in->secret, nine_o_clock + 59min), "");
  EXPECT_EQ(find(in->secret, nine_o_clock + 118min), "");
  EXPECT_EQ(find(in->secret, nine_o_clock + 178min), ended);
}

TEST_F(SessionsTest, EndAtTheLatest) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  for (auto at = 30min; at < 10h; at += 30min) EXPECT_EQ(find(in->secret, nine_o_clock + at), "");
  EXPECT_EQ(find(in->secret, nine_o_clock + 10h), ended);
}

TEST_F(SessionsTest, WriteTheLastUseOnceAMinute) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  EXPECT_EQ(find(in->secret, nine_o_clock + 59s), "");
  EXPECT_EQ(used(), nine_o_clock);
  EXPECT_EQ(find(in->secret, nine_o_clock + 60s), "");
  EXPECT_EQ(used(), nine_o_clock + 60s);
  EXPECT_EQ(find(in->secret, nine_o_clock + 119s), "");
  EXPECT_EQ(used(), nine_o_clock + 60s);
}

TEST_F(SessionsTest, OutliveAClockThatGoesBack) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  EXPECT_EQ(find(in->secret, nine_o_clock - 48h), "");
  EXPECT_EQ(used(), nine_o_clock);
  ASSERT_TRUE(log_in("hana", nine_o_clock - 48h));  // drops what has ended, and nothing else
  EXPECT_EQ(find(in->secret, nine_o_clock + 1min), "");
}

TEST_F(SessionsTest, EndWithThePasswordButTheOneThatChangedIt) {
  auto const mine = log_in("hana");
  auto const other = log_in("hana");
  ASSERT_TRUE(mine && other);
  auto const changed =
      here_->change_own_password(mine->who, "correct horse", "battery staple", {}, nine_o_clock);
  ASSERT_EQ(words(changed), "");
  EXPECT_EQ(find(mine->secret, nine_o_clock), "");
  EXPECT_EQ(find(other->secret, nine_o_clock), ended);
  ASSERT_EQ(words(here_->account().set_password("hana", "correct horse", by_, nine_o_clock)), "");
  EXPECT_EQ(find(mine->secret, nine_o_clock), ended);
}

TEST_F(SessionsTest, EndWithTheAccount) {
  auto in = log_in("hana");
  ASSERT_TRUE(in);
  ASSERT_TRUE(here_->account().change("hana", {{}, {}, false}, by_, nine_o_clock));
  EXPECT_EQ(find(in->secret, nine_o_clock), ended);
  ASSERT_TRUE(here_->account().change("hana", {{}, {}, true}, by_, nine_o_clock));
  EXPECT_EQ(find(in->secret, nine_o_clock), ended);
  in = log_in("hana");
  ASSERT_TRUE(in);
  ASSERT_TRUE(here_->account().remove("hana", by_, nine_o_clock));
  EXPECT_EQ(find(in->secret, nine_o_clock), ended);
}

TEST_F(SessionsTest, FollowTheRole) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  ASSERT_TRUE(here_->account().change("hana", {role::viewer, {}, {}}, by_, nine_o_clock));
  EXPECT_EQ(here_->session().find(in->secret, nine_o_clock)->as, role::viewer);
}

TEST_F(SessionsTest, AreListedAndRevoked) {
  add("ken", role::viewer);
  auto const one = log_in("hana");
  auto const two = log_in("hana");
  auto const kens = log_in("ken");
  ASSERT_TRUE(one && two && kens);
  auto const all = here_->session().list("", nine_o_clock).value();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].account, "ken");
  EXPECT_EQ(all[0].address, "192.0.2.7");
  EXPECT_EQ(here_->session().list("hana", nine_o_clock)->size(), 2U);
  EXPECT_EQ(here_->session().list("", nine_o_clock + 1h)->size(), 0U);
  auto const revoke = [&](std::string_view name, std::int64_t id) {
    return words(here_->session().revoke(name, id, by_, nine_o_clock));
  };
  EXPECT_EQ(revoke("hana", kens->who.via_id),
            "hana has no session " + std::to_string(kens->who.via_id));
  EXPECT_EQ(revoke("hana", one->who.via_id), "");
  EXPECT_EQ(last_audit(), "sessions.revoked on hana: done");
  EXPECT_EQ(find(one->secret, nine_o_clock), ended);
  EXPECT_EQ(here_->session().revoke_all("hana", by_, nine_o_clock), 1);
  EXPECT_EQ(find(two->secret, nine_o_clock), ended);
  EXPECT_EQ(find(kens->secret, nine_o_clock), "");
  EXPECT_EQ(words(here_->session().close(kens->secret, {"ken", ""}, nine_o_clock)), "");
  EXPECT_EQ(last_audit(), "log-out on ken: done");
  EXPECT_EQ(find(kens->secret, nine_o_clock), ended);
  auto const rows = count_audit();
  EXPECT_EQ(words(here_->session().close(kens->secret, {"ken", ""}, nine_o_clock)), "");
  EXPECT_EQ(count_audit(), rows);
}

TEST_F(SessionsTest, AreNotOpenedForAnAccountThatChangedMeanwhile) {
  auto const person = here_->account().recognise("hana", "correct horse");
  ASSERT_TRUE(person);
  ASSERT_TRUE(here_->account().set_password("hana", "battery staple", by_, nine_o_clock));
  EXPECT_EQ(words(here_->session().open(*person, by_, "", nine_o_clock)),
            "the account hana was changed meanwhile; log in again");
  EXPECT_EQ(here_->session().list("", nine_o_clock)->size(), 0U);
}

TEST_F(SessionsTest, AreAskedForByThreads) {
  auto const in = log_in("hana");
  ASSERT_TRUE(in);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 50; ++k) {
        EXPECT_EQ(find(in->secret, nine_o_clock + k * 10s), "");
        if (i == 0) {
          EXPECT_TRUE(here_->session().list("hana", nine_o_clock));
        }
      }
    });
  for (auto& each : threads) each.join();
}

}  // namespace
