// From arguments to the names of files: inputs.hpp.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <glob.h>
#include <iterator>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "kizashi/capture/inputs.hpp"
#include "kizashi/capture/internal/capture_name.hpp"

namespace kizashi::capture {
namespace {

namespace fs = std::filesystem;
using internal::capture_endings;
using internal::is_capture_name;
using internal::packed_endings;

/// Whether a name that was found, not given, can be that of a capture: reading a pipe or a device
/// by accident could wait forever. A link to nothing stays, so that opening it says so.
auto is_file(fs::path const& path) -> bool {
  std::error_code ignored;
  auto const kind = fs::status(path, ignored).type();
  return kind == fs::file_type::regular || kind == fs::file_type::not_found ||
         kind == fs::file_type::none;
}

auto cannot_list(std::string const& folder, int reason) -> std::string {
  return system_failure(folder, "list", reason).value().message;
}

/// The captures of a folder and the folders in it.
void search(fs::path const& folder, found_captures& found) {
  std::error_code failure;
  for (fs::directory_iterator at{folder, failure}, end; !failure && at != end;
       at.increment(failure)) {
    std::error_code ignored;
    auto const& each = *at;
    if (!each.is_directory(ignored)) {
      if (is_capture_name(each.path().filename().string()) && is_file(each.path()))
        found.paths.push_back(each.path().string());
    } else if (each.is_symlink(ignored)) {  // it may lead back up
      found.notes.push_back(
          {fmt::format("{}: a link to a folder; it is not followed", each.path().string()), false});
    } else {
      search(each.path(), found);
    }
  }
  if (failure) found.notes.push_back({cannot_list(folder.string(), failure.value()), true});
}

/// The first loss says why nothing was found.
auto nothing_found(found_captures const& found, std::string otherwise) -> tl::unexpected<error> {
  for (auto const& each : found.notes)
    if (each.is_loss) return fail(errc::not_found, each.message);
  return fail(errc::not_found, std::move(otherwise));
}

void sort(found_captures& found) {
  std::sort(found.paths.begin(), found.paths.end());
  std::sort(found.notes.begin(), found.notes.end(),
            [](auto const& a, auto const& b) { return a.message < b.message; });
}

auto captures_of_folder(std::string const& folder) -> found_captures {
  found_captures found;
  search(folder, found);
  sort(found);
  return found;
}

/// What a pattern could not look into: glob's callback has no place for more than the bare facts.
thread_local std::vector<note> unlisted;

auto matches_of(std::string const& pattern) -> result<found_captures> {
  glob_t matches{};
  unlisted.clear();
  auto const note_failure = [](char const* folder, int reason) {
    if (reason != ENOENT) unlisted.push_back({cannot_list(folder, reason), true});
    return 0;
  };
  auto const answer = ::glob(pattern.c_str(), GLOB_NOSORT, note_failure, &matches);
  found_captures found{{}, std::move(unlisted)};
  for (std::size_t i = 0; answer == 0 && i < matches.gl_pathc; ++i)
    found.paths.emplace_back(matches.gl_pathv[i]);
  ::globfree(&matches);
  if (found.paths.empty())
    return nothing_found(found, fmt::format("{}: no file matches this pattern", pattern));
  sort(found);
  return found;
}

auto captures_of_path(std::string const& path) -> result<found_captures> {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return found_captures{{path}, {}};
  auto found = captures_of_folder(path);
  if (found.paths.empty()) {
    return nothing_found(
        found,
        fmt::format(
            "{}: no captures in this folder; expected names ending in {} or {}, perhaps with "
            "a number behind, and perhaps packed ({})",
            path, fmt::join(capture_endings.begin(), capture_endings.end() - 1, ", "),
            capture_endings.back(), fmt::join(packed_endings, ", ")));
  }
  return found;
}

auto captures_of_pattern(std::string const& pattern) -> result<found_captures> {
  KIZASHI_TRY(auto matches, matches_of(pattern));
  found_captures found{{}, std::move(matches.notes)};
  for (auto const& match : matches.paths) {
    std::error_code ignored;
    if (fs::is_directory(match, ignored)) {
      // A pattern may name folders by the way; that one of them holds no captures is no mistake.
      auto more = captures_of_folder(match);
      std::move(more.paths.begin(), more.paths.end(), std::back_inserter(found.paths));
      std::move(more.notes.begin(), more.notes.end(), std::back_inserter(found.notes));
    } else if (is_file(match)) {
      found.paths.push_back(match);
    }
  }
  if (found.paths.empty())
    return nothing_found(found, fmt::format("{}: no captures match this pattern", pattern));
  return found;
}

auto captures_of(std::string const& argument) -> result<found_captures> {
  if (argument.empty())
    return fail(errc::parse_error, "a name is empty; expected a file, a folder, a pattern or -");
  if (argument == "-") return found_captures{{argument}, {}};
  std::error_code failure;
  auto const is_there = fs::exists(argument, failure);
  if (is_there) return captures_of_path(argument);
  if (argument.find_first_of("*?[") != std::string::npos) return captures_of_pattern(argument);
  return system_failure(argument, "open", failure ? failure.value() : ENOENT);
}

/// What tells that two names are of one file.
auto identity(std::string const& path) -> std::string {
  if (path == "-") return path;
  std::error_code failure;
  auto const canonical = fs::canonical(path, failure);
  return failure ? path : canonical.string();
}

}  // namespace

auto find_captures(std::span<std::string const> arguments) -> result<found_captures> {
  found_captures found;
  std::unordered_set<std::string> seen;
  if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
    return fail(errc::parse_error,
                "-: standard input was given more than once; it can be read once");
  }
  for (auto const& argument : arguments) {
    KIZASHI_TRY(auto more, captures_of(argument));
    for (auto& path : more.paths)
      if (seen.insert(identity(path)).second) found.paths.push_back(std::move(path));
    for (auto& each : more.notes)
      if (seen.insert(each.message).second) found.notes.push_back(std::move(each));
  }
  return found;
}

}  // namespace kizashi::capture
