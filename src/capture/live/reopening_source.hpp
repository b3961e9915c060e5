// A live source that does not give up: when the one below fails, it is tried again after a while,
// and after a longer while.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live {

/// How long to wait before the source is tried again: `first`, then twice as long each time, at
/// most `longest`.
struct backoff {
  duration first = std::chrono::seconds{1};
  duration longest = std::chrono::minutes{1};
};

/// While the source below has failed, `receive` is idle. Each failure and each return is a note; so
/// is each new reason why it cannot return.
class reopening_source final : public live_source {
public:
  /// `clock` outlives the source. 0 < first <= longest.
  explicit reopening_source(std::unique_ptr<live_source> below, backoff wait = {},
                            live::clock& clock = system_clock());

  [[nodiscard]] auto failure() const -> std::optional<error> override;
  [[nodiscard]] auto reopen() -> status override;
  [[nodiscard]] auto statistics() const -> source_statistics override {
    return below_->statistics();
  }
  [[nodiscard]] auto notes() const -> std::vector<note> override;
  [[nodiscard]] auto name() const -> std::string override { return below_->name(); }
  [[nodiscard]] auto position() const -> progress override { return below_->position(); }

private:
  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  void fail_with(error why);
  void add_note(std::string message, bool is_loss);

  std::unique_ptr<live_source> below_;
  backoff wait_;
  live::clock& clock_;
  duration length_{};  // of the wait before the next trial
  duration next_{};    // when that is
  std::vector<note> notes_;
  std::size_t seen_notes_ = 0;  // of the source below
  mutable std::mutex mutex_;    // guards what follows
  std::optional<error> failure_;
};

}  // namespace kizashi::capture::live
