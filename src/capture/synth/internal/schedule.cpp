#include "kizashi/capture/synth/internal/schedule.hpp"

#include <algorithm>

#include "kizashi/capture/synth/internal/arrivals.hpp"
#include "kizashi/capture/synth/internal/exact_math.hpp"

namespace kizashi::capture::synth {

rhythm::rhythm(scenario const& of)
    : start_{of.start.nanoseconds() / 1'000'000'000},
      amplitude_{of.rhythm_amplitude},
      peak_{static_cast<double>(whole_seconds(of.rhythm_peak))} {}

auto rhythm::factor(std::int64_t second) const noexcept -> double {
  if (amplitude_ == 0) return 1;
  auto turns = (static_cast<double>(second_of_day(second)) - peak_) / 86400;
  if (turns < 0) turns += 1;
  return 1 + amplitude_ * exact_cosine_of_turns(turns);
}

schedule::schedule(actor_spec const& spec, scenario const& of, actor const& plays,
                   rhythm const& day, std::uint64_t seed)
    : plays_{&plays},
      day_{&day},
      random_{mix64(seed ^ 0x5C)},
      start_{whole_seconds(spec.start)},
      stop_{whole_seconds(spec.stop == duration{} ? of.length : std::min(spec.stop, of.length))},
      daily_start_{whole_seconds(spec.daily_start)},
      daily_stop_{whole_seconds(spec.daily_stop)},
      follows_day_{spec.rhythm},
      rate_{spec.rate} {
  for (std::int64_t second = start_; second < stop_; ++second) {
    auto const each = weight(second);
    whole_ += each;
    highest_ = std::max(highest_, each);
  }
  if (spec.packets > 0) fix(spec.packets);
}

auto schedule::weight(std::int64_t second) const -> double {
  if (second < start_ || second >= stop_) return 0;
  if (daily_start_ != daily_stop_) {
    auto const time = day_->second_of_day(second);
    auto const is_active = daily_start_ < daily_stop_ ? time >= daily_start_ && time < daily_stop_
                                                      : time >= daily_start_ || time < daily_stop_;
    if (!is_active) return 0;
  }
  return plays_->intensity(second) * (follows_day_ ? day_->factor(second) : 1);
}

auto schedule::expected() const noexcept -> double {
  return is_exact_ ? static_cast<double>(exact_) : rate_ * whole_;
}

auto schedule::peak() const noexcept -> double {
  if (!is_exact_) return rate_ * highest_;
  return whole_ > 0 ? static_cast<double>(exact_) * highest_ / whole_ : 0;
}

auto schedule::up_to(double weights) const noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>(static_cast<double>(exact_) * (weights / whole_));
}

void schedule::enter(std::int64_t second) {
  before_ += now_;
  now_ = weight(second);
  if (!is_exact_) return;
  in_second_ = now_ > 0 ? up_to(before_ + now_) - up_to(before_) : 0;
}

auto schedule::count(std::uint32_t index, std::uint32_t slices) -> std::uint32_t {
  if (now_ <= 0) return 0;
  if (is_exact_)
    return static_cast<std::uint32_t>(in_second_ * (index + 1) / slices -
                                      in_second_ * index / slices);
  return static_cast<std::uint32_t>(draw_poisson(random_, rate_ * now_ / slices));
}

}  // namespace kizashi::capture::synth
