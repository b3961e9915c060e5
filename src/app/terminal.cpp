#include "kizashi/app/terminal.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

constexpr unsigned least_width = 40;
constexpr unsigned most_width = 160;

std::atomic<bool> stop_wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

std::atomic<bool> reload_wanted{false};

extern "C" void want_reload(int) {
  reload_wanted.store(true, std::memory_order_relaxed);
}

extern "C" void want_stop(int) {
  stop_wanted.store(true, std::memory_order_relaxed);
}

auto variable(char const* name) -> std::string_view {
  auto const* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

auto is_utf8_locale() -> bool {
  for (auto const* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto const value = variable(name);
    if (value.empty()) continue;
    for (auto const* const mark : {"UTF-8", "utf-8", "UTF8", "utf8"})
      if (value.find(mark) != std::string_view::npos) return true;
    return false;
  }
  return false;
}

}  // namespace

auto terminal_width(int descriptor) -> unsigned {
  winsize size{};
  unsigned width = 80;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = size.ws_col;
  else if (auto const columns = parse_unsigned(variable("COLUMNS"), most_width))
    width = static_cast<unsigned>(*columns);
  return std::clamp(width, least_width, most_width);
}

auto output_style() -> text_style {
  text_style style;
  style.width = terminal_width(STDOUT_FILENO);
  style.has_colour =
      ::isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  style.is_utf8 = is_utf8_locale();
  return style;
}

auto uncut_style() -> text_style {
  auto style = output_style();
  if (::isatty(STDOUT_FILENO) != 1) style.width = 1'000'000;
  return style;
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

void listen_for_stop() {
  struct sigaction action {};
  action.sa_handler = want_stop;
  // Without SA_RESTART a read that waits for a slow pipe comes back; the second signal meets the
  // system's own answer.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

void listen_for_reload() {
  struct sigaction action {};
  action.sa_handler = want_reload;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGHUP, &action, nullptr);
}

auto take_reload_wish() noexcept -> bool {
  return reload_wanted.exchange(false, std::memory_order_relaxed);
}

auto is_stop_wanted() noexcept -> bool {
  return stop_wanted.load(std::memory_order_relaxed);
}

}  // namespace kizashi::app
