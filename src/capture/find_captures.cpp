// From arguments to the names of files: inputs.hpp.
#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <glob.h>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include <fmt/format.h>

#include "kizashi/capture/inputs.hpp"

namespace kizashi::capture {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> endings{".pcap", ".cap", ".pcapng",
                                                  ".ntar", ".erf", ".dmp"};
constexpr std::array<std::string_view, 4> packed_endings{".gz", ".zst", ".bz2", ".xz"};

auto without_ending(std::string_view name, std::span<std::string_view const> any_of)
    -> std::string_view {
  for (auto const ending : any_of) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

/// Also the names that rotating writers make: "night.pcap12".
auto is_capture_name(std::string_view name) -> bool {
  name = without_ending(name, packed_endings);
  auto const last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos) return false;
  return without_ending(name.substr(0, last + 1), endings).size() != last + 1;
}

/// The captures of a folder and the folders in it. A folder that may not be read stands for itself,
/// so that opening it says why.
void search(fs::path const& folder, std::vector<std::string>& found) {
  std::error_code failure;
  for (fs::directory_iterator at{folder, failure}, end; !failure && at != end;
       at.increment(failure)) {
    std::error_code ignored;
    auto const& each = *at;
    if (each.is_directory(ignored)) {
      if (!each.is_symlink(ignored)) search(each.path(), found);  // a link may lead back up
    } else if (is_capture_name(each.path().filename().string())) {
      found.push_back(each.path().string());
    }
  }
  if (failure) found.push_back(folder.string());
}

auto captures_of_folder(std::string const& folder) -> result<std::vector<std::string>> {
  std::vector<std::string> found;
  search(folder, found);
  if (found.empty()) {
    return fail(
        errc::not_found,
        fmt::format(
            "{}: no captures in this folder; expected names ending in {} or {}, perhaps with "
            "a number behind, and perhaps packed ({})",
            folder, fmt::join(endings.begin(), endings.end() - 1, ", "), endings.back(),
            fmt::join(packed_endings, ", ")));
  }
  std::sort(found.begin(), found.end());
  return found;
}

auto matches_of(std::string const& pattern) -> result<std::vector<std::string>> {
  glob_t matches{};
  auto const answer = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &matches);
  std::vector<std::string> found;
  for (std::size_t i = 0; answer == 0 && i < matches.gl_pathc; ++i)
    found.emplace_back(matches.gl_pathv[i]);
  ::globfree(&matches);
  if (found.empty()) {
    return fail(errc::not_found, fmt::format("{}: no file matches this pattern", pattern));
  }
  std::sort(found.begin(), found.end());
  return found;
}

auto captures_of_path(std::string const& path) -> result<std::vector<std::string>> {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return captures_of_folder(path);
  return std::vector{path};
}

auto captures_of_pattern(std::string const& pattern) -> result<std::vector<std::string>> {
  KIZASHI_TRY(auto const matches, matches_of(pattern));
  std::vector<std::string> found;
  for (auto const& match : matches) {
    auto more = captures_of_path(match);
    // A pattern may name folders by the way; that one of them holds no captures is no mistake.
    if (more) found.insert(found.end(), more->begin(), more->end());
  }
  if (found.empty()) {
    return fail(errc::not_found,
                fmt::format("{}: no captures in the folders that match this pattern", pattern));
  }
  return found;
}

auto captures_of(std::string const& argument) -> result<std::vector<std::string>> {
  if (argument == "-") return std::vector{argument};
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

auto find_captures(std::span<std::string const> arguments) -> result<std::vector<std::string>> {
  std::vector<std::string> found;
  std::unordered_set<std::string> seen;
  if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
    return fail(errc::parse_error,
                "-: standard input was given more than once; it can be read once");
  }
  for (auto const& argument : arguments) {
    KIZASHI_TRY(auto const paths, captures_of(argument));
    for (auto const& path : paths) {
      if (seen.insert(identity(path)).second) found.push_back(path);
    }
  }
  return found;
}

}  // namespace kizashi::capture
