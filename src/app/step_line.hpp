// What a long command is at, on a terminal's standard error.
#pragma once

#include <string_view>

namespace kizashi::app {

/// One line that is written anew with each step. Without a terminal nothing is written.
class step_line {
public:
  step_line();
  ~step_line();
  step_line(step_line const&) = delete;
  auto operator=(step_line const&) -> step_line& = delete;

  void show(std::string_view step);
  /// Takes the line away.
  void clear();

private:
  bool is_shown_;
  bool is_drawn_ = false;
};

}  // namespace kizashi::app
