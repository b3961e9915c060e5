#include "kizashi/store/store_lock.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::store {
namespace {

/// The first line of the file: who wrote it.
auto holder_in(int file) -> std::string {
  std::array<char, 256> bytes{};
  auto const size = ::pread(file, bytes.data(), bytes.size(), 0);
  auto text = std::string_view{bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  text = trim(text.substr(0, text.find('\n')));
  return text.empty() ? "another process" : std::string{text};
}

}  // namespace

auto store_lock::take(std::filesystem::path const& folder, std::string_view holder)
    -> result<store_lock> {
  std::error_code wrong;
  std::filesystem::create_directories(folder, wrong);
  if (wrong) return system_failure(folder.string(), "make the store's folder", wrong.value());
  auto const name = (folder / "owner").string();
  file_descriptor file{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!file.is_open()) return system_failure(name, "open", errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_failure(name, "lock", errno);
    return fail(errc::permission,
                fmt::format("{}: the store is in use by {}; one process at a time can own it: ask "
                            "that one, or wait until it has ended",
                            folder.string(), holder_in(file.get())));
  }
  auto const line = fmt::format("process {}: {}\n", ::getpid(), holder);
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
    return system_failure(name, "write", errno);
  return store_lock{std::move(file)};
}

auto store_lock::is_held(std::filesystem::path const& folder) -> bool {
  file_descriptor const file{::open((folder / "owner").c_str(), O_RDONLY | O_CLOEXEC)};
  return file.is_open() && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace kizashi::store
