// For tests: a clock that goes when it is told to, and sources that do what they are told.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live::internal {

/// Waiting takes no time but moves the clock.
class fake_clock final : public clock {
public:
  explicit fake_clock(timestamp now) : now_{now} {}
  auto now() -> timestamp override { return now_; }
  auto steady() -> duration override { return steady_; }
  void sleep(duration length) override {
    if (length.count() <= 0) return;
    slept_.push_back(length);
    pass(length);
  }
  void pass(duration length) {
    now_ = now_ + length;
    steady_ += length;
  }
  [[nodiscard]] auto slept() const -> std::vector<duration> const& { return slept_; }

private:
  timestamp now_;
  duration steady_{1'000'000'000};
  std::vector<duration> slept_;
};

/// Gives what a function makes of each call.
class scripted_source final : public live_source {
public:
  std::function<result<arrival>(net::frame_block&)> on_receive;
  std::function<status()> on_reopen;
  std::vector<note> said;
  source_statistics counted;

  auto reopen() -> status override { return on_reopen(); }
  auto statistics() const -> source_statistics override { return counted; }
  auto notes() const -> std::vector<note> override { return said; }
  auto name() const -> std::string override { return "script"; }

private:
  auto do_receive(net::frame_block& out, duration) -> result<arrival> override {
    return on_receive(out);
  }
};

/// The blocks that it was made with.
class listed_source final : public frame_source {
public:
  struct listed_frame {
    timestamp time;
    std::string data;
  };
  explicit listed_source(std::vector<std::vector<listed_frame>> blocks)
      : blocks_{std::move(blocks)} {}
  auto next(net::frame_block& out) -> status override {
    out.clear();
    if (at_ == blocks_.size()) return {};
    for (auto const& each : blocks_[at_])
      out.append(each.time, net::link_type::raw_ip, static_cast<std::uint32_t>(each.data.size()),
                 {reinterpret_cast<std::uint8_t const*>(each.data.data()), each.data.size()});
    ++at_;
    return {};
  }

private:
  std::vector<std::vector<listed_frame>> blocks_;
  std::size_t at_ = 0;
};

inline auto data_of(net::frame_block const& block) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& each : block.frames) {
    auto const data = block.data(each);
    all.emplace_back(data.begin(), data.end());
  }
  return all;
}

}  // namespace kizashi::capture::live::internal
