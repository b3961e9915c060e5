// What workers know at the end of a run, added up into one summary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kizashi/recognise/place.hpp"
#include "kizashi/telescope/summary.hpp"

namespace kizashi::telescope {

/// The end result of one worker's addresses. Tallies of different workers have no source and no
/// destination in common, so their numbers add. Memory: 6 MiB and the top sources.
class tally {
public:
  tally();

  /// A row of `summary::ports`, or a part of one.
  void add_port(port_row const& part);
  /// Calls `visit(row)` for each port that has packets.
  template <class Visit>
  void for_each_port(Visit&& visit) const {
    for (auto const& row : ports_)
      if (row.packets != 0) visit(row);
  }
  void add_port_source(std::uint32_t tag) { ++ports_[tag].sources; }
  void add_port_destination(std::uint32_t tag) { ++ports_[tag].destinations; }
  void add_destination() noexcept { ++destinations_; }
  /// One source with all its packets; it becomes one of the `keep` largest or goes (0: all are
  /// kept).
  void add_source(source_row const& source, std::size_t keep);
  void set_order(order_counts const& order) noexcept { order_ = order; }

  /// The sources kept; their `ports` are filled in by whoever counts them.
  [[nodiscard]] auto top_sources() noexcept -> std::vector<source_row>& { return top_sources_; }

  void add(tally const& other);
  /// Writes sources, destinations, ports, top sources (`keep` of them; 0: all), countries, ASes and
  /// order, each list in the order that `summary` says. `places` names the ASes; may be null.
  void write(summary& out, std::size_t keep, recognise::place_table const* places) const;

private:
  struct group {
    std::uint64_t packets = 0;
    std::uint64_t sources = 0;
  };

  std::vector<port_row> ports_;          // by tag, see port_cells.hpp
  std::vector<source_row> top_sources_;  // a heap with the smallest on top when some had to go
  std::unordered_map<std::uint16_t, group> countries_;  // by the two letters
  std::unordered_map<std::uint32_t, group> as_;
  std::uint64_t sources_ = 0;
  std::uint64_t destinations_ = 0;
  order_counts order_;
};

}  // namespace kizashi::telescope
