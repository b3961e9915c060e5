#include "kizashi/app/text_sink.hpp"

#include <cerrno>
#include <unistd.h>

namespace kizashi::app {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10;

}  // namespace

auto standard_output::write(std::string_view text) -> status {
  buffer_ += text;
  return buffer_.size() < buffer_size ? status{} : flush();
}

auto standard_output::flush() -> status {
  std::string_view left = buffer_;
  while (!left.empty()) {
    auto const written = ::write(STDOUT_FILENO, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE)
      return fail(errc::interrupted, "standard output: the reader has gone");
    if (written < 0) return system_failure("standard output", "write", errno);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

}  // namespace kizashi::app
