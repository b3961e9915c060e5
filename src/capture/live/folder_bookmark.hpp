// Where the reading of a folder has come to, as text that outlives the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::live {

/// In what order a folder's captures are read.
enum class folder_order : std::uint8_t {
  name,      ///< bytewise; names that carry their time sort so: night-2026-01-15T09.pcap
  modified,  ///< by the time of the last change, then by name; for names that are used again
};

/// All files before `file` were read, and the first `frames` frames of it.
struct folder_bookmark {
  folder_order order = folder_order::name;
  std::string file;  ///< its name in the folder; empty: nothing was read yet
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;     ///< bytes that it had then
  std::int64_t modified = 0;  ///< nanoseconds since 1970
  std::uint64_t frames = 0;

  /// One line without its end: "kizashi-folder-1 name 2049 131 4096 1768467600000000000 12
  /// night.pcap".
  [[nodiscard]] auto to_string() const -> std::string;
  /// Reads what `to_string` wrote. Fails on anything else, saying which part.
  [[nodiscard]] static auto parse(std::string_view text) -> result<folder_bookmark>;

  friend auto operator==(folder_bookmark const&, folder_bookmark const&) -> bool = default;
};

}  // namespace kizashi::capture::live
