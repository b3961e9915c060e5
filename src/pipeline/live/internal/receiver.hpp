// The first half of a live sensor: from the source into the journal, in a thread of its own, so
// that nothing that the rest does keeps packets waiting.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kizashi/capture/journal/journal.hpp"
#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::pipeline::internal {

struct receiver_options {
  duration flush = std::chrono::seconds{5};  ///< between two marks, when there were frames
  duration tick = std::chrono::milliseconds{500};
  std::uint64_t most_bytes = std::uint64_t{8} << 30;  ///< of the journal
  /// Where the source is, to be kept with its frames; may be empty. A source that has it can wait:
  /// what the journal does not take is tried again, and nothing is dropped.
  std::function<std::string()> note;
};

struct receiver_counts {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;       ///< in the journal, now
  std::uint64_t dropped = 0;     ///< frames for which the journal had no room
  std::optional<error> failure;  ///< why nothing comes or the journal takes nothing, at the moment
  bool has_ended = false;        ///< the source will give no more
};

/// Owns the source and the journal that is written. Everything may be called from any thread.
class receiver {
public:
  receiver(std::unique_ptr<capture::live::live_source> from, capture::journal_writer into,
           receiver_options options);
  /// Stops.
  ~receiver();

  void start();
  /// Ends receiving with a last mark and waits for it.
  void stop();
  /// Waits until something was written since `seen` was the answer, at most 100 ms; returns how
  /// often something was.
  [[nodiscard]] auto wait_for_more(std::uint64_t seen) -> std::uint64_t;
  /// Removes what lies before `durable`.
  [[nodiscard]] auto forget_before(capture::journal_position durable) -> status;
  [[nodiscard]] auto counts() const -> receiver_counts;
  [[nodiscard]] auto source() const noexcept -> capture::live::live_source const& { return *from_; }

private:
  void work();
  void take(net::frame_block const& block);
  [[nodiscard]] auto try_to_take(net::frame_block const& block) -> status;
  void mark_if_due();
  void close_block();
  void tell_time(timestamp heard_until);
  void note_outcome(status const& written);

  std::unique_ptr<capture::live::live_source> from_;
  receiver_options options_;
  std::chrono::steady_clock::time_point last_mark_;
  /// Until the next mark: short at first, so that who starts a server soon sees something.
  duration interval_{};
  std::int64_t marked_stretch_ = 0;  // of `options_.flush`, in which the last mark was made
  std::chrono::steady_clock::time_point last_tick_;
  std::uint64_t marks_ = 0;
  bool has_frames_ = false;  // since the last mark
  timestamp told_ = timestamp::unknown();

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable written_;
  capture::journal_writer into_;
  receiver_counts counts_;
  std::uint64_t writes_ = 0;

  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace kizashi::pipeline::internal
