// How long what a store holds is kept: whole days go, oldest first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/archive.hpp"

namespace kizashi::store {

/// How much of a table is kept; 0: no bound.
struct retention_rule {
  std::string table;
  std::uint64_t days = 0;   ///< before the newest day that the store has, that one included
  std::uint64_t bytes = 0;  ///< on the disk, files of the archive included
};

/// A day that is to go, and why.
struct outdated_day {
  stored_day what;
  bool is_archived = false;  ///< some of it is in files
  std::string why;           ///< "older than 90 days", "beyond 200 GiB"
};

/// What `rules` say has to go. `today` ("2026-06-01") is the day from which ages are counted. The
/// newest day of a table never goes.
[[nodiscard]] auto outdated_days(engine& in, std::filesystem::path const& folder,
                                 std::vector<retention_rule> const& rules, std::string_view today)
    -> result<std::vector<outdated_day>>;

/// Drops a day with its files and writes it into the record, which keeps readings of its captures
/// from being taken for new. May be interrupted: opening the store finishes it.
[[nodiscard]] auto drop_day(engine& in, std::filesystem::path const& folder,
                            outdated_day const& day) -> status;

}  // namespace kizashi::store
