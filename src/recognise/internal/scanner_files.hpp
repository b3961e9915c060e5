// List files on the disk: which there are, and their text, unpacked.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::recognise::internal {

/// No list has more: above this a file is refused before it is read or unpacked further.
inline constexpr std::size_t most_list_bytes = std::size_t{64} << 20;

struct found_lists {
  std::vector<std::filesystem::path> files;
  std::vector<std::filesystem::path> left_out;  ///< in folders: not named like a list
};

/// Files as they are, and of folders the files below them whose names end in .txt, .json, .csv,
/// .toml, .list, .netset or .ipset, with or without .gz, in the order of their paths. What begins
/// with a dot is passed over.
[[nodiscard]] auto find_lists(std::span<std::filesystem::path const> named) -> result<found_lists>;

/// The text of a file, unpacked where it is gzip.
[[nodiscard]] auto read_list_text(std::filesystem::path const& file) -> result<std::string>;
/// The same of bytes; `file` is the name used in messages.
[[nodiscard]] auto unpack_list(std::string const& file, std::string bytes) -> result<std::string>;

}  // namespace kizashi::recognise::internal
