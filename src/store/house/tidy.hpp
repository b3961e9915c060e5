// Puts together what lies in many pieces, and takes away what interrupted commands left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/check.hpp"

namespace kizashi::store {

struct tidied {
  std::uint64_t merged_days = 0;  ///< table and day, or a table without days
  std::uint64_t merged_parts = 0;
  std::uint64_t removed = 0;  ///< files and folders
  std::uint64_t removed_bytes = 0;
  std::uint64_t sketches = 0;  ///< made, of days that had none or a damaged one
};

/// Merges each closed day (all but a table's newest) and each table without days into one part, one
/// at a time; the engine merges in pieces, so memory does not grow with them. Removes files of the
/// archive that were never finished, frozen copies, and what the engine put aside as superseded;
/// never what was isolated as damaged. Sketches: `keep_sketches`.
[[nodiscard]] auto tidy(engine& in, std::filesystem::path const& folder, step_listener const& at,
                        std::function<bool()> const& wants_stop) -> result<tidied>;

}  // namespace kizashi::store
