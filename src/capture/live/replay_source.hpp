// Captures and scenarios at the pace of their packets, as if they were happening.
//
//   KIZASHI_TRY(auto captures, open_captures({"night.pcap"}));
//   replay_options options;
//   options.speed = 10;                       // ten times as fast
//   options.is_shifted_to_now = true;         // its first packet is now
//   replay_source source{std::move(captures), options};
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/live_source.hpp"
#include "kizashi/capture/live/replay_bookmark.hpp"

namespace kizashi::capture::live {

struct replay_options {
  /// How much faster than the packets' own times; 0: as fast as possible.
  double speed = 1.0;
  /// Whether all times are moved by the same length, so that the first packet's is the time of day
  /// at which it is given. With a speed above 1 later packets have times that are still to come.
  bool is_shifted_to_now = false;
  /// Packets are given in groups that are due within so long of each other.
  duration grain = std::chrono::milliseconds{10};
  std::string name = "replay";
  /// Where an earlier replay had come to: what it gave is left out. With another `of`, or when the
  /// first frame has another time, it begins at the beginning. `of` is that of `bookmark()`.
  replay_bookmark from = {};
};

/// Gives the frames of another source in the same order, each not before its time; the first is due
/// at once. A frame whose time is not after those before it, or not known, is due with them.
/// `heard_until` is the time that the replay has reached, so windows can be closed in silence. When
/// it cannot keep up, nothing is left out, and `late_by` says by how much it is late.
class replay_source final : public live_source {
public:
  /// `clock` outlives the source. `speed` is not negative, `grain` more than 0.
  explicit replay_source(std::unique_ptr<frame_source> of, replay_options options = {},
                         live::clock& clock = system_clock());

  /// Behind what was given last. From the thread that receives.
  [[nodiscard]] auto bookmark() const -> replay_bookmark const& { return mark_; }

  [[nodiscard]] auto statistics() const -> source_statistics override;
  [[nodiscard]] auto notes() const -> std::vector<note> override { return of_->notes(); }
  [[nodiscard]] auto position() const -> progress override { return of_->position(); }
  [[nodiscard]] auto name() const -> std::string override { return options_.name; }

private:
  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  [[nodiscard]] auto fill() -> result<bool>;
  void pass_over();
  void begin(timestamp first);
  [[nodiscard]] auto due_of(net::frame const& each) const -> duration;
  void give(net::frame_block& out);
  [[nodiscard]] auto shifted(timestamp time) const -> timestamp;
  [[nodiscard]] auto reached() const -> timestamp;
  void count(net::frame_block const& given, duration due);

  std::unique_ptr<frame_source> of_;
  replay_options options_;
  live::clock& clock_;
  net::frame_block held_;  // read and not yet given
  std::size_t next_ = 0;   // of `held_`
  replay_bookmark mark_;
  std::uint64_t passed_over_ = 0;  // of the frames that `options_.from` counts
  bool has_begun_ = false;
  timestamp first_;                          // the first frame's own time
  timestamp latest_ = timestamp::unknown();  // own time of what was given, the latest
  duration shift_{};
  duration began_{};          // by the clock, when the first was given
  mutable std::mutex mutex_;  // guards what follows
  source_statistics counted_;
};

}  // namespace kizashi::capture::live
