#include "kizashi/capture/live/pipe_source.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/live/internal/growing_capture.hpp"

namespace kizashi::capture::live {
namespace {

auto is_ready(int descriptor, duration patience) -> bool {
  pollfd wanted{descriptor, POLLIN, 0};
  auto const limit = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  return ::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(limit, 60'000))) > 0;
}

class pipe_supply final : public internal::byte_supply {
public:
  pipe_supply(int descriptor, std::string name) : descriptor_{descriptor}, name_{std::move(name)} {}

  auto read(std::span<std::uint8_t> into) -> result<internal::supplied> override {
    // The descriptor may be shared with other programs, so it is not made non-blocking.
    if (!is_ready(descriptor_, duration{})) return internal::supplied{};
    auto const count = ::read(descriptor_, into.data(), into.size());
    if (count > 0) return internal::supplied{static_cast<std::size_t>(count), false};
    if (count == 0) return internal::supplied{0, true};
    if (errno == EINTR || errno == EAGAIN) return internal::supplied{};
    return fail(system_error_code(errno), fmt::format("cannot read: {}", system_error_text(errno)));
  }
  auto name() const -> std::string override { return name_; }

private:
  int descriptor_;
  std::string name_;
};

class pipe_source final : public live_source {
public:
  pipe_source(file_descriptor file, std::string name)
      : file_{std::move(file)},
        name_{std::move(name)},
        capture_{std::make_unique<pipe_supply>(file_.get(), name_)} {}

  auto statistics() const -> source_statistics override {
    std::lock_guard const held{mutex_};
    return counted_;
  }
  auto notes() const -> std::vector<note> override { return capture_.notes(); }
  auto name() const -> std::string override { return name_; }

private:
  auto do_receive(net::frame_block& out, duration patience) -> result<arrival> override {
    if (failure_) return tl::unexpected<error>{*failure_};
    auto came = capture_.next(out);
    if (came && *came == flow::idle && is_ready(file_.get(), patience)) came = capture_.next(out);
    if (!came) {
      failure_ = std::move(came).error();
      return tl::unexpected<error>{*failure_};
    }
    if (*came != flow::frames) return arrival{*came, {}};
    std::lock_guard const held{mutex_};
    for (auto const& each : out.frames) {
      ++counted_.received;
      counted_.received_bytes += each.wire;
      counted_.cut += each.captured < each.wire ? 1 : 0;
    }
    return arrival{flow::frames, out.frames.back().time};
  }

  file_descriptor file_;
  std::string name_;
  internal::growing_capture capture_;
  std::optional<error> failure_;
  mutable std::mutex mutex_;  // guards what follows
  source_statistics counted_;
};

}  // namespace

auto open_pipe(std::string const& path) -> result<std::unique_ptr<live_source>> {
  auto const is_standard_input = path == "-";
  auto name = is_standard_input ? std::string{"standard input"} : path;
  // A named pipe without a writer would hold up the opening.
  auto const number = is_standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0) return system_failure(name, "open", errno);
  file_descriptor file{number};
  struct stat facts {};
  if (::fstat(number, &facts) != 0) return system_failure(name, "open", errno);
  if (S_ISDIR(facts.st_mode)) return system_failure(name, "read", EISDIR);
  return std::make_unique<pipe_source>(std::move(file), std::move(name));
}

}  // namespace kizashi::capture::live
