// One worker's victims: backscatter in, denial-of-service events out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"

namespace kizashi::telescope {

/// After Moore, Shannon, Brown, Voelker and Savage, "Inferring Internet Denial-of-Service
/// Activity" (ACM TOCS 24(2), 2006) and CAIDA's corsaro.
struct dos_options {
  std::uint64_t least_packets = 25;
  duration least_duration = std::chrono::seconds{60};
  std::uint64_t least_per_minute = 30;
  duration timeout = std::chrono::seconds{300};  ///< above 0, at most a year
  /// Victims of a /24 (IPv6: /64) at one time that make one event of it; below 2: never.
  std::uint32_t carpet_victims = 16;
  /// Whether UDP answers open vectors and count like the others. Corsaro does not count them: most
  /// are answers to scanners and amplifiers' floods. False: they are told in `by_answer` alone.
  bool counts_udp = false;
  /// How far behind the watermark a packet may be and still open a vector; at most a year.
  duration lateness = std::chrono::seconds{10};
  net::prefix_set const* darknet = nullptr;     ///< null or empty: not known
  std::size_t memory = std::size_t{128} << 20;  ///< bytes, all workers together
  unsigned workers = 1;
};

struct dos_counts {
  std::uint64_t vectors = 0;  ///< victims followed, attacks or not
  std::uint64_t cut = 0;      ///< of `vectors`: ended early because memory was short
  std::uint64_t joined = 0;   ///< attacks on single addresses that are told as part of a carpet
  std::uint64_t late = 0;     ///< packets left out because their time was too far back
  std::uint64_t untimed = 0;  ///< packets left out because they have no time
  std::uint64_t udp = 0;      ///< UDP answers of addresses that gave no other answer
  std::uint64_t bytes = 0;    ///< sum of the most of each shard

  void add(dos_counts const& other) noexcept;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.vectors, self.cut, self.joined, self.late, self.untimed, self.udp, self.bytes);
  }
};

/// Which attacks come out depends on the stream, not on the number of workers or on where batches
/// end: victims live in 64 shards, each with its share of the memory, and silent ones are looked
/// for when the watermark (the latest time of all rows) passes a multiple of a quarter of the
/// timeout.
///
/// Victims are owned by their /24 (IPv6: /64), so that a carpet attack is seen whole.
class dos_tracker {
public:
  dos_tracker(dos_options const& options, unsigned worker);
  dos_tracker(dos_tracker&&) noexcept;
  ~dos_tracker();

  /// Tracks this worker's rows (`plan.victims(worker)`). Appends attacks that ended to `closed`,
  /// those of one call in the order of `is_before`.
  [[nodiscard]] auto track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                           batch_plan const& plan, std::vector<dos_event>& closed) -> status;
  /// Ends what is open. To be called once, last.
  [[nodiscard]] auto finish(std::vector<dos_event>& closed) -> status;

  /// What a packet with that time would end.
  [[nodiscard]] auto advance_to(timestamp now, std::vector<dos_event>& closed) -> status;
  /// What all trackers of a stream know, between two batches. A state has nothing of how many there
  /// are.
  static void save(std::span<dos_tracker* const> all, state_writer& out);
  /// Into trackers that have seen nothing, in any number.
  static void restore(std::span<dos_tracker* const> all, state_reader& in);

  [[nodiscard]] auto counts() const noexcept -> dos_counts;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::telescope
