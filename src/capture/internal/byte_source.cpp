#include "kizashi/capture/internal/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::capture::internal {
namespace {

class file_source final : public byte_source {
public:
  file_source(std::string name, file_descriptor file, std::uint64_t total, bool is_repeatable)
      : name_{std::move(name)},
        file_{std::move(file)},
        total_{total},
        is_repeatable_{is_repeatable} {}

  auto read(std::span<std::uint8_t> into) -> result<std::size_t> override {
    while (true) {
      auto const count = ::read(file_.get(), into.data(), into.size());
      if (count >= 0) {
        position_ += static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) {
        return fail(system_error_code(errno), fmt::format("{}: offset {}: cannot read: {}", name_,
                                                          position_, system_error_text(errno)));
      }
    }
  }
  auto position() const noexcept -> std::uint64_t override { return position_; }
  auto total() const noexcept -> std::uint64_t override { return total_; }
  auto name() const noexcept -> std::string const& override { return name_; }
  auto is_repeatable() const noexcept -> bool override { return is_repeatable_; }

private:
  std::string name_;
  file_descriptor file_;
  std::uint64_t total_;
  std::uint64_t position_ = 0;
  bool is_repeatable_;
};

class memory_source final : public byte_source {
public:
  memory_source(std::span<std::uint8_t const> bytes, std::string name, std::size_t step)
      : bytes_{bytes}, name_{std::move(name)}, step_{std::max<std::size_t>(step, 1)} {}

  auto read(std::span<std::uint8_t> into) -> result<std::size_t> override {
    auto const count = std::min({into.size(), bytes_.size() - position_, step_});
    if (count > 0) std::memcpy(into.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  auto position() const noexcept -> std::uint64_t override { return position_; }
  auto total() const noexcept -> std::uint64_t override { return bytes_.size(); }
  auto name() const noexcept -> std::string const& override { return name_; }
  auto is_repeatable() const noexcept -> bool override { return false; }

private:
  std::span<std::uint8_t const> bytes_;
  std::string name_;
  std::size_t step_;
  std::size_t position_ = 0;
};

}  // namespace

auto open_file(std::string const& path) -> result<std::unique_ptr<byte_source>> {
  auto const is_standard_input = path == "-";
  auto name = is_standard_input ? std::string{"standard input"} : path;
  auto const number = is_standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) {
    auto failure = system_failure(name, "open", errno);
    if (errno == EMFILE) {
      failure.value().message +=
          "; more captures overlap in time than may be open at once; raise the limit with ulimit "
          "-n";
    }
    return failure;
  }
  file_descriptor file{number};
  struct stat facts {};
  if (::fstat(number, &facts) != 0) return system_failure(name, "open", errno);
  if (S_ISDIR(facts.st_mode)) return system_failure(name, "read", EISDIR);
  auto const is_regular = S_ISREG(facts.st_mode);
  if (is_regular) static_cast<void>(::posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL));
  return std::make_unique<file_source>(std::move(name), std::move(file),
                                       is_regular ? static_cast<std::uint64_t>(facts.st_size) : 0,
                                       is_regular && !is_standard_input);
}

auto open_bytes(std::span<std::uint8_t const> bytes, std::string name, std::size_t step)
    -> std::unique_ptr<byte_source> {
  return std::make_unique<memory_source>(bytes, std::move(name), step);
}

}  // namespace kizashi::capture::internal
