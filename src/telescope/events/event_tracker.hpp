// One worker's live sources: their open scan events, and what is known of each source. Batches in,
// closed events out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/events/coordination.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/sources/profile_book.hpp"

namespace kizashi::telescope {

struct tracker_options {
  /// More than 0; more than 30 days are 30 days, as for the lateness.
  duration timeout = std::chrono::seconds{624};
  /// How far behind the latest time a packet may be and still begin an event. One that is further
  /// behind extends an event that is open, or is in none.
  duration lateness = std::chrono::seconds{10};
  std::uint64_t darknet_addresses = 0;  ///< for coverage and patterns; 0: not known
  /// Bytes for live sources and open events of all workers together. When they need more, those
  /// silent for longest are closed early (`scan_event::is_cut`).
  std::size_t memory = std::size_t{1} << 30;
  unsigned workers = 1;
  recognise::fingerprint_table const* fingerprints = nullptr;  ///< needed
  /// Fill `profiles` and `groups`. Without them nothing is known of a source that has gone.
  bool run_totals = true;
};

/// What a tracker has done, for reports. Adds up over workers.
struct tracker_counts {
  std::uint64_t events = 0;  ///< closed, of scan-like types
  std::uint64_t cut = 0;     ///< of `events`: closed early
  /// Packets in no event because their time was too far back, or because they have none. Profiles
  /// count them.
  std::uint64_t late = 0;
  std::uint64_t untimed = 0;
  std::uint64_t open = 0;          ///< open now, of scan-like types; no part of a saved state
  std::uint64_t live_sources = 0;  ///< most at one time, added up over the shards
  /// Most at one time. Unlike all else it depends a little on the number of workers.
  std::uint64_t bytes = 0;

  void add(tracker_counts const& other) noexcept;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.events, self.cut, self.late, self.untimed, self.live_sources, self.bytes);
  }
};

/// Packets of a source come in the order of the stream. Which events come out depends on the
/// stream, not on the number of workers: sources live in 64 shards by address, each with its share
/// of the memory, and a shard belongs to one worker. Events that one call appends are in no order;
/// `sort_events` puts those of all workers in one.
///
/// Time is the watermark, the latest time of all packets so far. An event is over when the
/// watermark has passed its last packet by more than timeout and lateness, or when a packet comes
/// more than the timeout behind it. docs/events.md has the rules.
///
/// Cost: four to six misses of the caches per packet, asked for in strides, and more for each event
/// that begins or ends. Memory: 310 B for a source with one event, 120 B for each event more, up to
/// 2 KiB besides for an event with many destinations.
class event_tracker {
public:
  event_tracker(tracker_options const& options, unsigned worker);
  event_tracker(event_tracker&&) noexcept;
  ~event_tracker();

  /// Tracks this worker's rows (by `row_kind::ipv4_source` and `ipv6_source` of `plan`). Appends
  /// events that ended to `closed`. Fails when profiles cannot be written to a temporary file.
  [[nodiscard]] auto track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                           batch_plan const& plan, std::vector<scan_event>& closed) -> status;

  /// What a packet with that time would close. Fails as `track` does.
  [[nodiscard]] auto advance_to(timestamp now, std::vector<scan_event>& closed) -> status;

  /// What all trackers of a stream know, between two batches. A state has nothing of how many there
  /// are. Fails when profiles cannot be read back from their file.
  [[nodiscard]] static auto save(std::span<event_tracker* const> all, state_writer& out) -> status;
  /// Into trackers that have seen nothing, in any number. Fails when profiles cannot be written to
  /// a temporary file; what is wrong with the state `in` says.
  [[nodiscard]] static auto restore(std::span<event_tracker* const> all, state_reader& in)
      -> status;

  /// Closes what is open in a shard (`is_ongoing` where the timeout has not passed). To be called
  /// last, once for each of the shards 0 .. `shards` - 1 in their order; a shard of another worker
  /// has nothing. So no more than a 64th of the open events has to be in memory twice.
  [[nodiscard]] auto finish(unsigned shard, std::vector<scan_event>& closed) -> status;
  /// Closes what is open in all shards at once.
  [[nodiscard]] auto finish(std::vector<scan_event>& closed) -> status;

  /// What is known of the sources; complete after `finish`.
  [[nodiscard]] auto profiles() noexcept -> profile_book&;
  /// What events of at least two destinations say about their targets; complete after `finish`.
  [[nodiscard]] auto groups() noexcept -> target_groups&;
  [[nodiscard]] auto counts() const noexcept -> tracker_counts;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::telescope
