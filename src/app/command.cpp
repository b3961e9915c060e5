#include "kizashi/app/command.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/app/report.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

void say(std::string_view text) {
  auto const written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);  // nobody is left to tell
}

}  // namespace

auto say_failure(error const& what) -> int {
  // The reader of a pipe has gone: it knows, and has seen what it wanted.
  if (what.code == errc::interrupted) return is_stop_wanted() ? exit_failed : exit_done;
  for (auto const line : split(what.message, '\n'))
    say(fmt::format("kizashi: {}\n", printable(line)));
  return exit_failed;
}

auto say_usage(error const& what, std::string const& command) -> int {
  say_failure(what);
  say(fmt::format("kizashi: '{} --help' tells more\n", command));
  return exit_usage;
}

}  // namespace kizashi::app
