#include "kizashi/telescope/internal/temporary_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace kizashi::telescope::internal {
namespace {

auto folder() -> std::string {
  auto const* const chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
}

}  // namespace

auto temporary_file::create() -> result<temporary_file> {
  auto path = folder() + "/kizashi-XXXXXX";
  temporary_file answer;
  answer.file_ = file_descriptor{mkostemp(path.data(), O_CLOEXEC)};
  if (!answer.file_.is_open()) {
    auto const reason = errno;
    return fail(
        system_error_code(reason),
        fmt::format("{}: cannot make a temporary file: {}; set TMPDIR to a folder with space, "
                    "or give more memory with --memory",
                    folder(), system_error_text(reason)));
  }
  unlink(path.c_str());
  return answer;
}

auto temporary_file::append(std::span<std::byte const> bytes) -> status {
  while (!bytes.empty()) {
    auto const count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      auto const reason = errno;
      return fail(
          system_error_code(reason),
          fmt::format("{}: cannot write a temporary file after {} bytes: {}; set TMPDIR to a "
                      "folder with space, or give more memory with --memory",
                      folder(), size_, system_error_text(reason)));
    }
    size_ += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

auto temporary_file::read(std::uint64_t offset, std::span<std::byte> into) const
    -> result<std::size_t> {
  std::size_t done = 0;
  while (done < into.size()) {
    auto const count = pread(file_.get(), into.data() + done, into.size() - done,
                             static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(folder(), "read a temporary file", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace kizashi::telescope::internal
