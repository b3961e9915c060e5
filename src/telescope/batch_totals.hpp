// What can be counted of a batch without knowing its addresses.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/summary.hpp"

namespace kizashi::telescope {

/// Sums over whole batches, in any order: whoever decodes a batch adds it to its own totals.
/// Memory: 1 MiB.
class batch_totals {
public:
  batch_totals() : icmp_(2 * 65536) {}

  /// `plan` was made from `batch`.
  void add(net::packet_batch const& batch, batch_plan const& plan);
  /// Frames that were left out because their destination is not in the darknet.
  void add_outside(std::uint64_t frames) noexcept { outside_ += frames; }
  void add(batch_totals const& other);
  /// Writes packets, wire bytes, first, last, protocols, TCP flags, ICMP rows and `outside`.
  void write(summary& out) const;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.packets_, self.wire_bytes_, self.outside_, self.first_, self.last_, self.by_kind_);
    if constexpr (Io::is_reading) {
      for (auto left = io.number(); left > 0 && io.is_good(); --left)
        io(self.icmp_[io.at_most(self.icmp_.size() - 1)]);
    } else {
      io.number(self.icmp_.size() - std::ranges::count(self.icmp_, 0U));
      for (std::size_t i = 0; i < self.icmp_.size(); ++i)
        if (self.icmp_[i] != 0) io(i, self.icmp_[i]);
    }
  }

private:
  // 0..63: TCP by its six classic flags; then the rest.
  static constexpr std::size_t udp_kind = 64, icmp_kind = 65, icmp6_kind = 66, other_kind = 67,
                               no_ip_kind = 68, kinds = 69;

  void add_marks(net::packet_batch const& batch);
  void add_kinds(net::packet_batch const& batch);
  void add_span(timestamp first, timestamp last) noexcept;
  [[nodiscard]] static auto kind_of(net::packet_batch const& batch, std::size_t row) noexcept
      -> std::size_t;

  packet_counts packets_;
  std::uint64_t wire_bytes_ = 0;
  std::uint64_t outside_ = 0;
  timestamp first_ = timestamp::unknown();
  timestamp last_ = timestamp::unknown();
  std::array<std::uint64_t, kinds> by_kind_{};
  std::vector<std::uint64_t> icmp_;  // type << 8 | code, ICMPv6 behind ICMP
};

}  // namespace kizashi::telescope
