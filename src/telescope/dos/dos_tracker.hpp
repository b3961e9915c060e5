// One worker's victims: backscatter in, denial-of-service events out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

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
  duration timeout = std::chrono::seconds{300};
  std::uint32_t carpet_victims = 16;  ///< of a /24 (IPv6: /64) that make one event of it
  duration lateness = std::chrono::seconds{10};
  net::prefix_set const* darknet = nullptr;     ///< null or empty: not known
  std::size_t memory = std::size_t{128} << 20;  ///< bytes, all workers together
  unsigned workers = 1;
};

struct dos_counts {
  std::uint64_t vectors = 0;  ///< victims followed, attacks or not
  std::uint64_t cut = 0;      ///< forgotten early because memory was short
  std::uint64_t late = 0;
};

/// Victims are owned by their /24 (IPv6: /64), so that a carpet attack is seen whole.
class dos_tracker {
public:
  dos_tracker(dos_options const& options, unsigned worker);
  dos_tracker(dos_tracker&&) noexcept;
  ~dos_tracker();

  /// Tracks this worker's rows (`plan.victims(worker)`). Appends attacks that ended to `closed`, in
  /// an order that depends on the stream alone.
  [[nodiscard]] auto track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                           batch_plan const& plan, std::vector<dos_event>& closed) -> status;
  [[nodiscard]] auto finish(std::vector<dos_event>& closed) -> status;
  [[nodiscard]] auto counts() const noexcept -> dos_counts;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::telescope
