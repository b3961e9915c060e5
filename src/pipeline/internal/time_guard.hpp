// Takes single false times out of a stream. A packet whose clock said 2090 would otherwise move the
// watermark there, and every packet behind it would be late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "kizashi/capture/frame_source.hpp"

namespace kizashi::pipeline::internal {

/// Gives the frames of another source. A time is false when it is more than `leap` after all times
/// before it and one of the `sight` frames behind it is back before the leap: then the frame has no
/// known time. A leap from which nobody comes back is a gap in the capture and stands.
///
/// What is false depends on the frames and their order, not on how they come in blocks: where a
/// leap is too near the end of a block, the next ones are asked for ahead.
class time_guard : public capture::frame_source {
public:
  static constexpr duration leap = std::chrono::hours{1};
  static constexpr std::size_t sight = 16;

  explicit time_guard(capture::frame_source& from) noexcept : from_{from} {}

  [[nodiscard]] auto next(net::frame_block& out) -> status override;
  [[nodiscard]] auto position() const -> capture::progress override { return from_.position(); }
  [[nodiscard]] auto notes() const -> std::vector<capture::note> override { return from_.notes(); }
  /// Frames whose time was false so far.
  [[nodiscard]] auto false_times() const noexcept -> std::uint64_t { return false_times_; }

private:
  [[nodiscard]] auto check(net::frame_block& block) -> status;
  [[nodiscard]] auto is_false(net::frame_block const& block, std::size_t at) -> result<bool>;

  capture::frame_source& from_;
  std::deque<net::frame_block> ahead_;  // asked for before its turn; the last may be the empty one
  timestamp latest_ = timestamp::unknown();
  std::uint64_t false_times_ = 0;
};

}  // namespace kizashi::pipeline::internal
