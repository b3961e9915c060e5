#include "kizashi/app/standard_input.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kizashi/app/terminal.hpp"

namespace kizashi::app {
namespace {

constexpr int pipe_size = 1 << 20;
constexpr int patience = 100;  // milliseconds until a stop is looked for again

auto can_wait(int descriptor) -> bool {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 &&
         (S_ISFIFO(facts.st_mode) || S_ISSOCK(facts.st_mode) || S_ISCHR(facts.st_mode));
}

/// Up to a buffer from one to the other; 0 at the end or when nobody reads any more.
auto copy_some(int from, int to) -> std::size_t {
  // Pipes are joined by the system without touching the bytes.
  auto moved = ::splice(from, nullptr, to, nullptr, pipe_size, SPLICE_F_MOVE);
  if (moved >= 0 || errno == EPIPE) return moved > 0 ? static_cast<std::size_t>(moved) : 0;
  std::array<char, 65536> buffer;
  auto const count = ::read(from, buffer.data(), buffer.size());
  if (count <= 0) return 0;
  for (ssize_t done = 0; done < count; done += moved) {
    moved = ::write(to, buffer.data() + done, static_cast<std::size_t>(count - done));
    if (moved < 0 && errno == EINTR) moved = 0;
    if (moved < 0) return 0;
  }
  return static_cast<std::size_t>(count);
}

}  // namespace

stoppable_input::stoppable_input() {
  if (!can_wait(STDIN_FILENO)) return;
  std::array<int, 2> ends{};
  file_descriptor from{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
  if (!from.is_open() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  file_descriptor const read_end{ends[0]};
  file_descriptor write_end{ends[1]};
  ::fcntl(write_end.get(), F_SETPIPE_SZ, pipe_size);
  if (::dup2(read_end.get(), STDIN_FILENO) < 0) return;
  from_ = std::move(from);
  to_ = std::move(write_end);
  thread_ = std::thread{[this] { hand_on(); }};
}

stoppable_input::~stoppable_input() {
  if (!thread_.joinable()) return;
  // With its last reader gone the thread cannot write any more.
  ::dup2(from_.get(), STDIN_FILENO);
  thread_.join();
}

void stoppable_input::hand_on() {
  pollfd wait{from_.get(), POLLIN, 0};
  pollfd reader{to_.get(), 0, 0};
  while (true) {
    auto const ready = ::poll(&wait, 1, patience);
    if (is_stop_wanted()) {
      was_stopped_.store(true);
      break;
    }
    if (::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0) break;
    if (ready > 0 && copy_some(from_.get(), to_.get()) == 0) break;
  }
  to_ = file_descriptor{};
}

}  // namespace kizashi::app
