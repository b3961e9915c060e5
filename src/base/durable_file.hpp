// Files that are on the disk when a call returns, whatever happens to the machine afterwards.
#pragma once

#include <filesystem>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi {

/// Has the system write a file, or the names in a folder, to the disk.
[[nodiscard]] auto make_durable(std::filesystem::path const& path) -> status;

/// Makes a folder, and those above it that are not there.
[[nodiscard]] auto make_folder(std::filesystem::path const& folder) -> status;

/// Gives a file its name, in place of one that had it.
[[nodiscard]] auto rename_durably(std::filesystem::path const& from,
                                  std::filesystem::path const& to) -> status;

/// Writes a file beside the one that is named and puts it in its place: after a crash the old one
/// is there or the new one.
[[nodiscard]] auto write_durably(std::filesystem::path const& file, std::string_view bytes)
    -> status;

}  // namespace kizashi
