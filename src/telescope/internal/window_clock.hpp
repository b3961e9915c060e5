// Event time: which window a row falls into, and when windows close.
//
// The watermark is the latest time of all rows before this one. A row earlier than the watermark is
// out of order. The current window is the one that holds the watermark; the previous window stays
// open for stragglers until the watermark has passed its end by `lateness`. A row whose window is
// neither is late. Nothing but the rows and their order decides: not the batches, not the workers,
// not the machine's clock.
#pragma once

#include <array>
#include <cstdint>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/stamp.hpp"
#include "kizashi/telescope/summary.hpp"

namespace kizashi::telescope::internal {

class window_clock {
public:
  /// 0 < length; 0 <= lateness <= length.
  window_clock(duration length, duration lateness) noexcept
      : length_{length.count()}, lateness_{lateness.count()} {}

  /// Some rows of a batch, one after the other, that fall between two changes of the current
  /// window.
  struct segment {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool opens = false;        ///< the current window changes before these rows
    bool is_adjacent = false;  ///< and the new one follows the old one without a gap
    timestamp start;           ///< of the current window for these rows
    bool is_uniform = true;    ///< all rows are in the current window; else see `phases`
  };

  /// The next segment of `batch` from row `begin` on.
  [[nodiscard]] auto next(net::packet_batch const& batch, batch_plan const& plan, std::size_t begin)
      -> segment;

  /// What a row with that time would do, without one.
  [[nodiscard]] auto advance_to(std::int64_t time) noexcept -> segment;
  /// Whether no row can be in the previous window any more.
  [[nodiscard]] auto has_left_previous() const noexcept -> bool {
    return watermark_ != timestamp::unknown().nanoseconds() && watermark_ - lateness_ >= start_;
  }
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io.time_field(self.start_);
    io.time_field(self.watermark_);
    io(self.order_);
    if constexpr (Io::is_reading) {
      constexpr auto unknown = timestamp::unknown().nanoseconds();
      io.expect(self.start_ == unknown || self.start_ % self.length_ == 0, "a window's start");
      self.end_ = self.start_ == unknown || !io.is_good() ? unknown : self.start_ + self.length_;
    }
  }

  /// By row of the batch, valid for the rows of the latest segment that is not uniform.
  [[nodiscard]] auto phases() const noexcept -> phase const* { return phases_.data(); }
  [[nodiscard]] auto order() const noexcept -> order_counts const& { return order_; }

private:
  [[nodiscard]] auto start_of(std::int64_t time) const noexcept -> std::int64_t {
    return time - time % length_;
  }
  void open(std::int64_t time, segment& answer) noexcept;
  [[nodiscard]] auto place(std::int64_t time) noexcept -> phase;

  std::int64_t length_;
  std::int64_t lateness_;
  std::int64_t start_ = timestamp::unknown().nanoseconds();  // of the current window
  std::int64_t end_ = timestamp::unknown().nanoseconds();
  std::int64_t watermark_ = timestamp::unknown().nanoseconds();
  order_counts order_;
  std::array<phase, net::packet_batch::capacity> phases_{};
};

}  // namespace kizashi::telescope::internal
