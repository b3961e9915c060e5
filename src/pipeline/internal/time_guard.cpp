#include "kizashi/pipeline/internal/time_guard.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace kizashi::pipeline::internal {

auto time_guard::next(net::frame_block& out) -> status {
  if (!ahead_.empty()) {
    out = std::move(ahead_.front());
    ahead_.pop_front();
  } else {
    KIZASHI_TRY(from_.next(out));
  }
  return check(out);
}

auto time_guard::check(net::frame_block& block) -> status {
  auto& frames = block.frames;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto const time = frames[i].time;
    if (time <= latest_) continue;
    // The first time of all has nothing to leap from but may be false as well.
    if (!latest_.is_known() || time - latest_ > leap) {
      KIZASHI_TRY(auto const is_wrong, is_false(block, i));
      if (is_wrong) {
        frames[i].time = timestamp::unknown();
        ++false_times_;
        continue;
      }
    }
    latest_ = time;
  }
  return {};
}

auto time_guard::is_false(net::frame_block const& block, std::size_t at) -> result<bool> {
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
  if (looks_back(std::span{block.frames}.subspan(at + 1))) return true;
  for (std::size_t i = 0; left > 0; ++i) {
    if (i == ahead_.size()) KIZASHI_TRY(from_.next(ahead_.emplace_back()));
    if (ahead_[i].frames.empty()) return false;
    if (looks_back(ahead_[i].frames)) return true;
  }
  return false;
}

}  // namespace kizashi::pipeline::internal
