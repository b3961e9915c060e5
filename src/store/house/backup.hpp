// A store in a folder of plain files, with a sum of each: SHA256SUMS, as `sha256sum -c` reads it.
// Nothing but files is in it, so it goes onto any medium; folders and links stand in the file
// `layout`.
//
// What is written comes under another name first (TO.part) and gets its own when all of it is on
// the disk: an interrupted backup or restore never looks like a whole one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

struct copied {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct copy_control {
  /// Called now and then; may be null.
  std::function<void(copied done, copied all)> at = nullptr;
  std::function<bool()> wants_stop = nullptr;
};

/// Copies the store in `folder` to `to`, which must not be there. Owns the store meanwhile, so that
/// nobody writes; the engine is not needed. Fails before it begins when there is too little room.
[[nodiscard]] auto back_up(std::filesystem::path const& folder, std::filesystem::path const& to,
                           std::string_view holder, copy_control const& control) -> result<copied>;

/// The same for the process that owns the store, by its engine, while its own writers go on. The
/// backup is of one moment between two inserts: every block that its ledger names is there in all
/// tables, and one that is not whole yet is finished when its capture is read into what is
/// restored, as after a kill. Inserts wait while the files of that moment are linked, under
/// `folder`/backup.part; what is copied then is these. Nobody may archive or drop days meanwhile.
[[nodiscard]] auto back_up_owned(engine& owned, std::filesystem::path const& folder,
                                 std::filesystem::path const& to, copy_control const& control)
    -> result<copied>;

/// Makes the store `folder`, which must not be there or be empty, of the backup `from`. Every file
/// is held against its sum; a file that is not there, too many or not the one that was written is
/// named, and no store is made.
[[nodiscard]] auto restore(std::filesystem::path const& from, std::filesystem::path const& folder,
                           copy_control const& control) -> result<copied>;

}  // namespace kizashi::store
