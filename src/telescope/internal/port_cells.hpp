// Counters per TCP and UDP destination port, in one array: a port's number is its place.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/pages.hpp"
#include "kizashi/telescope/summary.hpp"

namespace kizashi::telescope::internal {

struct port_cell {
  std::uint64_t packets;
  std::uint64_t wire_bytes;
  std::uint64_t syn_packets;
  std::uint64_t sources;
  std::uint64_t destinations;

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.packets, self.wire_bytes, self.syn_packets, self.sources, self.destinations);
  }
};

[[nodiscard]] inline auto to_row(std::uint32_t tag, port_cell const& cell) -> port_row {
  return {tag >= 65536 ? net::protocol::udp : net::protocol::tcp,
          net::port{static_cast<std::uint16_t>(tag)},
          cell.packets,
          cell.wire_bytes,
          cell.syn_packets,
          cell.sources,
          cell.destinations};
}

class port_cells {
public:
  port_cells()
      : cells_{port_tag::count, pages<port_cell>::use::sparse}, touched_(port_tag::count / 64) {}

  void add_packet(std::uint32_t tag, std::uint32_t wire_length, bool is_syn) {
    touch(tag);
    auto& each = cells_[tag];
    ++each.packets;
    each.wire_bytes += wire_length;
    each.syn_packets += is_syn;
  }
  /// Members new to the port's sets: 0 or 1, so that nothing here has to branch. Their packet may
  /// have been counted by another worker.
  void add_sources(std::uint32_t tag, unsigned number) { cells_[tag].sources += number; }
  void add_destinations(std::uint32_t tag, unsigned number) {
    touch(tag);
    cells_[tag].destinations += number;
  }

  /// Calls `visit(tag, cell)` for each port that is not zero, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t word = 0; word < touched_.size(); ++word)
      for (auto marks = touched_[word]; marks != 0; marks &= marks - 1) {
        auto const tag = word * 64 + static_cast<std::uint32_t>(std::countr_zero(marks));
        visit(tag, cells_[tag]);
      }
  }
  /// Adds what another worker or an earlier process counted. `tag` < `port_tag::count`.
  void add(std::uint32_t tag, port_cell const& more) {
    touch(tag);
    auto& each = cells_[tag];
    each.packets += more.packets;
    each.wire_bytes += more.wire_bytes;
    each.syn_packets += more.syn_packets;
    each.sources += more.sources;
    each.destinations += more.destinations;
  }

  /// Calls `visit(tag, cell)` for each port that is not zero, in ascending order, and makes it
  /// zero.
  template <class Visit>
  void drain(Visit&& visit) {
    for (std::uint32_t word = 0; word < touched_.size(); ++word) {
      for (auto marks = std::exchange(touched_[word], 0); marks != 0; marks &= marks - 1) {
        auto const tag = word * 64 + static_cast<std::uint32_t>(std::countr_zero(marks));
        visit(tag, std::exchange(cells_[tag], port_cell{}));
      }
    }
  }

private:
  void touch(std::uint32_t tag) noexcept { touched_[tag / 64] |= std::uint64_t{1} << (tag % 64); }

  pages<port_cell> cells_;
  std::vector<std::uint64_t> touched_;  // one bit per tag
};

}  // namespace kizashi::telescope::internal
