// One worker's live sources: their open scan events, and what is known of each source. Batches in,
// closed events out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/sources/profile_book.hpp"

namespace kizashi::telescope {

struct tracker_options {
  duration timeout = std::chrono::seconds{600};
  /// How far behind the latest time a packet may be before it is left out of events.
  duration lateness = std::chrono::seconds{10};
  std::uint64_t darknet_addresses = 0;  ///< for coverage and patterns; 0: not known
  /// Bytes for live sources and open events of all workers together. When they need more, those
  /// silent for longest are closed early (`scan_event::is_cut`).
  std::size_t memory = std::size_t{1} << 30;
  unsigned workers = 1;
  recognise::fingerprint_table const* fingerprints = nullptr;  ///< needed
};

/// What a tracker has done, for reports. Adds up over workers.
struct tracker_counts {
  std::uint64_t events = 0;        ///< closed, of scan-like types
  std::uint64_t cut = 0;           ///< of `events`: closed early
  std::uint64_t late = 0;          ///< packets left out because their time was too far back
  std::uint64_t live_sources = 0;  ///< most at one time
  std::uint64_t bytes = 0;         ///< most at one time
};

/// Packets of a source come in the order of the stream. Which events come out depends on the
/// stream, not on the number of workers: sources live in 64 shards by address, each with its share
/// of the memory, and a shard belongs to one worker.
class event_tracker {
public:
  event_tracker(tracker_options const& options, unsigned worker);
  event_tracker(event_tracker&&) noexcept;
  ~event_tracker();

  /// Tracks this worker's rows (by `row_kind::ipv4_source` and `ipv6_source` of `plan`). Appends
  /// events that ended to `closed`, in the order of (last, first, source, type, port) within one
  /// call.
  [[nodiscard]] auto track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                           batch_plan const& plan, std::vector<scan_event>& closed) -> status;

  /// Closes what is open (`is_ongoing` where the timeout has not passed). To be called once, last.
  [[nodiscard]] auto finish(std::vector<scan_event>& closed) -> status;

  /// What is known of the sources; complete after `finish`.
  [[nodiscard]] auto profiles() noexcept -> profile_book&;
  [[nodiscard]] auto counts() const noexcept -> tracker_counts;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::telescope
