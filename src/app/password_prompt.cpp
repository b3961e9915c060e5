#include "kizashi/app/password_prompt.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string_view>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/app/terminal.hpp"

namespace kizashi::app {
namespace {

constexpr std::size_t most_password_bytes = 4096;

void tell(std::string_view text) {
  auto const written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);  // nobody is there to read it
}

/// While it lives the terminal does not show what is typed.
class silence {
public:
  silence() : is_terminal_{::tcgetattr(STDIN_FILENO, &before_) == 0} {
    if (!is_terminal_) return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  silence(silence const&) = delete;
  auto operator=(silence const&) -> silence& = delete;
  ~silence() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

private:
  termios before_{};
  bool is_terminal_;
};

/// Waits until `read` will not. A signal that comes between a look at `is_stop_wanted` and a `read`
/// would be seen when the person has typed a line, so signals come only while this waits.
auto wait_for_input() -> status {
  sigset_t stops, before;
  ::sigemptyset(&stops);
  ::sigaddset(&stops, SIGINT);
  ::sigaddset(&stops, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &stops, &before);
  pollfd input{STDIN_FILENO, POLLIN, 0};
  int number = EINTR;
  while (number == EINTR && !is_stop_wanted())
    number = ::ppoll(&input, 1, nullptr, &before) < 0 ? errno : 0;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (is_stop_wanted()) return fail(errc::io_error, "stopped; nothing was changed");
  return number == 0 ? status{} : system_failure("standard input", "read", number);
}

/// One byte at a time: what follows the line belongs to somebody else.
auto read_line() -> result<std::string> {
  std::string line;
  for (char byte = 0;;) {
    KIZASHI_TRY(wait_for_input());
    auto const count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("standard input", "read", errno);
    if (count == 0 && line.empty())
      return fail(errc::io_error, "there is no password at standard input; expected one line");
    if (count == 0 || byte == '\n') break;
    line += byte;
    if (line.size() > most_password_bytes)
      return fail(errc::limit_reached,
                  fmt::format("the password has more than {} bytes", most_password_bytes));
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

auto read_new_password(std::string const& account) -> result<std::string> {
  if (::isatty(STDIN_FILENO) != 1) return read_line();
  silence const quiet;
  tell(fmt::format("New password of {}: ", account));
  KIZASHI_TRY(auto first, read_line());
  tell("Again: ");
  KIZASHI_TRY(auto const second, read_line());
  if (first != second)
    return fail(errc::out_of_range, "the two are not equal; nothing was changed");
  return first;
}

}  // namespace kizashi::app
