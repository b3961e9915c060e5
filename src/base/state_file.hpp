// A state (state.hpp) in a file that is there whole or not at all, also after the machine has
// crashed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"

namespace kizashi {

/// Writes what `fill` puts into the writer, in place of the file that had the name. Fails with the
/// file's name; then the old file is there as before.
[[nodiscard]] auto write_state_file(std::filesystem::path const& file, std::uint32_t version,
                                    std::function<status(state_writer&)> const& fill) -> status;

/// Has `take` read the state in a file. Fails when it cannot be read, is damaged or of another
/// version, when `take` does, and when it leaves something. Memory: the file's size.
[[nodiscard]] auto read_state_file(std::filesystem::path const& file, std::uint32_t version,
                                   std::function<status(state_reader&)> const& take) -> status;

}  // namespace kizashi
