#include "kizashi/app/progress_bar.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

/// A bar that cannot be drawn is no reason to stop.
void write_error(std::string_view text) {
  auto const written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

}  // namespace

auto progress_line(std::uint64_t packets, capture::progress const& position, double seconds,
                   unsigned width) -> std::string {
  auto const rate = seconds > 0 ? static_cast<double>(packets) / seconds : 0;
  auto tail = fmt::format("{} packets  {}/s", short_number(static_cast<double>(packets)),
                          short_number(rate));
  if (position.total_bytes == 0) return tail;
  auto const done = std::min(
      1.0, static_cast<double>(position.read_bytes) / static_cast<double>(position.total_bytes));
  if (done > 0 && seconds > 1) {
    auto const left = std::chrono::duration<double>(seconds * (1 - done) / done);
    tail += fmt::format("  {} left", short_duration(std::chrono::duration_cast<duration>(left)));
  }
  auto const head = fmt::format("{:3.0f} %  {}", done * 100, tail);
  if (width < head.size() + 14) return head;
  auto const cells = std::min<std::size_t>(30, width - head.size() - 4);
  auto const full = static_cast<std::size_t>(done * static_cast<double>(cells));
  return fmt::format("[{}{}] {}", std::string(full, '#'), std::string(cells - full, '-'), head);
}

progress_bar::progress_bar(bool is_wanted) : is_shown_{is_wanted && ::isatty(STDERR_FILENO) == 1} {}

progress_bar::~progress_bar() {
  clear();
}

void progress_bar::show(std::uint64_t packets, capture::progress const& position) {
  if (!is_shown_) return;
  auto const at = clock::now();
  if (at - drawn_at_ < std::chrono::milliseconds{100}) return;
  drawn_at_ = at;
  auto const seconds = std::chrono::duration<double>(at - begin_).count();
  auto const width = terminal_width(STDERR_FILENO);
  write_error("\r\x1b[K" + progress_line(packets, position, seconds, width));
  is_drawn_ = true;
}

void progress_bar::clear() {
  if (is_drawn_) write_error("\r\x1b[K");
  is_drawn_ = false;
}

}  // namespace kizashi::app
