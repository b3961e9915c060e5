// Takes single false times out of a stream. A packet whose clock said 2090 would otherwise move the
// watermark there, and every packet behind it would be late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "kizashi/base/state.hpp"
#include "kizashi/capture/frame_source.hpp"

namespace kizashi::pipeline::internal {

/// Gives on the frames of a source. A time is false when it is more than `leap` after all times
/// before it and one of the `sight` frames behind it is back before the leap: then the frame has no
/// known time. A leap from which nobody comes back is a gap in the capture and stands.
///
/// What is false depends on the frames and their order, not on how they come in blocks: where a
/// leap is too near the end of a block, the next ones are asked for ahead. When the source has
/// none, the frame and those behind it wait here until there are enough, or until somebody knows
/// better.
class time_guard {
public:
  static constexpr duration leap = std::chrono::hours{1};
  static constexpr std::size_t sight = 16;

  /// The next block of `from`, or what waited here. Empty: there is nothing to be given on now.
  [[nodiscard]] auto next(capture::frame_source& from, net::frame_block& out) -> status;
  /// Nothing will come behind what waits: it stands.
  void end() noexcept { is_ended_ = true; }
  /// That time has been reached, says somebody who knows: it is no leap.
  void trust(timestamp now) noexcept;
  [[nodiscard]] auto is_waiting() const noexcept -> bool { return !ahead_.empty(); }
  /// Makes what waits independent of its source.
  void keep();
  /// Frames whose time was false so far.
  [[nodiscard]] auto false_times() const noexcept -> std::uint64_t { return false_times_; }

  void save(state_writer& out) const;
  void restore(state_reader& in);

private:
  enum class verdict : std::uint8_t { stands, is_false, open };

  [[nodiscard]] auto check(capture::frame_source& from, net::frame_block& block) -> status;
  [[nodiscard]] auto judge(capture::frame_source& from, net::frame_block const& block,
                           std::size_t at) -> result<verdict>;
  void hold(net::frame_block& block, std::size_t first);

  std::deque<net::frame_block> ahead_;  // asked for before its turn
  timestamp latest_ = timestamp::unknown();
  std::uint64_t false_times_ = 0;
  bool is_ended_ = false;
};

}  // namespace kizashi::pipeline::internal
