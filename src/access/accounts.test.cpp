#include "kizashi/access/accounts.hpp"

#include <thread>

#include <fmt/format.h>

#include "kizashi/access/internal/temporary_door.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;
using access::internal::nine_o_clock;
using access::internal::words;

class AccountsTest : public access::internal::DoorTest {
protected:
  auto people() -> accounts const& { return here_->account(); }
  auto change(std::string_view name, account_change const& what) -> std::string {
    return words(people().change(name, what, by_, nine_o_clock + 1h));
  }
  static auto south() -> reach {
    return parse_reach(std::vector<std::string>{"192.0.2.0/24"}, std::vector<std::string>{"south"})
        .value();
  }
};

TEST(AccountName, HasRules) {
  for (auto const* const good : {"hana", "a1", "city-hall.kyoto", "h.suzuki@example.jp"})
    EXPECT_EQ(words(check_account_name(good)), "") << good;
  for (std::string const bad : {"", "a", "Hana", "-a", "a-", "a b", "花子", "(nobody)"})
    EXPECT_EQ(words(check_account_name(bad)),
              "\"" + bad +
                  "\" is no name of an account; expected 2 to 64 of a-z 0-9 . _ - @ with a letter "
                  "or digit at both ends");
  EXPECT_NE(words(check_account_name(std::string(65, 'a'))), "");
}

TEST_F(AccountsTest, AreAddedAndListed) {
  add("hana", role::analyst);
  add("city-hall", role::partner, south());
  EXPECT_EQ(last_audit(), "account.added on city-hall: done");
  auto const all = people().list().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "city-hall");
  EXPECT_EQ(all[0].within, south());
  EXPECT_EQ(all[1].as, role::analyst);
  EXPECT_TRUE(all[1].is_enabled);
  EXPECT_EQ(all[1].made, nine_o_clock);
  EXPECT_FALSE(all[1].logged_in.is_known());
}

TEST_F(AccountsTest, RulesHoldWhenAdding) {
  add("hana", role::analyst);
  auto const refusal = [&](new_account const& what) {
    return words(people().add(what, by_, nine_o_clock));
  };
  EXPECT_EQ(refusal({"hana", role::viewer, {}, "correct horse"}),
            "the account hana is there already");
  EXPECT_EQ(refusal({"ken", role::viewer, {}, "short"}),
            "the password has 5 characters; expected 12 or more, such as four or five words");
  EXPECT_EQ(refusal({"ken", role::partner, {}, "correct horse"}),
            "a partner sees only its own part; expected prefixes, sensors or both");
  EXPECT_EQ(refusal({"ken", role::viewer, south(), "correct horse"}),
            "a viewer sees everything; prefixes and sensors are for partners");
  EXPECT_EQ(refusal({"ken", role::analyst, south(), "correct horse"}),
            "an analyst sees everything; prefixes and sensors are for partners");
  EXPECT_EQ(refusal({"ken", role::admin, south(), "correct horse"}),
            "an admin sees everything; prefixes and sensors are for partners");
  EXPECT_EQ(people().list()->size(), 1U);
  EXPECT_EQ(count_audit(), 1U);
}

TEST_F(AccountsTest, AreChanged) {
  add("hana", role::analyst);
  EXPECT_EQ(change("hana", {role::partner, south(), {}}), "");
  EXPECT_EQ(people().find("hana")->within, south());
  EXPECT_EQ(people().find("hana")->changed, nine_o_clock + 1h);
  auto const has_south = [&] { return people().find("hana")->within == south(); };
  EXPECT_EQ(
      change("hana",
             {{}, parse_reach({}, std::vector<std::string>{"north"}).value(), {}, true, false}),
      "");
  EXPECT_EQ(people().find("hana")->within.prefixes, south().prefixes);
  EXPECT_EQ(people().find("hana")->within.sensors, std::vector<std::string>{"north"});
  EXPECT_EQ(change("hana", {{}, south(), {}, true, false}), "");
  EXPECT_TRUE(has_south());
  EXPECT_EQ(change("hana", {role::partner, reach{}, {}}),
            "a partner sees only its own part; expected prefixes, sensors or both");
  EXPECT_EQ(change("hana", {role::viewer, {}, {}}), "");  // the bound goes with the role
  EXPECT_TRUE(people().find("hana")->within.is_everything());
  EXPECT_EQ(change("hana", {role::partner, {}, {}}),
            "a partner sees only its own part; expected prefixes, sensors or both");
  EXPECT_EQ(change("ken", {}),
            "there is no account \"ken\"; 'kizashi account list' names those that "
            "are there");
  EXPECT_EQ(last_audit(), "account.changed on hana: done");
}

TEST_F(AccountsTest, TheLastEnabledAdminStays) {
  add("admin", role::admin);
  add("root", role::admin);
  EXPECT_EQ(change("root", {{}, {}, false}), "");
  auto const refused = [](std::string_view verb) {
    return fmt::format("admin is the last enabled admin and cannot be {}; make another one first",
                       verb);
  };
  EXPECT_EQ(change("admin", {{}, {}, false}), refused("disabled"));
  EXPECT_EQ(change("admin", {role::viewer, {}, {}}), refused("given another role"));
  EXPECT_EQ(words(people().remove("admin", by_, nine_o_clock)), refused("removed"));
  EXPECT_EQ(change("admin", {role::admin, {}, true}), "");
  EXPECT_EQ(words(people().remove("root", by_, nine_o_clock)), "");  // it was disabled
  add("other", role::admin);
  EXPECT_EQ(words(people().remove("admin", by_, nine_o_clock)), "");
  EXPECT_EQ(last_audit(), "account.removed on admin: done");
}

TEST_F(AccountsTest, TwoAdminsCannotRemoveEachOtherAtOnce) {
  add("a1", role::admin);
  for (int round = 0; round < 20; ++round) {
    auto const first = people().list().value().at(0).name;
    auto const second = fmt::format("b{}", round);
    add(second, role::admin);
    std::thread other{[&] { static_cast<void>(people().remove(first, by_, nine_o_clock)); }};
    static_cast<void>(people().remove(second, by_, nine_o_clock));
    other.join();
    ASSERT_EQ(people().list()->size(), 1U);
  }
}

TEST_F(AccountsTest, TheFirstStartMakesAnAdminOnce) {
  auto const password = people().ensure_admin(by_, nine_o_clock).value();
  ASSERT_TRUE(password);
  EXPECT_EQ(words(check_password(*password, "admin")), "");
  EXPECT_EQ(words(people().recognise("admin", *password)), "");
  EXPECT_EQ(people().find("admin")->as, role::admin);
  EXPECT_EQ(people().ensure_admin(by_, nine_o_clock).value(), std::nullopt);
  EXPECT_EQ(count_audit(), 1U);
  EXPECT_EQ(last_audit(), "account.added on admin: done");
}

TEST_F(AccountsTest, ThePasswordIsRecognised) {
  add("hana", role::viewer);
  EXPECT_EQ(words(people().recognise("hana", "correct horse")), "");
  EXPECT_EQ(words(people().recognise("hana", "correct hors")), "the name or the password is wrong");
  EXPECT_EQ(words(people().recognise("ken", "correct horse")), "the name or the password is wrong");
  EXPECT_EQ(words(people().recognise("hana", std::string(1 << 20, 'x'))),
            "the name or the password is wrong");
  ASSERT_EQ(change("hana", {{}, {}, false}), "");
  EXPECT_EQ(words(people().recognise("hana", "correct horse")),
            "the account hana is disabled; ask whoever runs this Kizashi");
  EXPECT_EQ(words(people().recognise("hana", "wrong")), "the name or the password is wrong");
}

// Argon2 is nearly all of the time of a log-in: it runs once, whoever is named.
TEST_F(AccountsTest, AnUnknownNameCostsAsMuchAsAKnownOne) {
  add("hana", role::viewer);
  auto const tries_of = [&](std::string_view name, std::string_view password) {
    auto const before = here_->hasher().tries();
    static_cast<void>(people().recognise(name, password));
    return here_->hasher().tries() - before;
  };
  EXPECT_EQ(tries_of("hana", "correct horse"), 1U);
  EXPECT_EQ(tries_of("hana", "wrong"), 1U);
  EXPECT_EQ(tries_of("nobody", "wrong"), 1U);
  EXPECT_EQ(tries_of("no name at all", ""), 1U);
}

TEST_F(AccountsTest, OwnersMustKnowTheOldPassword) {
  add("hana", role::viewer);
  auto const change_own = [&](std::string_view old_one, std::string_view new_one) {
    return words(people().change_own_password("hana", old_one, new_one, 0, by_, nine_o_clock));
  };
  EXPECT_EQ(change_own("wrong", "battery staple"), "the old password is wrong");
  EXPECT_EQ(last_audit(), "password.changed on hana: refused");
  EXPECT_EQ(change_own("correct horse", "short"),
            "the password has 5 characters; expected 12 or more, such as four or five words");
  EXPECT_EQ(change_own("correct horse", "correct horse"),
            "the new password is the old one; expected another");
  EXPECT_EQ(change_own("correct horse", "battery staple"), "");
  EXPECT_EQ(last_audit(), "password.changed on hana: done");
  EXPECT_EQ(words(people().recognise("hana", "battery staple")), "");
  EXPECT_NE(words(people().recognise("hana", "correct horse")), "");
}

TEST_F(AccountsTest, OthersNeedNot) {
  add("hana", role::viewer);
  EXPECT_EQ(words(people().set_password("hana", "battery staple", by_, nine_o_clock)), "");
  EXPECT_EQ(last_audit(), "password.set on hana: done");
  EXPECT_EQ(words(people().recognise("hana", "battery staple")), "");
  EXPECT_EQ(words(people().set_password("ken", "battery staple", by_, nine_o_clock)),
            "there is no account \"ken\"; 'kizashi account list' names those that are there");
}

TEST_F(AccountsTest, NoSecretIsWritten) {
  add("hana", role::viewer);
  ASSERT_EQ(words(people().set_password("hana", "battery staple", by_, nine_o_clock)), "");
  static_cast<void>(log_in("battery staple"));  // into the wrong field
  auto const page = here_->audit().list({});
  ASSERT_TRUE(page);
  for (auto const& row : page->rows) {
    auto const text = row.subject + row.details + row.by.name;
    EXPECT_EQ(text.find("battery"), std::string::npos) << text;
    EXPECT_EQ(text.find("argon2"), std::string::npos) << text;
  }
}

TEST_F(AccountsTest, ARowOfSomebodyElseIsNoWrongUsage) {
  add("hana", role::viewer);
  auto const expect_failure = [&](char const* statement, std::string const& why) {
    access::internal::meddle(file(), statement);
    auto const listed = people().list();
    auto const found = people().find("hana");
    auto const recognised = people().recognise("hana", "correct horse");
    ASSERT_FALSE(listed || found || recognised);
    for (auto const& failure : {listed.error(), found.error(), recognised.error()}) {
      EXPECT_EQ(failure.code, errc::io_error) << why;
      EXPECT_EQ(failure.message, file() + ": row 1 of the accounts was changed (" + why +
                                     "); put the file back from a backup");
    }
  };
  expect_failure("update account set role = 'root'",
                 "there is no role \"root\"; expected one of viewer, analyst, admin, partner");
  expect_failure("update account set role = 'partner', prefixes = '192.0.2.1/24'",
                 words(parse_reach(std::vector<std::string>{"192.0.2.1/24"}, {})));
}

TEST_F(AccountsTest, AnIdIsNeverGivenTwice) {
  add("hana", role::viewer);
  auto const first = people().find("hana")->id;
  ASSERT_EQ(words(people().remove("hana", by_, nine_o_clock)), "");
  add("hana", role::viewer);
  EXPECT_GT(people().find("hana")->id, first);
}

}  // namespace
