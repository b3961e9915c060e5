// What one worker knows of the addresses of one family, IPv4 or IPv6: its sources, its
// destinations, and which port each of them was seen with.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/telescope/internal/paged_set.hpp"
#include "kizashi/telescope/internal/port_cells.hpp"
#include "kizashi/telescope/internal/sorted_runs.hpp"
#include "kizashi/telescope/internal/source_table.hpp"
#include "kizashi/telescope/internal/stamped_set.hpp"
#include "kizashi/telescope/internal/window_counts.hpp"

namespace kizashi::telescope::internal {

/// Where rows stand in time and which counters that means.
struct moment {
  phase const* phases = nullptr;           ///< by row; none: all rows are in the current window
  std::uint32_t current = 0;               ///< serial of the current window
  std::array<window_counts*, 3> counts{};  ///< by phase

  [[nodiscard]] auto counts_of(phase when) const noexcept -> window_counts& {
    return *counts[static_cast<std::size_t>(when)];
  }
};

/// A set of keys, in memory and, where they were too many, in sorted runs.
template <class Key, class Set>
struct key_set {
  Set open;
  sorted_runs<Key> runs;

  /// Writes all members out and forgets those that no open window has seen.
  [[nodiscard]] auto spill(std::uint32_t current) -> status {
    if (open.size() == 0) return {};
    KIZASHI_TRY(runs.add_all([&](auto&& add_one) { open.for_each(add_one); }));
    open.keep_open(current);
    return {};
  }
  /// Calls `visit(key)` once for each member. To be called when counting has ended.
  template <class Visit>
  [[nodiscard]] auto for_each(Visit&& visit) -> status {
    if (runs.is_empty()) {
      open.for_each(visit);
      return {};
    }
    KIZASHI_TRY(spill(serial::last + 2));
    return runs.merge(visit);
  }
};

/// Rows of a batch that a worker counts.
struct rows_of_batch {
  net::packet_batch const& batch;
  std::uint32_t const* tags;  ///< `batch_plan::tags`
  std::span<std::uint16_t const> rows;
};

/// Rows whose places in a table are fetched at once: enough to hide the memory's delay, few enough
/// to stay in the cache until they are probed.
inline constexpr std::size_t stride = 128;

/// Rows cut into strides, for a range `for`.
class strides {
public:
  explicit strides(std::span<std::uint16_t const> rows) noexcept : rows_{rows} {}
  struct iterator {
    std::span<std::uint16_t const> rest;
    auto operator*() const noexcept { return rest.first(std::min(rest.size(), stride)); }
    void operator++() noexcept { rest = rest.subspan(std::min(rest.size(), stride)); }
    auto operator!=(iterator const& end) const noexcept { return rest.size() != end.rest.size(); }
  };
  [[nodiscard]] auto begin() const noexcept -> iterator { return {rows_}; }
  [[nodiscard]] auto end() const noexcept -> iterator { return {rows_.last(0)}; }

private:
  std::span<std::uint16_t const> rows_;
};

template <class Key>
class family_state;

template <class Key>
class family {
public:
  using address_type = typename Key::address_type;
  using record = source_record<address_type>;

  /// Counts the rows that this worker owns by their source: packets and bytes of sources and ports,
  /// sources of ports. Rows without a port count for their source alone.
  template <bool IsUniform>
  void count_sources(rows_of_batch const& of, moment const& when, bool with_totals) {
    for (auto const part : strides{of.rows}) {
      std::array<std::uint64_t, stride> hashes;
      for (std::size_t i = 0; i < part.size(); ++i)
        hashes[i] = sources_.fetch(source_of(of.batch, part[i]));
      sightings<stamped_set<Key>> pairs;
      for (std::size_t i = 0; i < part.size(); ++i) {
        auto const row = part[i];
        auto const at = IsUniform ? phase::current : when.phases[row];
        auto const source = source_of(of.batch, row);
        auto& entry = sources_.find(source, hashes[i]);
        if (!count_source<IsUniform>(entry, of, row, when, with_totals)) continue;
        auto const key = Key::of(source, of.tags[row] & (port_tag::count - 1));
        pairs.add(key, port_sources_.open.fetch(key), at, true);
      }
      for (auto const& each : pairs.all()) {
        auto const at = IsUniform ? phase::current : each.when;
        auto const seen = port_sources_.open.see(each.at, each.key, at, when.current);
        when.counts_of(at).ports.add_sources(each.key.tag(), seen.of_window);
      }
    }
  }

  /// Counts the rows that this worker owns by their destination: destinations of windows and ports.
  template <bool IsUniform>
  void count_destinations(rows_of_batch const& of, moment const& when) {
    for (auto const part : strides{of.rows}) {
      port_destinations_.open.settle();
      destinations_.open.settle();
      sightings<destination_set<Key>> pairs;
      sightings<destination_set<Key>> alone;
      auto const add_alone = [&](address_type destination, phase at, bool is_wanted) {
        auto const key = Key::of(destination, 0);
        alone.add(key, destinations_.open.fetch(key), at, is_wanted);
      };
      for (auto const row : part) {
        auto const at = IsUniform ? phase::current : when.phases[row];
        auto const destination = destination_of(of.batch, row);
        if (of.tags[row] == port_tag::none) {
          add_alone(destination, at, true);
          continue;
        }
        auto const key = Key::of(destination, of.tags[row] & (port_tag::count - 1));
        pairs.add(key, port_destinations_.open.fetch(key), at, true);
      }
      for (auto const& each : pairs.all()) {
        auto const at = IsUniform ? phase::current : each.when;
        auto const seen = port_destinations_.open.see(each.at, each.key, at, when.current);
        when.counts_of(at).ports.add_destinations(each.key.tag(), seen.of_window);
        // A destination that was seen with its port was seen: that saves most probes of the other
        // set.
        add_alone(each.key.address(), at, seen.of_window | seen.of_set);
      }
      for (auto const& each : alone.all()) {
        auto const at = IsUniform ? phase::current : each.when;
        when.counts_of(at).destinations +=
            destinations_.open.see(each.at, each.key, at, when.current).of_window;
      }
    }
  }

  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return sources_.bytes() + destinations_.open.bytes() + port_sources_.open.bytes() +
           port_destinations_.open.bytes();
  }
  void renumber(std::uint32_t current) {
    sources_.renumber(current);
    destinations_.open.renumber(current);
    port_sources_.open.renumber(current);
    port_destinations_.open.renumber(current);
  }
  /// Forgets what no open window has seen, and all totals of sources.
  void keep_open(std::uint32_t current) {
    sources_.keep_open(current);
    destinations_.open.keep_open(current);
    port_sources_.open.keep_open(current);
    port_destinations_.open.keep_open(current);
  }
  /// Writes everything to temporary files but what the open windows have seen.
  [[nodiscard]] auto spill(std::uint32_t current) -> status {
    KIZASHI_TRY(spill_sources(current));
    KIZASHI_TRY(destinations_.spill(current));
    KIZASHI_TRY(port_sources_.spill(current));
    return port_destinations_.spill(current);
  }

  // What follows is for the end of the run: each calls `visit` once per member, exactly.

  template <class Visit>
  [[nodiscard]] auto for_each_source(Visit&& visit) -> status {
    if (source_runs_.is_empty()) {
      sources_.for_each(visit);
      return {};
    }
    KIZASHI_TRY(spill_sources(serial::last + 2));
    return source_runs_.merge(visit);
  }
  template <class Visit>
  [[nodiscard]] auto for_each_destination(Visit&& visit) -> status {
    return destinations_.for_each(visit);
  }
  template <class Visit>
  [[nodiscard]] auto for_each_port_source(Visit&& visit) -> status {
    return port_sources_.for_each(visit);
  }
  template <class Visit>
  [[nodiscard]] auto for_each_port_destination(Visit&& visit) -> status {
    return port_destinations_.for_each(visit);
  }

private:
  friend class family_state<Key>;

  /// Keys of one stride whose places are on their way into the cache.
  template <class Set>
  class sightings {
  public:
    struct sighting {
      Key key;
      typename Set::place at;
      phase when;
    };
    /// At most `stride` times, wanted or not.
    void add(Key key, typename Set::place at, phase when, bool is_wanted) noexcept {
      items_[size_] = {key, at, when};
      size_ += is_wanted;
    }
    [[nodiscard]] auto all() const noexcept -> std::span<sighting const> {
      return std::span{items_}.first(size_);
    }

  private:
    std::array<sighting, stride> items_;
    std::size_t size_ = 0;
  };

  [[nodiscard]] static auto source_of(net::packet_batch const& batch, std::size_t row) noexcept
      -> address_type {
    if constexpr (std::is_same_v<address_type, net::ipv4>)
      return net::ipv4{batch.source[row]};
    else
      return batch.ipv6[batch.source[row]].source;
  }
  [[nodiscard]] static auto destination_of(net::packet_batch const& batch, std::size_t row) noexcept
      -> address_type {
    if constexpr (std::is_same_v<address_type, net::ipv4>)
      return net::ipv4{batch.destination[row]};
    else
      return batch.ipv6[batch.source[row]].destination;
  }
  /// Answers whether (port, source) must be looked up.
  template <bool IsUniform>
  [[gnu::always_inline]] inline auto count_source(source_entry<address_type>& entry,
                                                  rows_of_batch const& of, std::size_t row,
                                                  moment const& when, bool with_totals) -> bool {
    auto const at = IsUniform ? phase::current : when.phases[row];
    auto& counts = when.counts_of(at);
    auto const wire_length = of.batch.wire_length[row];
    sources_.add_packet(entry, wire_length);
    counts.sources += see_source(entry, at, when.current);
    if (with_totals && at != phase::closed)
      counts.add_to_total(source_of(of.batch, row), wire_length);
    auto const tag = of.tags[row];
    if (tag == port_tag::none) return false;
    auto const port = tag & (port_tag::count - 1);
    counts.ports.add_packet(port, wire_length, (tag & port_tag::syn) != 0);
    return at != phase::current || entry.change_port(port);
  }

  /// Answers whether the source is new to its window. Its last port speaks of the current window
  /// only.
  [[nodiscard]] static auto see_source(source_entry<address_type>& entry, phase at,
                                       std::uint32_t current) noexcept -> bool {
    auto mark = entry.mark();
    if (!internal::see(mark, at, current)) return false;
    if (at == phase::current)
      entry.set(mark, port_tag::none);
    else
      entry.set_mark(mark);
    return true;
  }

  [[nodiscard]] auto spill_sources(std::uint32_t current) -> status {
    if (sources_.size() == 0) return {};
    KIZASHI_TRY(source_runs_.add_all([&](auto&& add_one) { sources_.for_each(add_one); }));
    sources_.keep_open(current);
    return {};
  }

  source_table<address_type> sources_;
  key_set<Key, destination_set<Key>> destinations_;
  key_set<Key, stamped_set<Key>> port_sources_;
  key_set<Key, destination_set<Key>> port_destinations_;
  sorted_runs<record> source_runs_;
};

}  // namespace kizashi::telescope::internal
