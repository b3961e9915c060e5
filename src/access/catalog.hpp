// The catalogue: what people make and must not lose, in one file of SQLite, `catalog.sqlite` in the
// data directory. What `write` has acknowledged is on the disk (WAL, synchronous=FULL).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::access {

namespace internal {
class database;
}

/// One connection, used by one thread at a time. Several processes may have the same catalogue
/// open; a writer waits up to 10 s for another. The folder must be on a disk of this machine: WAL
/// does not work over a network (https://sqlite.org/wal.html).
class catalog {
public:
  enum class when_missing : std::uint8_t { make, refuse };

  /// Opens `folder`/catalog.sqlite, which only its owner may read when it is made here, and brings
  /// it to today's tables. Fails when it is of a newer Kizashi, damaged or somebody else's.
  [[nodiscard]] static auto open(std::filesystem::path const& folder, when_missing then)
      -> result<std::shared_ptr<catalog>>;
  catalog(catalog const&) = delete;
  auto operator=(catalog const&) -> catalog& = delete;
  ~catalog();

  [[nodiscard]] auto file() const -> std::string const&;
  /// Reads the whole file and looks whether tables, indices and references agree; the defects.
  [[nodiscard]] auto check() -> result<std::vector<std::string>>;

  /// For this room's own parts: `work` with the connection, alone. What `write` calls is one
  /// transaction, committed when it did not fail.
  [[nodiscard]] auto read(std::function<status(internal::database&)> const& work) -> status;
  [[nodiscard]] auto write(std::function<status(internal::database&)> const& work) -> status;

private:
  explicit catalog(std::unique_ptr<internal::database> in);
  std::mutex mutex_;
  std::unique_ptr<internal::database> in_;
};

}  // namespace kizashi::access
