// When to look after a live source: not before all that is open of it could be over.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kizashi/base/time.hpp"

namespace kizashi::telescope::internal {

/// A source as it was when the timer was set. Its place may have another one since: then the
/// serial number differs.
struct timer_entry {
  std::uint32_t number = 0;
  std::uint32_t serial = 0;
};

/// Steps are a quarter of the time after which an event is over and lie at multiples of that since
/// 1970: where they fall in the stream depends on the stream alone. Sources wait in a ring of
/// buckets, by the first step at which they could be silent for long enough, and one that was not
/// is put back. So each is looked at about once per timeout.
class source_timer {
public:
  /// `silence`: ns until an event is over, more than 0.
  explicit source_timer(std::int64_t silence) noexcept
      : silence_{silence}, step_{std::max<std::int64_t>(1, (silence + 3) / 4)} {}

  /// Sets the timer of a source that was heard at `last`.
  void add(timer_entry entry, std::int64_t last) {
    auto due = tick_ + 1;
    if (last != timestamp::unknown().nanoseconds())
      due = std::max(due, (last + silence_) / step_ + 1);
    auto const bucket = static_cast<std::size_t>(due) % buckets_.size();
    buckets_[bucket].push_back(entry);
    ++entries_;
  }
  /// Whether the watermark `now` has passed a step.
  [[nodiscard]] auto is_step(std::int64_t now) const noexcept -> bool {
    return now / step_ > tick_;
  }
  /// Goes on to the last step before `now`. Calls `visit(entry, time of its step)` for each entry
  /// that is due and of which `is_live(entry)` says that its source is still there. Each step is
  /// taken, also where the time jumps: what ends at it does not depend on when a packet came behind
  /// it.
  template <class IsLive, class Visit>
  void advance(std::int64_t now, IsLive&& is_live, Visit&& visit) {
    auto const target = now / step_;
    if (target <= tick_) return;
    while (tick_ < target && entries_ > 0) {
      ++tick_;
      auto const due =
          std::exchange(buckets_[static_cast<std::size_t>(tick_) % buckets_.size()], {});
      entries_ -= due.size();
      for (auto const& each : due)
        if (is_live(each)) visit(each, tick_ * step_);
    }
    tick_ = target;
  }
  /// For a saved state: calls `visit(entry, steps until it is due)` for each entry, in the order in
  /// which they will be due.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::int64_t steps = 1; steps <= most_steps; ++steps)
      for (auto const& each : buckets_[static_cast<std::size_t>(tick_ + steps) % buckets_.size()])
        visit(each, static_cast<unsigned>(steps));
  }
  [[nodiscard]] auto tick() const noexcept -> std::int64_t { return tick_; }
  /// Before anything is added.
  void set_tick(std::int64_t tick) noexcept { tick_ = tick; }
  /// `steps`: 1 .. `most_steps`.
  void add_due(timer_entry entry, unsigned steps) {
    buckets_[static_cast<std::size_t>(tick_ + steps) % buckets_.size()].push_back(entry);
    ++entries_;
  }
  static constexpr std::int64_t most_steps = 8;
  [[nodiscard]] auto entries() const noexcept -> std::size_t { return entries_; }
  /// Forgets entries whose sources have gone.
  template <class IsLive>
  void clean(IsLive&& is_live) {
    entries_ = 0;
    for (auto& bucket : buckets_) {
      std::erase_if(bucket, [&](auto const& each) { return !is_live(each); });
      entries_ += bucket.size();
    }
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    std::size_t sum = 0;
    for (auto const& bucket : buckets_) sum += bucket.capacity() * sizeof(timer_entry);
    return sum;
  }

private:
  std::int64_t silence_;
  std::int64_t step_;
  std::int64_t tick_ = 0;
  std::size_t entries_ = 0;
  std::array<std::vector<timer_entry>, most_steps> buckets_;
};

}  // namespace kizashi::telescope::internal
