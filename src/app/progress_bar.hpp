// How far a reading has come, on a terminal's standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "kizashi/capture/frame_source.hpp"

namespace kizashi::app {

/// One line that is drawn anew at most ten times a second. Without a terminal nothing is written.
class progress_bar {
public:
  explicit progress_bar(bool is_wanted);
  ~progress_bar();
  progress_bar(progress_bar const&) = delete;
  auto operator=(progress_bar const&) -> progress_bar& = delete;

  void show(std::uint64_t packets, capture::progress const& position);
  /// Takes the line away.
  void clear();

private:
  using clock = std::chrono::steady_clock;
  bool is_shown_;
  bool is_drawn_ = false;
  clock::time_point begin_ = clock::now();
  clock::time_point drawn_at_{};
};

/// The line: "[#####-----]  45 %  12.3 M packets  18.2 M/s  4 s left"; without `total_bytes` there
/// is neither bar nor end. `seconds`: since the beginning.
[[nodiscard]] auto progress_line(std::uint64_t packets, capture::progress const& position,
                                 double seconds, unsigned width) -> std::string;

}  // namespace kizashi::app
