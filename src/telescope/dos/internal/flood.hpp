// What is counted of one vector: the answers of one victim, or of all victims of a prefix, until
// there are none for longer than the timeout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "kizashi/net/prefix_set.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/dos/internal/answer.hpp"
#include "kizashi/telescope/dos/internal/distinct_hashes.hpp"
#include "kizashi/telescope/dos/internal/minute_rate.hpp"
#include "kizashi/telescope/dos/internal/port_ranking.hpp"
#include "kizashi/telescope/dos/uniformity.hpp"

namespace kizashi::telescope::internal {

/// What all vectors of a tracker share.
struct dos_rules {
  explicit dos_rules(dos_options const& from)
      : options{from}, addresses{from.darknet == nullptr ? 0 : from.darknet->ipv4_size()} {}
  dos_options options;
  std::uint64_t addresses;  ///< of the telescope, IPv4; 0: not known
};

class flood {
public:
  void add(answer const& each, dos_rules const& rules);
  /// An answer that is told but counts for nothing.
  void note_udp() noexcept { ++by_answer_[static_cast<std::size_t>(answer_kind::udp)]; }

  /// Whether a packet of that time belongs to the same vector: it is not further than the timeout
  /// from all others.
  [[nodiscard]] auto reaches(std::int64_t time, duration timeout) const noexcept -> bool {
    return time > last_ ? time - last_ <= timeout.count() : first_ - time <= timeout.count();
  }
  /// Whether it is an attack by all three thresholds.
  [[nodiscard]] auto passes(dos_options const& options) const noexcept -> bool {
    return packets_ >= options.least_packets && last_ - first_ >= options.least_duration.count() &&
           rate_.most() >= options.least_per_minute;
  }
  /// All but what the victim is called and how it ended.
  [[nodiscard]] auto to_event(net::prefix victim, dos_rules const& rules) const -> dos_event;

  [[nodiscard]] auto first() const noexcept -> std::int64_t { return first_; }
  [[nodiscard]] auto last() const noexcept -> std::int64_t { return last_; }
  [[nodiscard]] auto packets() const noexcept -> std::uint64_t { return packets_; }
  /// Outside of the object itself.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return spoofed_.bytes() + ports_.bytes() + (parts_ == nullptr ? 0 : sizeof(*parts_));
  }

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io.time_field(self.first_);
    io.time_field(self.last_);
    bool has_parts = self.parts_ != nullptr;
    io(self.packets_, self.wire_bytes_, self.by_answer_, self.juno_, self.rate_, self.spoofed_,
       self.ports_, has_parts);
    if constexpr (Io::is_reading)
      if (has_parts) self.parts_ = std::make_unique<part_counts>();
    if (has_parts) io(*self.parts_);
  }

private:
  void scale(dos_event& event, dos_rules const& rules) const;

  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t wire_bytes_ = 0;
  std::array<std::uint64_t, answer_kinds> by_answer_{};
  std::uint64_t juno_ = 0;
  minute_rate rate_;
  distinct_hashes spoofed_;
  port_ranking ports_;
  std::unique_ptr<part_counts> parts_;  // from the least packets of an attack on
};

}  // namespace kizashi::telescope::internal
