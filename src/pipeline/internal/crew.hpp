// The workers of the road and what they share: the source, a ring of batches on their way, and the
// windows.
//
// Every batch is cut from the source by one worker at a time, prepared (decoded, filtered, planned)
// by whichever worker cut it, and then counted by all of them, each its own rows, in the order of
// the stream. A worker counts when a batch is ready for it and prepares when none is. So the work
// that cannot be divided is handed around, and nobody has a role.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "kizashi/pipeline/internal/observer.hpp"
#include "kizashi/pipeline/internal/preparer.hpp"
#include "kizashi/pipeline/internal/time_guard.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/telescope/counter.hpp"
#include "kizashi/telescope/window_merger.hpp"

namespace kizashi::pipeline::internal {

class crew {
public:
  explicit crew(road_options const& options);

  // As those of `road`.
  [[nodiscard]] auto walk(capture::frame_source& from, progress_callback const& progress)
      -> result<walk_end>;
  [[nodiscard]] auto advance_to(timestamp now) -> status;
  [[nodiscard]] auto open() const -> open_counts;
  [[nodiscard]] auto save(state_writer& out) -> status;
  [[nodiscard]] auto restore(state_reader& in) -> status;
  [[nodiscard]] auto finish() -> outcome;

private:
  /// A place in the ring. Batch number n is in place n % size.
  struct place {
    explicit place(unsigned workers) : batch{workers} {}
    prepared_batch batch;
    ended_events ended;  ///< within this batch, of the workers that have counted it
    std::uint64_t sequence = 0;
    unsigned waiting = 0;   ///< workers that have not counted it; 0: the place is free
    bool is_ready = false;  ///< prepared
  };

  /// What one worker owns.
  struct worker {
    worker(road_options const& options, unsigned which);
    unsigned number;
    telescope::counter counter;
    internal::preparer preparer;
    std::optional<internal::observer> observer;
    std::vector<telescope::window> closed;
    ended_events ended;
    std::optional<telescope::tally> tally;
  };

  using lock = std::unique_lock<std::mutex>;

  /// Calls `task` with each worker, on as many threads, this one among them. Fails when a thread
  /// cannot be started, and then may not have called it with all.
  [[nodiscard]] auto on_all_workers(std::function<void(worker&)> const& task) -> status;
  void work(worker& self);
  /// Counts the first batches of a walk for all workers.
  void work_alone();
  void count(worker& self, place& each, lock& held);
  [[nodiscard]] auto count_batch(worker& self, place& each) -> status;
  void hand_on(place& each, lock& held);
  void complete(place& each, lock& held);
  void prepare(worker& self, lock& held);
  void add_tally(worker& self);
  void let_go();
  [[nodiscard]] auto counters() -> std::vector<telescope::counter*>;
  [[nodiscard]] auto save_workers(state_writer& out) -> status;
  [[nodiscard]] auto restore_workers(state_reader& in) -> status;
  [[nodiscard]] auto advance_workers(timestamp now) -> status;
  void cut(place& to);
  void give_up(error why);
  [[nodiscard]] auto place_of(std::uint64_t sequence) -> place& {
    return *ring_[sequence % ring_.size()];
  }
  [[nodiscard]] auto add_up() -> outcome;
  [[nodiscard]] auto end_events() -> status;
  [[nodiscard]] auto end_shards(unsigned first) -> status;
  void add_observations(outcome& answer);

  road_options options_;
  time_guard guard_;
  // While it is walked:
  capture::frame_source* from_ = nullptr;
  progress_callback const* progress_ = nullptr;
  std::uint64_t begin_ = 0;  // number of the first batch

  telescope::window_merger windows_;
  std::optional<event_outbox> outbox_;
  std::vector<std::unique_ptr<worker>> workers_;

  std::mutex mutex_;  // guards all below but `packets_`, which belongs to whoever cuts
  std::condition_variable changed_;
  std::vector<std::unique_ptr<place>> ring_;
  std::uint64_t cut_ = 0;  // batches cut so far
  bool is_cutting_ = false;
  bool is_ended_ = false;  // nothing more will be cut
  bool is_stopped_ = false;
  status failure_;
  std::uint64_t packets_ = 0;
};

}  // namespace kizashi::pipeline::internal
