#include "kizashi/access/internal/database.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sqlite3.h>
#include <thread>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::access::internal {
namespace {

/// "KZSC", in the file's header: whose file it is.
constexpr std::int64_t application = 0x4B5A5343;
/// How long one process waits for another's transaction. They take milliseconds.
constexpr int patience_ms = 10'000;

/// SQLite takes the rights of its other files (-wal, -shm) from the first.
auto make_private(std::string const& file) -> status {
  file_descriptor const made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!made.is_open()) return system_failure(file, "open the catalogue", errno);
  return {};
}

auto damaged(std::string const& file, std::string_view what) -> tl::unexpected<error> {
  return fail(
      errc::io_error,
      fmt::format("{}: the catalogue is damaged ({}); put it back from a backup, or take it "
                  "away to begin anew",
                  file, what));
}

}  // namespace

void statement::closer::operator()(sqlite3_stmt* raw) const noexcept {
  sqlite3_finalize(raw);
}

void database::closer::operator()(sqlite3* raw) const noexcept {
  sqlite3_close_v2(raw);
}

auto statement::bind(std::int64_t value) -> statement& {
  KIZASHI_ASSERT(sqlite3_bind_int64(raw_.get(), next_++, value) == SQLITE_OK);
  return *this;
}

auto statement::bind(std::string_view value) -> statement& {
  KIZASHI_ASSERT(sqlite3_bind_text64(raw_.get(), next_++, value.empty() ? "" : value.data(),
                                     value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

auto statement::bind(std::span<std::uint8_t const> value) -> statement& {
  KIZASHI_ASSERT(sqlite3_bind_blob64(raw_.get(), next_++, value.data(), value.size(),
                                     SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

auto statement::bind(timestamp at) -> statement& {
  return at.is_known() ? bind(at.nanoseconds()) : bind_nothing();
}

auto statement::bind_optional(std::optional<std::string> const& value) -> statement& {
  return value ? bind(std::string_view{*value}) : bind_nothing();
}

auto statement::bind_nothing() -> statement& {
  KIZASHI_ASSERT(sqlite3_bind_null(raw_.get(), next_++) == SQLITE_OK);
  return *this;
}

auto statement::step() -> result<bool> {
  auto const code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return in_->failure();
}

auto statement::run() -> status {
  KIZASHI_TRY(step());
  return {};
}

auto statement::number(int column) const -> std::int64_t {
  return sqlite3_column_int64(raw_.get(), column);
}

auto statement::text(int column) const -> std::string {
  // A blob is read the same way. The bytes must be asked for first, then their number.
  auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(raw_.get(), column));
  auto const size = sqlite3_column_bytes(raw_.get(), column);
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(size));
}

auto statement::time(int column) const -> timestamp {
  if (sqlite3_column_type(raw_.get(), column) == SQLITE_NULL) return timestamp::unknown();
  return timestamp{number(column)};
}

auto statement::optional_text(int column) const -> std::optional<std::string> {
  if (sqlite3_column_type(raw_.get(), column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

auto statement::strange_row(std::string_view table, std::int64_t id, error const& why) const
    -> tl::unexpected<error> {
  return fail(errc::io_error,
              fmt::format("{}: row {} of the {} was changed ({}); put the file back from a backup",
                          in_->file(), id, table, why.message));
}

auto database::failure() const -> tl::unexpected<error> {
  auto const code = sqlite3_errcode(raw_.get());
  std::string_view const words = sqlite3_errmsg(raw_.get());
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return fail(
          errc::io_error,
          fmt::format("{}: this is no catalogue (no file of SQLite); expected the file that "
                      "Kizashi made, or none",
                      file_));
    case SQLITE_CORRUPT:
      return damaged(file_, words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(errc::limit_reached,
                  fmt::format("{}: another process has been writing for {} s; try again, or end "
                              "that process",
                              file_, patience_ms / 1000));
    case SQLITE_FULL:
      return fail(errc::io_error,
                  fmt::format("{}: cannot write: no space left on the disk", file_));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fail(errc::permission, fmt::format("{}: may not be written", file_));
    default:
      return fail(errc::io_error, fmt::format("{}: {}", file_, words));
  }
}

auto database::execute(char const* statements) const -> status {
  if (sqlite3_exec(raw_.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure();
  return {};
}

auto database::prepare(std::string_view sql) const -> result<statement> {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(raw_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr) !=
      SQLITE_OK)
    return failure();
  return statement{*this, raw};
}

auto database::changed() const -> std::int64_t {
  return sqlite3_changes64(raw_.get());
}

auto database::last_id() const -> std::int64_t {
  return sqlite3_last_insert_rowid(raw_.get());
}

auto database::ask_number(std::string_view sql) const -> result<std::int64_t> {
  KIZASHI_TRY(auto asked, prepare(sql));
  KIZASHI_TRY(auto const has_row, asked.step());
  return has_row ? asked.number(0) : 0;
}

/// Changing to WAL does not wait as transactions do: of two processes that make the catalogue at
/// once, one is told that it is busy.
auto database::use_wal() const -> status {
  constexpr auto pause = std::chrono::milliseconds{10};
  for (int left = patience_ms / 10; left > 0; --left) {
    auto const code =
        sqlite3_exec(raw_.get(), "pragma journal_mode = wal", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    if ((code & 0xff) != SQLITE_BUSY) break;
    std::this_thread::sleep_for(pause);
  }
  return failure();
}

auto database::check_owner() const -> status {
  KIZASHI_TRY(auto const owner, ask_number("pragma application_id"));
  if (owner == application) return {};
  KIZASHI_TRY(auto const tables, ask_number("select count(*) from sqlite_schema"));
  if (owner == 0 && tables == 0) return {};
  return fail(errc::unsupported,
              fmt::format("{}: this is a database of another program; expected the file that "
                          "Kizashi made, or none",
                          file_));
}

auto database::migrate(std::span<migration const> steps) const -> status {
  auto const newest = static_cast<std::int64_t>(steps.size());
  KIZASHI_TRY(auto writing, transaction::begin(*this));
  KIZASHI_TRY(check_owner());
  KIZASHI_TRY(auto const version, ask_number("pragma user_version"));
  if (version > newest)
    return fail(errc::unsupported,
                fmt::format("{}: the catalogue has version {}, this program knows {}: a newer "
                            "Kizashi wrote it; use that one",
                            file_, version, newest));
  if (version < 0) return damaged(file_, fmt::format("version {}", version));
  if (version == newest) return {};
  for (auto const& step : steps.subspan(static_cast<std::size_t>(version)))
    KIZASHI_TRY(execute(step.text));
  KIZASHI_TRY(execute(
      fmt::format("pragma application_id = {}; pragma user_version = {}", application, newest)
          .c_str()));
  return writing.commit();
}

auto database::open(std::string file, std::span<migration const> steps) -> result<database> {
  KIZASHI_TRY(make_private(file));
  sqlite3* raw = nullptr;
  auto const code =
      sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  database made{std::move(file), raw};
  if (code != SQLITE_OK) return made.failure();
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, patience_ms);
  // Nothing is changed in a file of another program, its journal mode neither.
  // Another process may be making the catalogue: one transaction sees all of that or nothing.
  KIZASHI_TRY(made.execute("begin"));
  KIZASHI_TRY(made.check_owner());
  KIZASHI_TRY(made.execute("commit"));
  KIZASHI_TRY(made.use_wal());
  KIZASHI_TRY(
      made.execute("pragma synchronous = full; pragma foreign_keys = on;"
                   "pragma trusted_schema = off; pragma cell_size_check = on"));
  KIZASHI_TRY(made.migrate(steps));
  return made;
}

auto transaction::begin(database const& in) -> result<transaction> {
  KIZASHI_TRY(in.execute("begin immediate"));
  return transaction{in};
}

transaction::~transaction() {
  if (in_ != nullptr) static_cast<void>(in_->execute("rollback"));
}

auto transaction::commit() -> status {
  KIZASHI_TRY(in_->execute("commit"));
  in_ = nullptr;
  return {};
}

}  // namespace kizashi::access::internal
