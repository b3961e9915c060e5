#include "kizashi/access/catalog.hpp"

#include <csignal>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "kizashi/access/internal/database.hpp"
#include "kizashi/access/internal/temporary_door.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;
using access::internal::database;
using access::internal::meddle;
using access::internal::migration;
using access::internal::temporary_folder;
using access::internal::words;

auto opened(temporary_folder const& in) -> result<std::shared_ptr<catalog>> {
  return catalog::open(in.path(), catalog::when_missing::make);
}

TEST(Catalog, IsMadeForItsOwnerAlone) {
  temporary_folder const folder;
  auto const inner = folder.path() / "a" / "b";
  ASSERT_EQ(words(catalog::open(inner, catalog::when_missing::make)), "");
  struct stat about {};
  ASSERT_EQ(::stat((inner / "catalog.sqlite").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  EXPECT_EQ(words(catalog::open(inner, catalog::when_missing::refuse)), "");
}

TEST(Catalog, IsNotMadeByThoseWhoOnlyAsk) {
  temporary_folder const folder;
  EXPECT_EQ(words(catalog::open(folder.path(), catalog::when_missing::refuse)),
            fmt::format("{}: there is no catalog.sqlite; 'kizashi account add' makes it",
                        folder.path().string()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Catalog, SaysWhatTheSystemRefuses) {
  EXPECT_EQ(words(catalog::open("/proc/kizashi", catalog::when_missing::make)),
            "/proc/kizashi: cannot make the data directory: No such file or directory");
}

TEST(Catalog, WritesThroughToTheDisk) {
  temporary_folder const folder;
  auto const in = opened(folder).value();
  ASSERT_TRUE(in->read([](database& db) -> status {
    EXPECT_EQ(db.ask_number("pragma synchronous"), 2);  // FULL
    EXPECT_EQ(db.ask_number("pragma foreign_keys"), 1);
    auto mode = db.prepare("pragma journal_mode");
    EXPECT_TRUE(mode->step());
    EXPECT_EQ(mode->text(0), "wal");
    EXPECT_EQ(db.ask_number("pragma user_version"), 2);
    return {};
  }));
}

TEST(Catalog, OfANewerKizashiIsRefused) {
  temporary_folder const folder;
  auto const file = folder.path() / "catalog.sqlite";
  ASSERT_TRUE(opened(folder));
  meddle(file, "pragma user_version = 9");
  EXPECT_EQ(words(opened(folder)),
            fmt::format("{}: the catalogue has version 9, this program knows 2: a newer Kizashi "
                        "wrote it; use that one",
                        file.string()));
}

TEST(Catalog, OfAnotherProgramIsRefusedAndLeftAlone) {
  temporary_folder const folder;
  auto const file = folder.path() / "catalog.sqlite";
  meddle(file, "create table recipes (name text)");
  auto const size = std::filesystem::file_size(file);
  EXPECT_EQ(words(opened(folder)),
            fmt::format("{}: this is a database of another program; expected "
                        "the file that Kizashi made, or none",
                        file.string()));
  EXPECT_EQ(std::filesystem::file_size(file), size);
  std::ofstream{file, std::ios::trunc} << std::string(5000, 'x');
  EXPECT_EQ(words(opened(folder)), fmt::format("{}: this is no catalogue (no file of SQLite); "
                                               "expected the file that Kizashi made, or none",
                                               file.string()));
}

TEST(Catalog, DamageIsNamed) {
  temporary_folder const folder;
  auto const file = folder.path() / "catalog.sqlite";
  ASSERT_TRUE(opened(folder));
  auto const size = std::filesystem::file_size(file);
  {
    // All pages but the first, which has the names of the tables.
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(4096);
    bytes << std::string(size - 4096, '\xff');
  }
  auto const in = opened(folder);
  ASSERT_TRUE(in) << in.error().message;
  accounts const people{*in, std::make_shared<password_hasher const>(access::internal::cheap)};
  auto const message = words(people.list());
  EXPECT_TRUE(message.starts_with(fmt::format("{}: the catalogue is damaged (", file.string())))
      << message;
  EXPECT_TRUE(message.ends_with("); put it back from a backup, or take it away to begin anew"));
  EXPECT_EQ(words((*in)->check()), message);
  std::filesystem::resize_file(file, 3000);
  EXPECT_NE(words(opened(folder)).find("catalogue"), std::string::npos) << words(opened(folder));
}

TEST(Catalog, IsWholeWhenItIsNew) {
  temporary_folder const folder;
  auto const in = opened(folder).value();
  EXPECT_EQ(in->check().value(), std::vector<std::string>{});
}

TEST(Catalog, NamesRowsThatBelongToNothing) {
  temporary_folder const folder;
  auto const in = opened(folder).value();
  meddle(folder.path() / "catalog.sqlite",
         "insert into session values (7, 99, x'00', '', '', 0, 0, 0)");
  EXPECT_EQ(in->check().value(), std::vector<std::string>{"session: row 7 belongs to nothing"});
}

TEST(Migrations, RunFromWhereTheFileIs) {
  temporary_folder const folder;
  auto const file = (folder.path() / "x").string();
  migration const steps[] = {{"1", "create table a (n) strict_is_no_word"},
                             {"2", "create table b (n); insert into b values (1)"},
                             {"3", "insert into b values (2); insert into nix values (1)"}};
  migration const good[] = {{"1", "create table a (n)"}, steps[1]};
  ASSERT_EQ(words(database::open(file, std::span{good, 1})), "");
  ASSERT_EQ(words(database::open(file, good)), "");
  migration const bad[] = {good[0], steps[1], steps[2]};
  EXPECT_EQ(words(database::open(file, bad)), file + ": no such table: nix");
  // Nothing of the third step is left.
  auto const in = database::open(file, good);
  ASSERT_TRUE(in) << in.error().message;
  EXPECT_EQ(in->ask_number("select sum(n) from b"), 1);
  EXPECT_EQ(in->ask_number("pragma user_version"), 2);
}

TEST(Catalog, ProcessesMakeItAtOnce) {
  temporary_folder const folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    auto const child = ::fork();
    if (child == 0) {
      auto const in = opened(folder);
      EXPECT_EQ(words(in), "");
      if (!in) ::_exit(1);
      audit_log const log{*in};
      for (int k = 0; k < 20; ++k)
        if (!log.record({timestamp{k},
                         {fmt::format("p{}", i), ""},
                         audit_action::question_asked,
                         {},
                         {},
                         "{}"}))
          ::_exit(2);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (auto const child : children) {
    int how = 0;
    ::waitpid(child, &how, 0);
    EXPECT_TRUE(WIFEXITED(how));
    EXPECT_EQ(WEXITSTATUS(how), 0);
  }
  auto const verdict = audit_log{opened(folder).value()}.verify();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->rows, 120U);
  EXPECT_EQ(verdict->defects, std::vector<std::string>{});
}

// A child acknowledges each row through a pipe and is killed somewhere in between.
TEST(Catalog, WhatWasAcknowledgedOutlivesAKill) {
  for (int round = 0; round < 8; ++round) {
    temporary_folder const folder;
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    auto const child = ::fork();
    if (child == 0) {
      auto const in = opened(folder);
      audit_log const log{*in};
      for (std::int64_t i = 1;; ++i) {
        if (!log.record({timestamp{i}, {"p", ""}, audit_action::question_asked, {}, {}, "{}"}))
          ::_exit(1);
        if (::write(told[1], &i, sizeof i) != sizeof i) ::_exit(1);
      }
    }
    ::close(told[1]);
    std::int64_t last = 0;
    while (last < 5 * (round + 1)) ASSERT_EQ(::read(told[0], &last, sizeof last), 8);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (std::int64_t more = 0; ::read(told[0], &more, sizeof more) == 8;) last = more;
    ::close(told[0]);
    auto const verdict = audit_log{opened(folder).value()}.verify();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->defects, std::vector<std::string>{});
    EXPECT_GE(verdict->last.id, last);
    EXPECT_LE(verdict->last.id, last + 1);
  }
}

}  // namespace
