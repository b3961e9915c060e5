// What one worker follows beyond counting: scan events, denial-of-service events and what is known
// of each source. And the way on which ended events leave in an order that depends on the stream
// alone.
#pragma once

#include <deque>
#include <iterator>
#include <mutex>
#include <vector>

#include "kizashi/pipeline/road.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/events/event_tracker.hpp"

namespace kizashi::pipeline::internal {

/// Events that ended within one batch.
struct ended_events {
  std::vector<telescope::scan_event> scans;
  std::vector<telescope::dos_event> dos;

  [[nodiscard]] auto is_empty() const noexcept -> bool { return scans.empty() && dos.empty(); }
  /// Takes all of `from`, which is empty afterwards.
  void take(ended_events& from);
  /// Puts them in order, whichever worker they came from.
  void sort();
};

class observer {
public:
  observer(road_options const& options, unsigned worker);

  /// Follows this worker's rows.
  [[nodiscard]] auto observe(net::packet_batch const& batch, recognise::tag_columns const& tags,
                             telescope::batch_plan const& plan, ended_events& ended) -> status;
  /// What a packet with that time would end.
  [[nodiscard]] auto advance_to(timestamp now, ended_events& ended) -> status;
  [[nodiscard]] auto events() noexcept -> telescope::event_tracker& { return events_; }
  [[nodiscard]] auto dos() noexcept -> telescope::dos_tracker& { return dos_; }
  /// Ends the scans that are open in a shard. A shard of another worker has nothing.
  [[nodiscard]] auto finish(unsigned shard, ended_events& ended) -> status;
  /// Ends all denial-of-service events.
  [[nodiscard]] auto finish_dos(ended_events& ended) -> status;
  /// Moves what was learnt to `to`. To be called once, last.
  void give(observations& to);

private:
  telescope::event_tracker events_;
  telescope::dos_tracker dos_;
};

/// Hands events to the sinks, batch after batch, one thread at a time.
class event_outbox {
public:
  explicit event_outbox(recognition_options const& options) : options_{&options} {}

  /// Whose turn it is: events of the batches, in their order.
  void add(ended_events events);
  /// An empty one, with the memory of one that has been handed over if there is one: memory touched
  /// for the first time costs more than what is done with it.
  [[nodiscard]] auto spare() -> ended_events;
  /// Hands over what lies here, unless another thread is doing it. Fails as the sinks do.
  [[nodiscard]] auto deliver() -> status;

private:
  [[nodiscard]] auto hand_over(ended_events& events) -> status;

  recognition_options const* options_;
  std::mutex mutex_;
  std::deque<ended_events> waiting_;
  std::vector<ended_events> spare_;
  bool is_delivering_ = false;
};

}  // namespace kizashi::pipeline::internal
