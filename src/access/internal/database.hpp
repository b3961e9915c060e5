// The one place that speaks with SQLite: statements that are closed with their owner, transactions
// that are rolled back unless they are committed, failures with the name of the file.
//
//   KIZASHI_TRY(auto found, in.prepare("select name from account where id = ?"));
//   found.bind(id);
//   KIZASHI_TRY(auto const has_row, found.step());
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/access/internal/migration.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kizashi::access::internal {

class database;

/// One prepared statement. Its database must outlive it.
class statement {
public:
  /// The next parameter, from the left. Texts and blobs are copied.
  auto bind(std::int64_t number) -> statement&;
  auto bind(std::string_view text) -> statement&;
  auto bind(std::span<std::uint8_t const> blob) -> statement&;
  auto bind(timestamp at) -> statement&;
  auto bind_optional(std::optional<std::string> const& text) -> statement&;
  auto bind_nothing() -> statement&;

  /// Whether there is a row.
  [[nodiscard]] auto step() -> result<bool>;
  /// For statements without rows.
  [[nodiscard]] auto run() -> status;

  // Of the row where `step` stands; `column` counts from 0.
  [[nodiscard]] auto number(int column) const -> std::int64_t;
  [[nodiscard]] auto text(int column) const -> std::string;
  [[nodiscard]] auto time(int column) const -> timestamp;  ///< unknown when it is NULL
  [[nodiscard]] auto optional_text(int column) const -> std::optional<std::string>;

  /// That the row has what no Kizashi writes, `why`: an `io_error`, whatever `why` is, for it is
  /// the file that is wrong and not what the caller asked.
  [[nodiscard]] auto strange_row(std::string_view table, std::int64_t id, error const& why) const
      -> tl::unexpected<error>;

private:
  friend class database;
  struct closer {
    void operator()(sqlite3_stmt* raw) const noexcept;
  };
  statement(database const& in, sqlite3_stmt* raw) : in_{&in}, raw_{raw} {}

  database const* in_;
  std::unique_ptr<sqlite3_stmt, closer> raw_;
  int next_ = 1;
};

/// A connection. One owner at a time.
class database {
public:
  /// Opens or makes `file`, readable by its owner alone. Fails when it is no database, a database
  /// of another program, damaged, or of a version after the last of `steps`; brings an older one to
  /// it. Several processes may do so at once.
  [[nodiscard]] static auto open(std::string file, std::span<migration const> steps)
      -> result<database>;

  /// Several statements without parameters and answers.
  [[nodiscard]] auto execute(char const* statements) const -> status;
  [[nodiscard]] auto prepare(std::string_view sql) const -> result<statement>;
  /// Rows that the last statement changed.
  [[nodiscard]] auto changed() const -> std::int64_t;
  [[nodiscard]] auto last_id() const -> std::int64_t;
  /// The answer of a statement with one number.
  [[nodiscard]] auto ask_number(std::string_view sql) const -> result<std::int64_t>;
  /// What went wrong last, in words for people.
  [[nodiscard]] auto failure() const -> tl::unexpected<error>;
  [[nodiscard]] auto file() const -> std::string const& { return file_; }

private:
  struct closer {
    void operator()(sqlite3* raw) const noexcept;
  };
  database(std::string file, sqlite3* raw) : file_{std::move(file)}, raw_{raw} {}
  [[nodiscard]] auto use_wal() const -> status;
  [[nodiscard]] auto check_owner() const -> status;
  [[nodiscard]] auto migrate(std::span<migration const> steps) const -> status;

  std::string file_;
  std::unique_ptr<sqlite3, closer> raw_;
};

/// A transaction that may write, from its first moment: two of them wait for each other and never
/// meet. Rolled back unless `commit` came.
class transaction {
public:
  [[nodiscard]] static auto begin(database const& in) -> result<transaction>;
  transaction(transaction&& other) noexcept : in_{other.in_} { other.in_ = nullptr; }
  auto operator=(transaction&&) -> transaction& = delete;
  ~transaction();
  /// What it wrote is on the disk when this returns.
  [[nodiscard]] auto commit() -> status;

private:
  explicit transaction(database const& in) : in_{&in} {}
  database const* in_;
};

}  // namespace kizashi::access::internal
