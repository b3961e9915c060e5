// How rows of a `group_by` are asked for, and read.
#pragma once

#include <string_view>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/stored_rows.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store::internal {

/// How rows of a kind are asked for.
struct grouping {
  state_table table = state_table::place;
  column_names inner;      ///< columns of the rollup that the key needs
  column_names keys;       ///< what the question groups by
  std::string_view where;  ///< of all rows
};

/// Of all kinds but source, which no table of states has.
[[nodiscard]] auto grouping_of(group_by by) -> grouping;

/// From the first columns of a row; returns how many they are.
auto read_key(group_by by, native_row const& row, statistics_key& key) -> std::size_t;

}  // namespace kizashi::store::internal
