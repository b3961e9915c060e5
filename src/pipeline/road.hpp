// The road: frames become batches, batches become windows and a summary. One road for files, wires
// and replays.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/capture/frame_source.hpp"
#include "kizashi/filter/packet_predicate.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/events/coordination.hpp"
#include "kizashi/telescope/events/event_tracker.hpp"
#include "kizashi/telescope/summary.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::pipeline {
namespace internal {
class crew;
}

/// Whoever wants the packets themselves. They come batch by batch in the order of the stream, from
/// one thread at a time; the batch is the caller's and changes afterwards.
class batch_sink {
public:
  virtual ~batch_sink() = default;
  [[nodiscard]] virtual auto take(net::packet_batch const& packets,
                                  recognise::tag_columns const& tags) -> status = 0;
};

/// What is recognised and followed besides counting.
struct recognition_options {
  recognise::fingerprint_table const* fingerprints = nullptr;  ///< needed
  recognise::scanner_list const* scanners = nullptr;           ///< needed
  duration event_timeout = std::chrono::seconds{624};          ///< see `telescope::event_timeout`
  /// Bytes for live sources and their open events, all workers together.
  std::size_t event_memory = std::size_t{1} << 30;
  /// Thresholds; darknet, lateness and workers come from the road.
  telescope::dos_options dos;
  telescope::event_sink* events = nullptr;
  telescope::dos_sink* dos_events = nullptr;
  batch_sink* packets = nullptr;  ///< gets those that count: destinations in the darknet
};

/// What does not change while the road is travelled.
struct road_options {
  unsigned workers = 1;
  /// So many batches of a walk the caller's thread takes on alone, for all workers, before other
  /// threads are started: for sources that mostly have little and run dry soon. What comes out is
  /// the same.
  unsigned batches_alone = 0;
  duration window_length = std::chrono::seconds{60};  ///< more than zero, at most a day
  /// How much later than the latest packet's time a packet may come and still be counted in its
  /// window; at most `window_length`.
  duration lateness = std::chrono::seconds{10};
  net::prefix_set darknet;  ///< destinations that count; empty: all
  /// Packets that count besides; null: all. What needs tags needs `recognition`.
  filter::packet_predicate const* filter = nullptr;
  std::size_t top_sources = 10;  ///< rows of `summary::top_sources`; 0: all
  /// Bytes that the exact sets of all workers together may hold, with what they need to grow,
  /// before they are written to temporary files.
  std::size_t set_memory = std::size_t{256} << 20;
  recognise::place_table const* places = nullptr;
  telescope::window_sink* windows = nullptr;
  bool source_totals = false;  ///< fill `window::totals`
  /// Keep what `finish` says of the run as a whole. Without it a road knows no more than its open
  /// windows, live sources and victims need, however long it is travelled; windows, events and
  /// attacks are the same. What `finish` says is then empty but for what has a fixed size: packets,
  /// protocols, flags, ICMP, order and counts.
  bool run_totals = true;
  std::optional<recognition_options> recognition;  ///< without it packets are only counted
};

/// Called now and then, from one thread at a time, while the road runs. Answering false ends the
/// reading early.
using progress_callback =
    std::function<bool(std::uint64_t packets, capture::progress const& position)>;

/// What was learnt besides the summary. Everything went to the sinks but what is known of the
/// sources.
struct observations {
  std::vector<telescope::profile_book> profiles;  ///< no two have a source in common
  telescope::target_groups targets;               ///< of their scan events
  telescope::tracker_counts events;
  telescope::dos_counts dos;
};

struct outcome {
  telescope::summary summary;
  observations observed;
  std::uint64_t filtered = 0;  ///< packets to the darknet that the filter left out
  /// Whether the end of the stream was not reached: a person stopped it, or `failure` says why.
  bool is_partial = false;
  status failure;
};

/// Why a walk ended.
enum class walk_end : std::uint8_t {
  dry,      ///< the source gave an empty block: it has ended, or has nothing now
  stopped,  ///< the callback answered false
};

/// What has begun and not ended.
struct open_counts {
  std::uint64_t windows = 0;
  std::uint64_t events = 0;
};

/// A road that can be left between two batches, saved, and gone on with: in this process or in
/// another one, on as many workers as that one has. What comes out is what one walk over all frames
/// gives.
///
///   road live{options};
///   KIZASHI_TRY(live.restore_from("road.state"));        // when there is one
///   for (;;) {
///     KIZASHI_TRY(live.walk(source, until_a_minute_is_over));
///     KIZASHI_TRY(live.advance_to(all_earlier_has_come));  // also when nothing came
///     KIZASHI_TRY(live.save_to("road.state"));
///   }
///   auto const outcome = live.finish();
///
/// A failure ends the road: nothing but `finish` makes sense then.
class road {
public:
  /// Of what a saved state holds. It changes with anything that is written.
  static constexpr std::uint32_t state_version = 2;

  /// What the options point to must outlive the road. Throws `std::bad_alloc`.
  explicit road(road_options const& options);
  road(road&&) noexcept;
  ~road();

  /// Reads `from` until it gives an empty block or `progress` answers false. Starts and ends
  /// threads: a source that waits some milliseconds for frames before it gives none makes them
  /// cheap. The source may be another one each time.
  [[nodiscard]] auto walk(capture::frame_source& from, progress_callback const& progress = {})
      -> result<walk_end>;

  /// Says that no frame that comes later is earlier than `now`: windows whose lateness is over
  /// close, silent events end, and are handed to the sinks. It changes when something is handed
  /// over and nothing else, as long as what it says is true; frames that are earlier all the same
  /// are treated as behind a packet of that time. The caller decides where `now` comes from; a
  /// replay has no need of it.
  [[nodiscard]] auto advance_to(timestamp now) -> status;

  /// Between two walks.
  [[nodiscard]] auto open() const -> open_counts;

  /// Everything that is carried from batch to batch. The sinks have been given all that ended up to
  /// here.
  [[nodiscard]] auto save(state_writer& out) const -> status;
  /// Into a road that has not been walked. Fails when something is wrong with the state, or when it
  /// is that of another darknet, window, timeout or table; the road is of no use then.
  [[nodiscard]] auto restore(state_reader& in) -> status;
  /// The same to and from a file (base/state_file.hpp).
  [[nodiscard]] auto save_to(std::filesystem::path const& file) const -> status;
  [[nodiscard]] auto restore_from(std::filesystem::path const& file) -> status;

  /// Closes what is open and adds up. To be called once, last.
  [[nodiscard]] auto finish() -> outcome;

private:
  std::unique_ptr<internal::crew> crew_;
};

/// Reads `from` to its end. The outcome depends on the stream and the options but not on the number
/// of workers. A failure of the source or the sink ends the reading; what was counted up to there
/// is in the outcome.
[[nodiscard]] auto travel(capture::frame_source& from, road_options const& options,
                          progress_callback const& progress = {}) -> outcome;

}  // namespace kizashi::pipeline
