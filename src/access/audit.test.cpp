#include "kizashi/access/audit.hpp"

#include <thread>

#include <fmt/format.h>

#include "kizashi/access/internal/audit_chain.hpp"
#include "kizashi/access/internal/temporary_door.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using namespace std::chrono_literals;
using access::internal::nine_o_clock;
using access::internal::words;

class AuditTest : public access::internal::DoorTest {
protected:
  void record(int count, duration step = 1s) {
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(words(log().record(event(fmt::format("path {}", i), nine_o_clock + i * step))), "");
  }
  static auto event(std::string subject, timestamp at = nine_o_clock, std::string who = "hana")
      -> audit_event {
    return {at,
            {std::move(who), "192.0.2.7"},
            audit_action::data_exported,
            std::move(subject),
            audit_outcome::done,
            R"({"rows":7})"};
  }
  auto log() -> audit_log const& { return here_->audit(); }
  auto defects(std::optional<audit_mark> const& noted = {}) -> std::vector<std::string> {
    return log().verify(noted).value().defects;
  }
  /// Somebody who can write the file.
  void meddle(std::string const& statements) {
    access::internal::meddle(
        file(), "drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete;" +
                    statements);
  }
  using list = std::vector<std::string>;
};

TEST_F(AuditTest, KeepsWhatIsRecorded) {
  record(1);
  auto const page = log().list({}).value();
  ASSERT_EQ(page.rows.size(), 1U);
  auto const& row = page.rows[0];
  EXPECT_EQ(row.id, 1);
  EXPECT_EQ(row.at, nine_o_clock);
  EXPECT_EQ(row.by.name, "hana");
  EXPECT_EQ(row.by.address, "192.0.2.7");
  EXPECT_EQ(row.action, audit_action::data_exported);
  EXPECT_EQ(row.subject, "path 0");
  EXPECT_EQ(row.outcome, audit_outcome::done);
  EXPECT_EQ(row.details, R"({"rows":7})");
  EXPECT_EQ(page.next, 0);
}

// Reckoned by Python: hashlib.blake2b(bytes(32) + struct.pack("<qq", 1, 1768467600000000000) + ...,
// digest_size=32), each text with struct.pack("<q", len) before it.
TEST_F(AuditTest, TheHashIsWhatTheReadmeSays) {
  audit_row row{event("path 0"), 1, {}};
  EXPECT_EQ(hex_of(access::internal::hash_row({}, row)),
            "686ad3880f706c1e030165ff7e4754912d66ca55e068eef0de06b999509b4357");
}

TEST_F(AuditTest, ListsInPages) {
  record(25);
  audit_filter filter;
  filter.limit = 10;
  std::vector<std::int64_t> seen;
  for (;;) {
    auto const page = log().list(filter).value();
    for (auto const& row : page.rows) seen.push_back(row.id);
    if (page.next == 0) break;
    filter.before = page.next;
    // What comes meanwhile does not move the pages.
    ASSERT_EQ(words(log().record(event("later"))), "");
  }
  ASSERT_EQ(seen.size(), 25U);
  for (std::size_t i = 0; i < 25; ++i) EXPECT_EQ(seen[i], 25 - static_cast<std::int64_t>(i));
}

TEST_F(AuditTest, FindsByWhoWhatAndWhen) {
  record(3);
  ASSERT_EQ(words(log().record(event("x", nine_o_clock + 1h, "ken"))), "");
  auto other = event("y", nine_o_clock + 2h);
  other.action = audit_action::request_refused;
  ASSERT_EQ(words(log().record(other)), "");
  auto const count = [&](audit_filter const& filter) {
    return log().list(filter).value().rows.size();
  };
  EXPECT_EQ(count({}), 5U);
  EXPECT_EQ(count({"ken", {}, {}, {}, 0, 100}), 1U);
  EXPECT_EQ(count({{}, audit_action::request_refused, {}, {}, 0, 100}), 1U);
  EXPECT_EQ(count({{}, {}, nine_o_clock + 1s, nine_o_clock + 2h, 0, 100}), 3U);
  EXPECT_EQ(count({"hana", audit_action::data_exported, {}, {}, 3, 100}), 2U);
  EXPECT_EQ(words(log().list({{}, {}, {}, {}, 0, 0})), "0 rows are asked for; expected 1 to 1,000");
  EXPECT_EQ(words(log().list({{}, {}, {}, {}, 0, 1001})),
            "1001 rows are asked for; expected 1 to 1,000");
}

TEST_F(AuditTest, CannotBeChangedThroughTheDatabase) {
  record(2);
  auto const refused = [&](char const* statement) {
    return words(here_->people().write([&](auto& in) { return in.execute(statement); }));
  };
  auto const file = (folder_.path() / "catalog.sqlite").string();
  EXPECT_EQ(refused("delete from audit where id = 1"), file + ": the audit log is append-only");
  EXPECT_EQ(refused("update audit set who = 'ken'"), file + ": the audit log is append-only");
  EXPECT_EQ(defects(), list{});
}

TEST_F(AuditTest, AChangedRowShows) {
  record(5);
  meddle("update audit set who = 'ken' where id = 3");
  EXPECT_EQ(defects(), list{"row 3 was changed, or the one before it"});
}

TEST_F(AuditTest, ARowThatWasTakenAwayShows) {
  record(5);
  meddle("delete from audit where id = 3");
  EXPECT_EQ(defects(), list{"row 3 is missing"});
}

TEST_F(AuditTest, TheFirstAndTheLastRowsShowToo) {
  record(6);
  meddle("delete from audit where id in (1, 2, 5, 6)");
  EXPECT_EQ(defects(), (list{"rows 1 to 2 are missing", "rows 5 to 6 are missing"}));
}

TEST_F(AuditTest, WordsOfNobodyShow) {
  record(2);
  meddle("update audit set action = 'nothing' where id = 2");
  auto const found = defects();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].starts_with("row 2 was changed: there is no action \"nothing\""))
      << found[0];
  auto const message = words(log().list({}));
  EXPECT_NE(message.find("row 2 of the audit log was changed"), std::string::npos) << message;
}

TEST_F(AuditTest, ANotedPlaceFindsALogThatWasWrittenAnew) {
  record(3);
  auto const noted = log().verify().value().last;
  EXPECT_EQ(noted.id, 3);
  record(1);
  EXPECT_EQ(defects(noted), list{});
  auto other = noted;
  other.hash[0] ^= 1;
  EXPECT_EQ(defects(other), list{"row 3 is not the one that was noted: the log was written anew"});
  EXPECT_EQ(parse_audit_mark(to_string(noted)), noted);
  for (auto const* const wrong : {"", "3", "3:00", "x:00", "-1:00"})
    EXPECT_EQ(
        words(parse_audit_mark(wrong)),
        fmt::format("\"{}\" is no place in the audit log; expected what 'kizashi audit verify' "
                    "prints, such as 17:<64 hexadecimal digits>",
                    wrong));
}

TEST_F(AuditTest, OldRowsGoAndTheRestIsAChain) {
  record(10, 1h);
  auto const noted = log().verify().value().last;
  EXPECT_EQ(log().trim(nine_o_clock + 4h, by_, nine_o_clock + 10h), 4);
  auto const verdict = log().verify(noted).value();
  EXPECT_EQ(verdict.defects, list{});
  EXPECT_EQ(verdict.rows, 7U);  // 6 and the one that tells of it
  EXPECT_EQ(verdict.first.id, 4);
  EXPECT_EQ(last_audit(), "audit.trimmed on rows to 4: done");
  EXPECT_EQ(log().trim(nine_o_clock, by_, nine_o_clock), 0);
  EXPECT_EQ(defects(audit_mark{2, {}}), list{"row 2 has been dropped by age; note a newer one"});
  EXPECT_EQ(log().trim(nine_o_clock + 99h, by_, nine_o_clock + 99h), 7);
  EXPECT_EQ(log().verify().value().rows, 1U);
  EXPECT_EQ(defects(), list{});
}

TEST_F(AuditTest, AClockThatWentBackLosesNothing) {
  ASSERT_EQ(words(log().record(event("a", nine_o_clock + 5h))), "");
  ASSERT_EQ(words(log().record(event("b", nine_o_clock))), "");
  EXPECT_EQ(defects(), list{});
  // The second is older, but stands behind one that is to be kept.
  EXPECT_EQ(log().trim(nine_o_clock + 1h, by_, nine_o_clock), 0);
}

TEST_F(AuditTest, TextsOfStrangersAreCutAndMended) {
  auto strange = event(std::string(1000, 'x'));
  strange.by.name =
      "\xff\x00\"\xe5\x85"
      "a";
  ASSERT_EQ(words(log().record(strange)), "");
  auto const row = log().list({}).value().rows[0];
  EXPECT_EQ(row.subject, std::string(256, 'x') + "...");
  EXPECT_EQ(row.by.name, "\xef\xbf\xbd");  // the text ends at its zero: it is a C literal
  strange.details = "[]";
  EXPECT_EQ(words(log().record(strange)), "the details of an audit row are no JSON object");
  strange.details = "{\"a\":\"" + std::string(20'000, 'x') + "\"}";
  EXPECT_EQ(words(log().record(strange)),
            "the details of an audit row have 20008 bytes; expected 16384 at most");
  EXPECT_EQ(defects(), list{});
}

TEST_F(AuditTest, ThreadsMakeOneChain) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 25; ++k) EXPECT_EQ(words(log().record(event("x"))), "");
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(log().verify().value().rows, 100U);
  EXPECT_EQ(defects(), list{});
}

TEST(AuditAction, TheNamesAreEachOnce) {
  auto names = audit_action_names();
  EXPECT_EQ(names.size(), static_cast<std::size_t>(audit_action::view_removed) + 1);
  for (auto const name : names) EXPECT_EQ(name_of(parse_audit_action(name).value()), name);
  EXPECT_TRUE(words(parse_audit_action("x"))
                  .starts_with("there is no action \"x\"; expected one of "
                               "account.added, account.changed, "));
}

}  // namespace
