// For tests: a catalogue that goes with the test, with passwords that cost nothing.
#pragma once

#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kizashi/access/door.hpp"

namespace kizashi::access::internal {

/// A folder with a name of its own, removed with everything in it.
class temporary_folder {
public:
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "kizashi-access-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  temporary_folder(temporary_folder const&) = delete;
  auto operator=(temporary_folder const&) -> temporary_folder& = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }

private:
  std::filesystem::path path_;
};

inline constexpr password_cost cheap{1, 8192};

/// 2026-01-15 09:00:00 UTC.
inline constexpr timestamp nine_o_clock{1'768'467'600'000'000'000};

/// The failure's words; empty when there is none.
template <class T>
auto words(T const& outcome) -> std::string {
  if (outcome) return {};
  if constexpr (requires { outcome.error().what; })
    return outcome.error().what.message;
  else
    return outcome.error().message;
}

/// What somebody else does to the file, without our triggers.
inline void meddle(std::filesystem::path const& file, std::string const& statements) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  char* wrong = nullptr;
  EXPECT_EQ(sqlite3_exec(raw, statements.c_str(), nullptr, nullptr, &wrong), SQLITE_OK) << wrong;
  sqlite3_close(raw);
}

class DoorTest : public ::testing::Test {
protected:
  void SetUp() override { open({cheap, {}, {}, {}, {}}); }
  void open(door_options const& options) {
    auto opened = door::open(folder_.path(), options);
    ASSERT_TRUE(opened) << opened.error().message;
    here_ = std::move(*opened);
  }
  void add(std::string const& name, role as, reach within = {}) {
    auto const added =
        here_->account().add({name, as, std::move(within), "correct horse"}, by_, nine_o_clock);
    ASSERT_TRUE(added) << added.error().message;
  }
  auto log_in(std::string const& name, timestamp now = nine_o_clock,
              std::string const& password = "correct horse") {
    return here_->log_in({name, password, net::address::parse("192.0.2.7").value(), "test"}, now);
  }
  /// "action on subject: outcome" of the newest row.
  auto last_audit() -> std::string {
    auto const page = here_->audit().list({});
    if (!page || page->rows.empty()) return "nothing";
    auto const& row = page->rows.front();
    return std::string{name_of(row.action)} + " on " + row.subject + ": " +
           std::string{name_of(row.outcome)};
  }
  auto count_audit() -> std::uint64_t { return here_->audit().verify().value().rows; }

  /// The catalogue's file.
  auto file() -> std::string { return (folder_.path() / "catalog.sqlite").string(); }

  temporary_folder folder_;
  std::unique_ptr<door> here_;
  actor by_{"(test)", "user test"};
};

}  // namespace kizashi::access::internal
