#include "kizashi/app/part_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::app {

auto part_file::create(std::filesystem::path const& wanted) -> result<part_file> {
  part_file part{wanted};
  file_descriptor const made{
      ::open(part.path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666)};
  if (!made.is_open()) return system_failure(wanted.string(), "write", errno);
  return part;
}

part_file::part_file(std::filesystem::path const& wanted)
    : wanted_{wanted}, path_{wanted.string() + fmt::format(".{}.part", ::getpid())} {}

part_file::~part_file() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

auto part_file::commit() -> status {
  if (::rename(path_.c_str(), wanted_.c_str()) != 0)
    return system_failure(wanted_.string(), "write", errno);
  path_.clear();
  return {};
}

}  // namespace kizashi::app
