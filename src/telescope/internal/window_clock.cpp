#include "kizashi/telescope/internal/window_clock.hpp"

#include <algorithm>

namespace kizashi::telescope::internal {
namespace {
constexpr auto unknown = timestamp::unknown().nanoseconds();
}

void window_clock::open(std::int64_t time, segment& answer) noexcept {
  auto const start = start_of(time);
  answer.opens = true;
  answer.is_adjacent = start == end_;
  start_ = start;
  end_ = start + length_;
}

auto window_clock::place(std::int64_t time) noexcept -> phase {
  if (time == unknown) {
    ++order_.untimed;
    return phase::closed;
  }
  if (time >= watermark_) {
    watermark_ = time;
    return phase::current;
  }
  ++order_.out_of_order;
  if (time >= start_) return phase::current;
  if (time >= start_ - length_ && watermark_ < start_ + lateness_) return phase::previous;
  ++order_.late;
  return phase::closed;
}

auto window_clock::advance_to(std::int64_t time) noexcept -> segment {
  segment answer;
  if (time >= end_) open(time, answer);
  answer.start = timestamp{start_};
  watermark_ = std::max(watermark_, time);
  return answer;
}

auto window_clock::next(net::packet_batch const& batch, batch_plan const& plan, std::size_t begin)
    -> segment {
  segment answer;
  answer.begin = begin;
  auto const* const times = batch.time.data();
  auto const size = batch.size();
  if (times[begin] != unknown && times[begin] >= end_) open(times[begin], answer);
  answer.start = timestamp{start_};
  if (plan.is_in_order() && times[begin] >= watermark_ && times[begin] >= start_) {
    auto const* const stop = std::lower_bound(times + begin, times + size, end_);
    answer.end = static_cast<std::size_t>(stop - times);
    watermark_ = times[answer.end - 1];
    return answer;
  }
  answer.is_uniform = false;
  auto row = begin;
  for (; row < size && (times[row] < end_ || times[row] == unknown); ++row)
    phases_[row] = place(times[row]);
  answer.end = row;
  return answer;
}

}  // namespace kizashi::telescope::internal
