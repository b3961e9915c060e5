// What the counts of sensors amount to over time: how fast, how far behind, what was lost lately.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {

/// Of one sensor.
struct sensor_pace {
  double packets_per_second = 0;  ///< received, over the last ten seconds
  /// How long the packet waited that the road takes at the moment; nothing while it catches up
  /// after a restart.
  std::optional<std::chrono::seconds> lag;
  std::uint64_t dropped_lately = 0;  ///< at all stages, in the last ten minutes
};

/// Packets that were lost, at all stages.
[[nodiscard]] auto dropped_of(pipeline::sensor_counts const& of) -> std::uint64_t;

/// Reckons the pace of one sensor from its counts. Keeps one sample a second for ten minutes.
class sensor_watch {
public:
  using clock = std::chrono::steady_clock;

  /// Called as often as one likes; the times ascend.
  void see(pipeline::sensor_counts const& now, clock::time_point at);
  [[nodiscard]] auto pace() const -> sensor_pace;

private:
  struct sample {
    clock::time_point at;
    std::uint64_t received = 0;
    std::uint64_t dropped = 0;
  };
  /// Frames that the journal had at a time.
  struct waiting {
    clock::time_point at;
    std::int64_t journaled = 0;
  };
  void note_lag(pipeline::sensor_counts const& now, clock::time_point at);

  std::deque<sample> samples_;
  std::deque<waiting> waiting_;  // not yet taken by the road
  clock::time_point latest_;
  std::optional<std::int64_t> ahead_;  // journaled - walked when nothing waits
  std::uint64_t restarts_ = 0;
  sample last_;
};

/// All sensors of a server. Safe to call from threads.
class serve_monitor {
public:
  explicit serve_monitor(std::vector<pipeline::sensor const*> sensors)
      : sensors_{std::move(sensors)}, watches_(sensors_.size()) {}

  void look();
  /// Of each sensor, in their order.
  [[nodiscard]] auto paces() const -> std::vector<sensor_pace>;

private:
  std::vector<pipeline::sensor const*> sensors_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<sensor_watch> watches_;
};

}  // namespace kizashi::app
