#include "kizashi/access/tokens.hpp"

#include "kizashi/access/internal/temporary_door.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;
using access::internal::nine_o_clock;
using access::internal::words;

class TokensTest : public access::internal::DoorTest {
protected:
  void SetUp() override {
    DoorTest::SetUp();
    add("hana", role::analyst);
    add("city-hall", role::partner, within({"192.0.2.0/24"}));
  }
  static auto within(std::vector<std::string> const& prefixes,
                     std::vector<std::string> const& sensors = {}) -> reach {
    return parse_reach(prefixes, sensors).value();
  }
  auto add_token(std::string const& account, std::string_view scopes, reach bound = {},
                 timestamp ends = {}, std::string label = "script") {
    return here_->token().add(
        {account, std::move(label), scopes.empty() ? scope_set{} : parse_scopes(scopes).value(),
         std::move(bound), ends},
        by_, nine_o_clock);
  }
  auto find(std::string const& secret, timestamp now = nine_o_clock) -> std::string {
    return words(here_->token().find(secret, now));
  }
};

TEST_F(TokensTest, KnowTheirOwnerAndScopes) {
  auto const made = add_token("hana", "read,query");
  ASSERT_TRUE(made) << words(made);
  EXPECT_TRUE(made->secret.starts_with("kzs_"));
  EXPECT_EQ(made->secret.size(), 47U);
  EXPECT_EQ(made->info.hint, made->secret.substr(0, 8));
  EXPECT_EQ(last_audit(), "token.added on hana: done");
  auto const who = here_->token().find(made->secret, nine_o_clock);
  ASSERT_TRUE(who) << words(who);
  EXPECT_EQ(who->name, "hana");
  EXPECT_EQ(who->via, entrance::token);
  EXPECT_TRUE(may(*who, permission::query));
  EXPECT_FALSE(may(*who, permission::export_data));
  EXPECT_EQ(find("kzs_x"), "the token is unknown");
  EXPECT_EQ(find("x"), "the token is none: it does not begin with kzs_");
}

TEST_F(TokensTest, AreNeverWiderThanTheirAccount) {
  EXPECT_EQ(words(add_token("hana", "read,admin")),
            "the scope admin is more than hana (analyst) may");
  EXPECT_EQ(words(add_token("city-hall", "query", within({"192.0.2.1"}))),
            "the scope query is more than city-hall (partner) may");
  EXPECT_EQ(words(add_token("city-hall", "read")),
            "all prefixes are more than the account may see: 192.0.2.0/24");
  EXPECT_EQ(words(add_token("city-hall", "read", within({"192.0.0.0/16"}))),
            "the prefix 192.0.0.0/16 is more than the account may see: 192.0.2.0/24");
  EXPECT_EQ(words(add_token("hana", "query", within({}, {"south"}))),
            "the scope query cannot be cut to prefixes or sensors; leave it out, or them");
  auto const made = add_token("city-hall", "read", within({"192.0.2.128/25"}, {"south"}));
  ASSERT_TRUE(made) << words(made);
  // The account shrinks, and the token with it.
  ASSERT_TRUE(here_->account().change("city-hall", {{}, within({"192.0.2.128/26"}), {}}, by_,
                                      nine_o_clock));
  EXPECT_EQ(here_->token().find(made->secret, nine_o_clock)->within,
            within({"192.0.2.128/26"}, {"south"}));
  ASSERT_TRUE(
      here_->account().change("city-hall", {{}, within({"10.0.0.0/8"}), {}}, by_, nine_o_clock));
  auto const who = here_->token().find(made->secret, nine_o_clock).value();
  EXPECT_EQ(describe_prefixes(who.within), "none");
  EXPECT_FALSE(who.within.has(net::address::parse("192.0.2.129").value()));
}

TEST_F(TokensTest, FollowTheRole) {
  auto const made = add_token("hana", "query");
  ASSERT_TRUE(made);
  ASSERT_TRUE(here_->account().change("hana", {role::viewer, {}, {}}, by_, nine_o_clock));
  EXPECT_FALSE(may(here_->token().find(made->secret, nine_o_clock).value(), permission::query));
}

TEST_F(TokensTest, RulesHoldWhenAdding) {
  EXPECT_EQ(words(add_token("hana", "")),
            "the token has no scope; expected one or more, such as read");
  EXPECT_EQ(words(add_token("hana", "read", {}, nine_o_clock)),
            "the token would have ended at 2026-01-15T09:00:00.000000000Z; expected a later time");
  EXPECT_EQ(words(add_token("ken", "read")),
            "there is no account \"ken\"; 'kizashi account list' names those that are there");
  EXPECT_EQ(words(add_token("hana", "read", {}, {}, "")),
            "the label has 0 bytes; expected 1 to 100 without control characters, such as \"backup "
            "script\"");
  EXPECT_NE(words(add_token("hana", "read", {}, {}, "a\nb")), "");
  EXPECT_NE(words(add_token("hana", "read", {}, {}, std::string(101, 'x'))), "");
}

TEST_F(TokensTest, End) {
  auto const made = add_token("hana", "read", {}, nine_o_clock + 1h);
  ASSERT_TRUE(made);
  EXPECT_EQ(find(made->secret, nine_o_clock + 59min), "");
  EXPECT_EQ(find(made->secret, nine_o_clock + 1h),
            "the token ended at 2026-01-15T10:00:00.000000000Z");
}

TEST_F(TokensTest, WriteTheLastUseOnceAMinute) {
  auto const made = add_token("hana", "read");
  ASSERT_TRUE(made);
  auto const used = [&] { return here_->token().list("hana")->at(0).used; };
  EXPECT_FALSE(used().is_known());
  EXPECT_EQ(find(made->secret, nine_o_clock + 1s), "");
  EXPECT_EQ(used(), nine_o_clock + 1s);
  EXPECT_EQ(find(made->secret, nine_o_clock + 60s), "");
  EXPECT_EQ(used(), nine_o_clock + 1s);
  EXPECT_EQ(find(made->secret, nine_o_clock - 1h), "");
  EXPECT_EQ(used(), nine_o_clock + 1s);
  EXPECT_EQ(find(made->secret, nine_o_clock + 61s), "");
  EXPECT_EQ(used(), nine_o_clock + 61s);
}

TEST_F(TokensTest, AreRevoked) {
  auto const made = add_token("hana", "read");
  ASSERT_TRUE(made);
  auto const revoke = [&](std::string_view of) {
    return words(here_->token().revoke(made->info.id, of, by_, nine_o_clock));
  };
  EXPECT_EQ(revoke("city-hall"),
            "there is no token 1; 'kizashi token list' names those that are there");
  EXPECT_EQ(revoke("hana"), "");
  EXPECT_EQ(last_audit(), "token.revoked on hana: done");
  auto const rows = count_audit();
  EXPECT_EQ(revoke(""), "");
  EXPECT_EQ(count_audit(), rows);
  EXPECT_EQ(find(made->secret), "the token was revoked");
  EXPECT_TRUE(here_->token().list("").value().at(0).revoked.is_known());
}

TEST_F(TokensTest, SleepWhileTheAccountIsDisabled) {
  auto const made = add_token("hana", "read");
  ASSERT_TRUE(made);
  ASSERT_TRUE(here_->account().change("hana", {{}, {}, false}, by_, nine_o_clock));
  EXPECT_EQ(find(made->secret), "the token belongs to hana, whose account is disabled");
  ASSERT_TRUE(here_->account().change("hana", {{}, {}, true}, by_, nine_o_clock));
  EXPECT_EQ(find(made->secret), "");
  ASSERT_TRUE(here_->account().remove("hana", by_, nine_o_clock));
  EXPECT_EQ(find(made->secret), "the token is unknown");
}

TEST_F(TokensTest, ARowOfSomebodyElseIsNoWrongUsage) {
  auto const made = add_token("hana", "read");
  ASSERT_TRUE(made);
  auto const expect_failure = [&](char const* statement, std::string const& why) {
    access::internal::meddle(file(), statement);
    auto const found = here_->token().find(made->secret, nine_o_clock);
    auto const listed = here_->token().list("");
    ASSERT_FALSE(found || listed) << statement;
    for (auto const& failure : {found.error(), listed.error()}) {
      EXPECT_EQ(failure.code, errc::io_error);
      EXPECT_EQ(failure.message, file() + ": row 1 of the tokens was changed (" + why +
                                     "); put the file back from a backup");
    }
  };
  expect_failure(
      "update token set scopes = 'all'",
      "there is no scope \"all\"; expected one of read, metrics, query, export, edit, admin");
  expect_failure("update token set scopes = 'read', prefixes = '192.0.2.1/24'",
                 words(parse_reach(std::vector<std::string>{"192.0.2.1/24"}, {})));
}

}  // namespace
