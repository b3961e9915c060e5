#include "kizashi/pipeline/internal/time_guard.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace kizashi::pipeline::internal {
namespace {

/// The frames from `first` on with bytes of their own.
auto copy_of(net::frame_block const& block, std::size_t first) -> net::frame_block {
  net::frame_block answer;
  for (auto const& each : std::span{block.frames}.subspan(first))
    answer.append(each.time, each.link, each.wire, block.data(each));
  return answer;
}

}  // namespace

auto time_guard::next(capture::frame_source& from, net::frame_block& out) -> status {
  if (!ahead_.empty()) {
    out = std::move(ahead_.front());
    ahead_.pop_front();
  } else {
    KIZASHI_TRY(from.next(out));
  }
  return check(from, out);
}

void time_guard::trust(timestamp now) noexcept {
  latest_ = std::max(latest_, now);
}

void time_guard::keep() {
  for (auto& each : ahead_) each = copy_of(each, 0);
}

auto time_guard::check(capture::frame_source& from, net::frame_block& block) -> status {
  auto const frames = std::span{block.frames};
  auto latest = latest_;  // in a register: this is asked of every frame
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto const time = frames[i].time;
    if (time <= latest) continue;
    // The first time of all has nothing to leap from but may be false as well.
    if (!latest.is_known() || time - latest > leap) [[unlikely]] {
      latest_ = latest;
      KIZASHI_TRY(auto const found, judge(from, block, i));
      if (found == verdict::open) {
        hold(block, i);
        return {};
      }
      if (found == verdict::is_false) {
        frames[i].time = timestamp::unknown();
        ++false_times_;
        continue;
      }
    }
    latest = time;
  }
  latest_ = latest;
  return {};
}

auto time_guard::judge(capture::frame_source& from, net::frame_block const& block, std::size_t at)
    -> result<verdict> {
  auto const time = block.frames[at].time;
  auto left = sight;
  auto const is_back = [&](net::frame const& each) {
    return each.time.is_known() && time - each.time > leap;
  };
  auto const looks_back = [&](std::span<net::frame const> frames) {
    auto const seen = frames.first(std::min(left, frames.size()));
    left -= seen.size();
    return std::ranges::any_of(seen, is_back);
  };
  if (looks_back(std::span{block.frames}.subspan(at + 1))) return verdict::is_false;
  for (std::size_t i = 0; left > 0; ++i) {
    if (i == ahead_.size()) {
      net::frame_block more;
      KIZASHI_TRY(from.next(more));
      if (more.frames.empty()) return is_ended_ ? verdict::stands : verdict::open;
      ahead_.push_back(std::move(more));
    }
    if (looks_back(ahead_[i].frames)) return verdict::is_false;
  }
  return verdict::stands;
}

/// Puts the frames from `first` on back, for the next time.
void time_guard::hold(net::frame_block& block, std::size_t first) {
  ahead_.push_front(copy_of(block, first));
  block.frames.resize(first);
}

void time_guard::save(state_writer& out) const {
  out(latest_, false_times_, ahead_.size());
  for (auto const& block : ahead_) {
    out(block.frames.size());
    for (auto const& each : block.frames) {
      auto const data = block.data(each);
      out(each.time, static_cast<std::uint16_t>(each.link), each.wire, data.size());
      out.bytes(data);
    }
    out.next_record();
  }
}

void time_guard::restore(state_reader& in) {
  std::size_t blocks = 0;
  in(latest_, false_times_, blocks);
  for (; blocks > 0 && in.is_good(); --blocks) {
    auto& block = ahead_.emplace_back();
    for (auto frames = in.at_most(net::frame_block::max_frames); frames > 0 && in.is_good();
         --frames) {
      timestamp time;
      std::uint16_t link = 0;
      std::uint32_t wire = 0;
      in(time, link, wire);
      auto const data = in.bytes(in.count(1));
      block.append(time, static_cast<net::link_type>(link), wire, data);
    }
  }
}

}  // namespace kizashi::pipeline::internal
