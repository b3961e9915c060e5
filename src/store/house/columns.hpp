// The columns of a table that are stored, and so stand in a file of the archive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

struct column_list {
  std::vector<std::string> names;
  std::vector<std::string> types;
  /// "a, b".
  [[nodiscard]] auto named() const -> std::string;
  /// "a UInt16, b UInt32".
  [[nodiscard]] auto typed() const -> std::string;
};

/// Of a table in the database `default`, in their order. Fails when there is no such table.
[[nodiscard]] auto stored_columns(engine& in, std::string_view table) -> result<column_list>;

}  // namespace kizashi::store
