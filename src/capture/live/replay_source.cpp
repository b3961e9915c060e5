#include "kizashi/capture/live/replay_source.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kizashi::capture::live {

replay_source::replay_source(std::unique_ptr<frame_source> of, replay_options options,
                             live::clock& clock)
    : of_{std::move(of)}, options_{std::move(options)}, clock_{clock} {
  KIZASHI_ASSERT(options_.speed >= 0 && std::isfinite(options_.speed) &&
                 options_.grain.count() > 0);
  mark_.of = options_.from.of;
}

auto replay_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  KIZASHI_TRY(auto const has_more, fill());
  if (!has_more) return arrival{flow::ended, {}};
  if (options_.speed > 0 && has_begun_) {
    auto const due = began_ + due_of(held_.frames[next_]);
    if (auto const left = due - clock_.steady(); left.count() > 0) {
      clock_.sleep(std::min(left, patience));
      if (left > patience) return arrival{flow::idle, reached()};
    }
  }
  give(out);
  return arrival{out.frames.empty() ? flow::idle : flow::frames, reached()};
}

/// Answers whether there is a frame to give.
auto replay_source::fill() -> result<bool> {
  while (next_ == held_.frames.size() && !is_stopped()) {
    next_ = 0;
    KIZASHI_TRY(of_->next(held_));
    if (held_.frames.empty()) return false;
    pass_over();
  }
  return next_ < held_.frames.size();
}

/// Of the frames that were just read, those that an earlier replay has given.
void replay_source::pass_over() {
  if (mark_.frames == 0) {
    mark_.first = held_.frames.front().time;
    if (mark_.first != options_.from.first) options_.from.frames = 0;
  }
  auto const left = options_.from.frames - passed_over_;
  next_ = static_cast<std::size_t>(std::min<std::uint64_t>(left, held_.frames.size()));
  passed_over_ += next_;
  mark_.frames += next_;
}

/// The clock starts with the first frame whose time is known; those before it are due with it.
void replay_source::begin(timestamp first) {
  has_begun_ = true;
  first_ = first;
  latest_ = first;
  began_ = clock_.steady();
  if (options_.is_shifted_to_now) shift_ = clock_.now() - first;
}

/// Since the beginning, by the clock; in whole grains, rounded up.
auto replay_source::due_of(net::frame const& each) const -> duration {
  auto const time = each.time.is_known() ? std::max(each.time, latest_) : latest_;
  auto const own = static_cast<double>((time - first_).count()) / options_.speed;
  auto const grain = static_cast<double>(options_.grain.count());
  // A capture with a wild time must not overflow the clock: 100 years are never waited for.
  constexpr double longest = 3.2e18;
  return duration{static_cast<std::int64_t>(std::min(std::ceil(own / grain) * grain, longest))};
}

void replay_source::give(net::frame_block& out) {
  auto const elapsed = has_begun_ ? clock_.steady() - began_ : duration{};
  auto first_due = duration{-1};
  auto const is_paced = options_.speed > 0;
  auto const begin_at = next_;
  for (; next_ < held_.frames.size(); ++next_) {
    auto& each = held_.frames[next_];
    if (!has_begun_ && each.time.is_known()) begin(each.time);
    if (has_begun_ && is_paced) {
      auto const due = due_of(each);
      if (first_due.count() < 0) first_due = due;
      if (due.count() > 0 && due > elapsed) break;
    }
    if (each.time.is_known()) {
      latest_ = std::max(latest_, each.time);
      each.time = shifted(each.time);
    }
  }
  mark_.frames += next_ - begin_at;
  if (begin_at == 0 && next_ == held_.frames.size()) {
    std::swap(out, held_);  // all of it: nothing is copied
    held_.clear();
    next_ = 0;
  } else {
    for (auto i = begin_at; i < next_; ++i) {
      auto const& each = held_.frames[i];
      out.append(each.time, each.link, each.wire, held_.data(each));
    }
  }
  count(out, is_paced && first_due.count() >= 0 ? elapsed - first_due : duration{});
}

/// No later than times are read from anywhere.
auto replay_source::shifted(timestamp time) const -> timestamp {
  return time > timestamp::latest() - std::max(shift_, duration{}) ? timestamp::latest()
                                                                   : time + shift_;
}

auto replay_source::reached() const -> timestamp {
  if (!has_begun_) return timestamp::unknown();
  if (options_.speed == 0) return shifted(latest_);
  // What is due within the grain was not given yet.
  auto const passed = std::max(clock_.steady() - began_ - options_.grain, duration{});
  auto const own = static_cast<double>(passed.count()) * options_.speed;
  auto const until = first_ + duration{static_cast<std::int64_t>(std::min(own, 3.2e18))};
  // Behind its pace, or before the next frame is known, it has come only as far as what was given.
  if (next_ == held_.frames.size()) return shifted(latest_);
  auto const& each = held_.frames[next_];
  if (each.time.is_known() && each.time < until) return shifted(latest_);
  return shifted(std::max(until, latest_));
}

void replay_source::count(net::frame_block const& given, duration late) {
  std::lock_guard const held{mutex_};
  counted_.received += given.frames.size();
  for (auto const& each : given.frames) {
    counted_.received_bytes += each.wire;
    counted_.cut += each.captured < each.wire ? 1 : 0;
  }
  counted_.late_by = std::max(late, duration{});
  counted_.latest_by = std::max(counted_.latest_by, counted_.late_by);
}

auto replay_source::statistics() const -> source_statistics {
  std::lock_guard const held{mutex_};
  return counted_;
}

}  // namespace kizashi::capture::live
