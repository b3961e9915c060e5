#include "kizashi/app/step_line.hpp"

#include <string>
#include <unistd.h>

#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"

namespace kizashi::app {
namespace {

/// A line that cannot be drawn is no reason to stop.
void write_step(std::string_view text) {
  auto const written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

}  // namespace

step_line::step_line() : is_shown_{::isatty(STDERR_FILENO) == 1} {}

step_line::~step_line() {
  clear();
}

void step_line::show(std::string_view step) {
  if (!is_shown_) return;
  write_step("\r\x1b[K" + fit(step, terminal_width(STDERR_FILENO) - 1, false));
  is_drawn_ = true;
}

void step_line::clear() {
  if (is_drawn_) write_step("\r\x1b[K");
  is_drawn_ = false;
}

}  // namespace kizashi::app
