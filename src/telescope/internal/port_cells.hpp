// Counters per TCP and UDP destination port, in one array: a port's number is its place.
#pragma once

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
  port_cells() : cells_{port_tag::count} {}

  [[nodiscard]] auto cell(std::uint32_t tag) noexcept -> port_cell& { return cells_[tag]; }
  void add_packet(std::uint32_t tag, std::uint32_t wire_length, bool is_syn) {
    auto& each = cells_[tag];
    if (each.packets++ == 0) touched_.push_back(tag);
    each.wire_bytes += wire_length;
    each.syn_packets += is_syn;
  }
  /// A member new to one of the port's sets; its packet may have been counted by another worker.
  void add_source(std::uint32_t tag) { ++cells_[tag].sources; }
  void add_destination(std::uint32_t tag) {
    if (cells_[tag].destinations++ == 0) with_destinations_.push_back(tag);
  }

  /// Calls `visit(tag, cell)` for each port that is not zero, once and in no order, and makes it
  /// zero.
  template <class Visit>
  void drain(Visit&& visit) {
    for (auto* tags : {&touched_, &with_destinations_}) {
      for (auto const tag : *tags) {
        auto const cell = std::exchange(cells_[tag], port_cell{});
        if (cell.packets != 0 || cell.destinations != 0) visit(tag, cell);
      }
      tags->clear();
    }
  }

private:
  pages<port_cell> cells_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t> with_destinations_;
};

}  // namespace kizashi::telescope::internal
