// Copies files, with the sums of what was read, durably.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/store/house/backup.hpp"

namespace kizashi::store::internal {

/// The file that says that a folder is one in the making. It may be left in one that just got its
/// name, and means nothing there.
inline constexpr auto unfinished_mark = "kizashi-unfinished";

/// By name relative to a folder: size in bytes.
using file_list = std::map<std::string, std::uint64_t>;

/// A folder that takes the name `wanted` when it is whole.
class folder_in_the_making {
public:
  /// Makes `wanted`.part; what an interrupted command left there goes. Fails when `wanted` is
  /// there and not empty, or when what is there was made by somebody else.
  [[nodiscard]] static auto create(std::filesystem::path const& wanted)
      -> result<folder_in_the_making>;
  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }
  /// Puts everything onto the disk and gives it its name.
  [[nodiscard]] auto commit() -> status;
  /// Takes away what was made.
  void abandon() const;

private:
  explicit folder_in_the_making(std::filesystem::path const& wanted);
  std::filesystem::path wanted_;
  std::filesystem::path path_;
};

/// Fails when the file system of `folder` has less room than `bytes`.
[[nodiscard]] auto check_room(std::filesystem::path const& folder, std::uint64_t bytes) -> status;

/// Copies one file and returns the sum (SHA-256) of its bytes. The copy is on the disk then.
[[nodiscard]] auto copy_file(std::filesystem::path const& from, std::filesystem::path const& to)
    -> result<std::string>;

}  // namespace kizashi::store::internal
