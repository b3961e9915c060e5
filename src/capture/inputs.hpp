// From what a person types (files, folders, patterns, "-") to one stream of frames in time order.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kizashi/capture/frame_source.hpp"

namespace kizashi::capture {

/// What arguments name, and where they could not be followed.
struct found_captures {
  std::vector<std::string> paths;  ///< for `open_captures`
  std::vector<note> notes;         ///< folders that cannot be listed, links to folders
};

/// The captures that `arguments` name: a file as it is; a folder's files whose names end like those
/// of captures, searched through all levels but not through links; a pattern with * ? [ ] expanded;
/// "-" for standard input, at most once. Pipes, sockets and devices are captures only when they are
/// named, not when they lie in a folder or match a pattern. In the order given, each folder's and
/// pattern's files by name; no file twice. Fails when an argument names nothing.
[[nodiscard]] auto find_captures(std::span<std::string const> arguments) -> result<found_captures>;

/// One stream over all `paths` (from `find_captures`), merged by time; equal times in the order of
/// `paths`. A file is opened when its first frame is due, so memory follows the number of files
/// that overlap in time.
///
/// Fails when no path can be read as a capture; when some cannot, each leaves a note that says why.
[[nodiscard]] auto open_captures(std::vector<std::string> paths)
    -> result<std::unique_ptr<frame_source>>;

}  // namespace kizashi::capture
