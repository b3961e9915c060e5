// What happens in a folder: the list of its captures, and word of changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/capture/live/folder_bookmark.hpp"

namespace kizashi::capture::live::internal {

/// A capture in the folder.
struct folder_entry {
  std::string name;
  std::string stem;  ///< without the ending of a packed file
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970
};

/// Whether `a` comes before `b`. A file and its packed form have the same place.
[[nodiscard]] auto is_before(folder_order order, folder_entry const& a, folder_entry const& b)
    -> bool;

/// The captures in the order of reading, by their names and as regular files (links are followed).
/// Of a file and its packed form the one that is not packed. Fails when the folder cannot be
/// listed.
[[nodiscard]] auto list_folder(std::filesystem::path const& folder, folder_order order)
    -> result<std::vector<folder_entry>>;

/// What was heard of a folder.
struct folder_news {
  bool is_any = false;
  bool are_names_changed = false;  ///< and not only what is in the files
  std::vector<std::string> moved;  ///< files that were moved into the folder or got another name
};

/// Word of changes from the system (inotify).
class folder_watch {
public:
  folder_watch() = default;
  /// Not open when the system cannot tell.
  explicit folder_watch(std::filesystem::path const& folder);
  [[nodiscard]] auto is_open() const noexcept -> bool { return events_.is_open(); }
  /// Waits for a change.
  [[nodiscard]] auto wait(duration patience) -> folder_news;

private:
  file_descriptor events_;
};

}  // namespace kizashi::capture::live::internal
