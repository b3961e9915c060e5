// What the place is like where text appears, and whether somebody wants to stop.
#pragma once

#include "kizashi/app/report.hpp"

namespace kizashi::app {

/// Columns of the terminal behind `descriptor`, else $COLUMNS, else 80; 40 to 160.
[[nodiscard]] auto terminal_width(int descriptor) -> unsigned;

/// The style for standard output: colour on a terminal unless NO_COLOR is set
/// (https://no-color.org), UTF-8 when the locale's name (LC_ALL, LC_CTYPE, LANG) says so.
[[nodiscard]] auto output_style() -> text_style;

/// The same, but nothing is cut where standard output is no terminal: for rows that programs read.
[[nodiscard]] auto uncut_style() -> text_style;

/// From now on writing into a pipe that nobody reads is a failure (EPIPE) and not the end of the
/// program.
void ignore_broken_pipes();

/// From now on SIGINT and SIGTERM ask to stop instead of ending the program; a second one ends it.
/// SIGPIPE is ignored.
void listen_for_stop();
/// Whether one came.
[[nodiscard]] auto is_stop_wanted() noexcept -> bool;

/// From now on SIGHUP asks to read the configuration again instead of ending the program.
void listen_for_reload();
/// Whether one came since the last time that this was asked.
[[nodiscard]] auto take_reload_wish() noexcept -> bool;

}  // namespace kizashi::app
