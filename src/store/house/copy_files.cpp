#include "kizashi/store/house/copy_files.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/sha256.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::store::internal {
namespace {

namespace fs = std::filesystem;

constexpr auto const* mark = unfinished_mark;

auto write_all(int file, std::span<std::uint8_t const> bytes) -> bool {
  while (!bytes.empty()) {
    auto const size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

folder_in_the_making::folder_in_the_making(fs::path const& wanted)
    : wanted_{wanted}, path_{wanted.string() + ".part"} {}

auto folder_in_the_making::create(fs::path const& wanted) -> result<folder_in_the_making> {
  auto name = fs::absolute(wanted).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  folder_in_the_making made{name};
  std::error_code ignored;
  if (fs::exists(name, ignored) &&
      !(fs::is_directory(name, ignored) && fs::is_empty(name, ignored)))
    return fail(errc::unsupported,
                fmt::format("{}: there is something already; name a folder that is not there or is "
                            "empty",
                            wanted.string()));
  if (fs::exists(made.path_, ignored)) {
    if (!fs::exists(made.path_ / mark, ignored) && !fs::is_empty(made.path_, ignored))
      return fail(errc::unsupported,
                  fmt::format("{}: expected what an interrupted command left, and it is something "
                              "else; move it away",
                              made.path_.string()));
    made.abandon();
  }
  KIZASHI_TRY(make_folder(made.path_));
  auto const file = (made.path_ / mark).string();
  file_descriptor const marked{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)};
  if (!marked.is_open()) return system_failure(file, "write", errno);
  return made;
}

void folder_in_the_making::abandon() const {
  // The mark goes last: who is interrupted here can go on.
  std::error_code ignored;
  for (auto const& each : fs::directory_iterator{path_, ignored})
    if (each.path().filename() != mark) fs::remove_all(each.path(), ignored);
  fs::remove_all(path_, ignored);
}

auto folder_in_the_making::commit() -> status {
  std::vector<fs::path> folders{path_};
  std::error_code wrong;
  for (auto const& each : fs::recursive_directory_iterator{path_, wrong})
    if (each.is_directory() && !each.is_symlink()) folders.push_back(each.path());
  if (wrong) return system_failure(path_.string(), "list", wrong.value());
  for (auto const& each : folders) KIZASHI_TRY(make_durable(each));
  KIZASHI_TRY(rename_durably(path_, wanted_));
  fs::remove(wanted_ / mark, wrong);
  return {};
}

auto check_room(fs::path const& folder, std::uint64_t bytes) -> status {
  struct statvfs room {};
  if (::statvfs(folder.c_str(), &room) != 0)
    return system_failure(folder.string(), "ask for free space", errno);
  auto const free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
  if (free >= bytes) return {};
  return fail(errc::io_error,
              fmt::format("{}: {} are needed and {} are free", folder.parent_path().string(),
                          short_bytes(bytes), short_bytes(free)));
}

auto copy_file(fs::path const& from, fs::path const& to) -> result<std::string> {
  file_descriptor const in{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!in.is_open()) return system_failure(from.string(), "read", errno);
  file_descriptor const out{
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!out.is_open()) return system_failure(to.string(), "write", errno);
  sha256 sum;
  std::vector<std::uint8_t> bytes(std::size_t{256} << 10);
  for (;;) {
    auto const size = ::read(in.get(), bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure(from.string(), "read", errno);
    if (size == 0) break;
    auto const piece = std::span{bytes}.first(static_cast<std::size_t>(size));
    sum.add(piece);
    if (!write_all(out.get(), piece)) return system_failure(to.string(), "write", errno);
  }
  if (::fsync(out.get()) != 0) return system_failure(to.string(), "write", errno);
  return sum.finish();
}

}  // namespace kizashi::store::internal
