// The most packets in any minute of a vector.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace kizashi::telescope::internal {

/// Buckets of 10 s begin with the first packet that is added, as corsaro's do; a minute is six of
/// them, slid by one. Packets may come out of order: the answer is exact while none is more than
/// 20 s behind the latest. One that is further behind is seen in fewer minutes, beyond 70 s in
/// none, so that the answer is then a lower bound.
class minute_rate {
public:
  void add(std::int64_t time) noexcept {
    if (top_ == none) origin_ = time, top_ = 0;
    auto const bucket = bucket_of(time);
    if (bucket > top_) advance(bucket);
    if (bucket <= top_ - kept) return;
    ++at(bucket);
    // All minutes that hold the bucket and can be told in full.
    auto const last = std::min(top_, bucket + minute - 1);
    for (auto end = std::max(bucket, top_ - (kept - minute)); end <= last; ++end) {
      std::uint64_t sum = 0;
      for (auto each = end - minute + 1; each <= end; ++each) sum += at(each);
      most_ = std::max(most_, sum);
    }
  }
  [[nodiscard]] auto most() const noexcept -> std::uint64_t { return most_; }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.most_, self.counts_);
    io.time_field(self.origin_);
    io(self.top_);
    if constexpr (Io::is_reading)
      io.expect(self.origin_ >= 0 &&
                    (self.top_ == none || (self.top_ >= -farthest && self.top_ <= farthest)),
                "a minute");
  }

private:
  static constexpr std::int64_t farthest = std::int64_t{1} << 40;  ///< buckets; more than time has
  static constexpr std::int64_t length = 10'000'000'000;           // ns
  static constexpr std::int64_t minute = 6;
  static constexpr std::int64_t kept = 8;
  static constexpr auto none = std::numeric_limits<std::int64_t>::min();

  /// Rounded down, below zero too.
  [[nodiscard]] auto bucket_of(std::int64_t time) const noexcept -> std::int64_t {
    auto const offset = time - origin_;
    return offset / length - (offset % length < 0);
  }
  [[nodiscard]] auto at(std::int64_t bucket) noexcept -> std::uint32_t& {
    return counts_[static_cast<std::uint64_t>(bucket) % kept];
  }
  void advance(std::int64_t bucket) noexcept {
    for (auto each = std::max(top_ + 1, bucket - kept + 1); each <= bucket; ++each) at(each) = 0;
    top_ = bucket;
  }

  std::int64_t origin_ = 0;
  std::int64_t top_ = none;
  std::uint64_t most_ = 0;
  std::array<std::uint32_t, kept> counts_{};
};

}  // namespace kizashi::telescope::internal
