#include "kizashi/base/output_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"

namespace kizashi {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;
constexpr std::size_t large = std::size_t{1} << 16;  // not worth a copy

}  // namespace

output_file::output_file(std::filesystem::path file, std::filesystem::path temporary,
                         file_descriptor out)
    : file_{std::move(file)}, temporary_{std::move(temporary)}, out_{std::move(out)} {}

output_file::output_file(output_file&& other) noexcept
    : file_{std::move(other.file_)},
      temporary_{std::exchange(other.temporary_, {})},
      out_{std::move(other.out_)},
      buffer_{std::move(other.buffer_)},
      failure_{other.failure_} {}

auto output_file::operator=(output_file&& other) noexcept -> output_file& {
  std::swap(file_, other.file_);
  std::swap(temporary_, other.temporary_);
  std::swap(out_, other.out_);
  std::swap(buffer_, other.buffer_);
  std::swap(failure_, other.failure_);
  return *this;
}

output_file::~output_file() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

auto output_file::create(std::filesystem::path const& file) -> result<output_file> {
  std::error_code ignored;
  auto const kind = std::filesystem::status(file, ignored).type();
  if (kind == std::filesystem::file_type::directory)
    return fail(errc::io_error, fmt::format("{}: cannot write: it is a folder; expected the name "
                                            "of a file",
                                            file.string()));
  auto const is_direct = kind != std::filesystem::file_type::regular &&
                         kind != std::filesystem::file_type::not_found &&
                         kind != std::filesystem::file_type::none;
  auto temporary = std::filesystem::path{};
  if (!is_direct) temporary = file.string() + fmt::format(".{}.part", ::getpid());
  auto const& opened = is_direct ? file : temporary;
  auto const flags = O_WRONLY | O_CLOEXEC | (is_direct ? 0 : O_CREAT | O_TRUNC | O_NOFOLLOW);
  file_descriptor out{::open(opened.c_str(), flags, 0666)};
  if (!out.is_open()) return system_failure(file.string(), "write", errno);
  return output_file{file, temporary, std::move(out)};
}

auto output_file::standard_output() -> result<output_file> {
  file_descriptor out{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)};
  if (!out.is_open()) return system_failure("standard output", "write", errno);
  return output_file{"standard output", {}, std::move(out)};
}

auto output_file::put(std::string_view bytes) -> status {
  while (failure_ == 0 && !bytes.empty()) {
    auto const written = ::write(out_.get(), bytes.data(), bytes.size());
    if (written >= 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EINTR) failure_ = errno;
  }
  if (failure_ != 0) return system_failure(file_.string(), "write", failure_);
  return {};
}

auto output_file::flush() -> status {
  auto const done = put(buffer_);
  buffer_.clear();
  return done;
}

auto output_file::write(std::string_view bytes) -> status {
  if (bytes.size() >= large) {
    KIZASHI_TRY(flush());
    return put(bytes);
  }
  buffer_.append(bytes);
  if (buffer_.size() < buffer_size) return {};
  return flush();
}

auto output_file::close() -> status {
  // A file system over a network says only at closing that the disk was full; a second descriptor
  // can be asked.
  auto const file = std::exchange(out_, file_descriptor{});
  auto const copy = ::fcntl(file.get(), F_DUPFD_CLOEXEC, 0);
  if (copy >= 0 && ::close(copy) != 0) failure_ = errno;
  return put({});
}

auto output_file::commit() -> status {
  KIZASHI_TRY(flush());
  KIZASHI_TRY(close());
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), file_.c_str()) != 0)
    return system_failure(file_.string(), "write", errno);
  temporary_.clear();
  return {};
}

auto output_file::commit_durably() -> status {
  KIZASHI_TRY(flush());
  if (temporary_.empty()) return close();
  if (::fsync(out_.get()) != 0) return system_failure(file_.string(), "write", errno);
  KIZASHI_TRY(close());
  KIZASHI_TRY(rename_durably(temporary_, file_));
  temporary_.clear();
  return {};
}

}  // namespace kizashi
