// What a store holds: tables, days, sizes, names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// The rows of a short answer, each value as text. Fails beyond 64 MiB.
[[nodiscard]] auto ask_rows(engine& of, std::string_view sql)
    -> result<std::vector<std::vector<std::string>>>;

/// A table that holds rows itself; views do not.
struct table_inventory {
  std::string name;
  std::uint64_t rows = 0;   ///< before merging: rows of a rollup may come together later
  std::uint64_t bytes = 0;  ///< on the disk
  std::uint64_t parts = 0;
  std::uint64_t days = 0;  ///< 0 for tables without days
  std::string first_day;   ///< 2026-01-15; empty for tables without days
  std::string last_day;
  std::uint64_t archived_rows = 0;  ///< in files, not in `rows`
  std::uint64_t archived_bytes = 0;
  std::uint64_t archived_files = 0;
};

struct inventory {
  std::uint64_t version = 0;            ///< of the tables; 0: there are none yet
  std::vector<table_inventory> tables;  ///< by name
  std::vector<std::string> sensors;     ///< by name
};

/// `folder`: the store's.
[[nodiscard]] auto take_inventory(engine& of, std::filesystem::path const& folder)
    -> result<inventory>;

}  // namespace kizashi::store
