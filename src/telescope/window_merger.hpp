// The workers' parts of each window, put together in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::telescope {

/// Each worker hands over its parts in the order in which windows close; the n-th parts of all
/// workers are one window. Windows without packets are left out. May be called from several
/// threads.
class window_merger {
public:
  /// `sink` may be null. `keeps_rows`: whether windows that were handed over stand in `rows`.
  window_merger(unsigned workers, window_sink* sink, bool keeps_rows = true)
      : next_(workers), sink_{sink}, keeps_rows_{keeps_rows} {}

  /// Takes `parts`, which are empty afterwards. Fails when the sink does.
  [[nodiscard]] auto add(unsigned worker, std::vector<window>& parts) -> status;

  /// What `take_rows` would give; belongs to the caller while nobody adds anything.
  [[nodiscard]] auto rows() noexcept -> std::vector<window_row>& { return rows_; }
  /// What `summary::windows` says of the windows that are complete.
  [[nodiscard]] auto take_rows() -> std::vector<window_row> { return std::move(rows_); }

private:
  struct pending {
    window sum;
    unsigned parts = 0;
  };

  [[nodiscard]] auto hand_over() -> status;

  std::mutex mutex_;
  std::deque<pending> pending_;  // the first is number `first_`
  std::size_t first_ = 0;
  std::vector<std::size_t> next_;  // by worker: the number of its next part
  std::vector<window_row> rows_;
  window_sink* sink_;
  bool keeps_rows_;
};

}  // namespace kizashi::telescope
