// Standard input that a person can stop.
#pragma once

#include <atomic>
#include <thread>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::app {

/// While it lives, a pipe or terminal at standard input is handed on by a thread, so that a reader
/// who waits for a slow sender meets the end of the input soon after `is_stop_wanted`. Anything
/// else at standard input stays as it is. Whoever reads standard input or a copy of it must have
/// closed that before this ends.
class stoppable_input {
public:
  stoppable_input();
  ~stoppable_input();
  stoppable_input(stoppable_input const&) = delete;
  auto operator=(stoppable_input const&) -> stoppable_input& = delete;

  /// Whether the reader met an end that was none.
  [[nodiscard]] auto was_stopped() const noexcept -> bool { return was_stopped_.load(); }

private:
  void hand_on();

  file_descriptor from_;
  file_descriptor to_;
  std::atomic<bool> was_stopped_{false};
  std::thread thread_;
};

}  // namespace kizashi::app
