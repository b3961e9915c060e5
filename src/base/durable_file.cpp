#include "kizashi/base/durable_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi {

auto make_durable(std::filesystem::path const& path) -> status {
  file_descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open() || ::fsync(file.get()) != 0)
    return system_failure(path.string(), "write to the disk", errno);
  return {};
}

auto make_folder(std::filesystem::path const& folder) -> status {
  std::error_code wrong;
  if (std::filesystem::create_directories(folder, wrong)) return make_durable(folder.parent_path());
  return wrong ? system_failure(folder.string(), "make the folder", wrong.value()) : status{};
}

auto rename_durably(std::filesystem::path const& from, std::filesystem::path const& to) -> status {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    return system_failure(from.string(), "rename", errno);
  return make_durable(to.has_parent_path() ? to.parent_path() : ".");
}

auto write_durably(std::filesystem::path const& file, std::string_view bytes) -> status {
  auto const beside = file.string() + ".part";
  {
    file_descriptor const out{
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)};
    if (!out.is_open()) return system_failure(file.string(), "write", errno);
    while (!bytes.empty()) {
      auto const size = ::write(out.get(), bytes.data(), bytes.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return system_failure(file.string(), "write", errno);
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    if (::fsync(out.get()) != 0) return system_failure(file.string(), "write", errno);
  }
  return rename_durably(beside, file);
}

}  // namespace kizashi
