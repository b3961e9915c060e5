// Days that leave a table: archived in a file, or dropped. Each step is in the record before it is
// done, so that a process that dies between two of them is followed by one that goes on.
//
//   1. archiving: the day is written to FILE.part, read back and compared, and made durable
//   2. the record gets the day as `closing` (or `dropping`) with the last block of the table
//   3. the rows go out of the table
//   4. FILE.part becomes FILE (or a file that is to go is removed)
//   5. the record says `archived` (or `dropped`)
//
// Until 2 nothing has changed. After 2 opening the store does the rest, before anybody asks.
#pragma once

#include <filesystem>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/record.hpp"

namespace kizashi::store {

/// Does what is left of the steps 3 to 5 for every day of the record. Nobody may write to the
/// tables of these days meanwhile.
[[nodiscard]] auto finish_moves(engine& in, std::filesystem::path const& folder) -> status;

/// Has questions see the days that are in files. They are then asked in a database `whole` beside
/// the tables' own, where each table stands by its name, with its files where it has any, and
/// TABLE_archived has these alone. Called again after days have moved.
[[nodiscard]] auto show_archive(engine& in, std::filesystem::path const& folder) -> status;

}  // namespace kizashi::store
