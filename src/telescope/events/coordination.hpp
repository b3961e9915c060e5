// Sources that share their targets: groups of scan events with one port, type and header quirk
// whose destinations overlap far less, or far more, than those of sources that choose for
// themselves. docs/coordination.md has the statistics.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/hyperloglog.hpp"

namespace kizashi::telescope {

/// The sketch of a scan event's destinations, over `internal::sketch_hash`.
using target_sketch = internal::hyperloglog<11>;

/// Different things by their hash: exact while they are few, then a sketch. What it holds depends
/// on what was added, not on the order. 16 B and 8 B each, at most 8 KiB.
class target_set {
public:
  static constexpr std::size_t most_exact = 1024;

  void add(std::span<std::uint64_t const> hashes);
  void add(target_sketch const& sketch);
  void merge(target_set const& other);
  [[nodiscard]] auto is_exact() const noexcept -> bool { return sketch_.empty(); }
  [[nodiscard]] auto count() const noexcept -> double;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    std::size_t size = self.hashes_.size();
    bool is_sketch = !self.is_exact();
    io(size, is_sketch);
    if constexpr (Io::is_reading) {
      io.expect(size <= (is_sketch ? 0 : most_exact), "fewer targets");
      if (!io.is_good()) return;
      if (is_sketch) self.sketch_.resize(1);
      for (; size > 0 && io.is_good(); --size) {
        auto const hash = io.word();
        io.expect(self.hashes_.empty() || self.hashes_.back() < hash, "ascending targets");
        self.hashes_.push_back(hash);
      }
    } else {
      for (auto const hash : self.hashes_) io.word(hash);
    }
    if (is_sketch) io(self.sketch_.front());
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return hashes_.size() * sizeof(std::uint64_t) + sketch_.size() * sizeof(target_sketch);
  }

private:
  auto sketch() -> target_sketch&;
  void insert_each(std::span<std::uint64_t const> hashes);
  void insert_all(std::span<std::uint64_t const> hashes);

  std::vector<std::uint64_t> hashes_;  // ascending; empty once there is a sketch
  std::vector<target_sketch> sketch_;  // none or one
};

/// What a scan event says about targets.
struct target_event {
  net::address source;
  recognise::packet_type type = recognise::packet_type::other_ip;
  std::uint16_t port = 0;
  std::uint32_t quirk = 0;  ///< of the header; see sources/source_profile.hpp
  std::uint64_t packets = 0;
  timestamp first;
  timestamp last;
  /// `internal::sketch_hash` of each destination, each once. Not used where there is a `sketch`.
  std::span<std::uint64_t const> destinations;
  target_sketch const* sketch = nullptr;
};

/// How the targets of a group's sources lie to each other.
enum class target_sharing : std::uint8_t {
  undecided,  ///< too few, or as sources that choose for themselves
  splits,     ///< a list is dealt out: fewer repeats than chance gives
  repeats,    ///< all have the same list, and it is not the whole telescope
};
[[nodiscard]] auto name_of(target_sharing each) noexcept -> std::string_view;

/// A group, as found at the end.
struct target_group {
  recognise::packet_type type = recognise::packet_type::other_ip;
  std::uint16_t port = 0;
  std::uint32_t quirk = 0;
  timestamp first;
  timestamp last;
  std::uint64_t sources = 0;
  std::uint64_t events = 0;
  std::uint64_t packets = 0;
  std::uint64_t targets_each = 0;  ///< sum over the events of their different destinations
  std::uint64_t targets = 0;       ///< different destinations of all together
  bool is_exact = true;            ///< `targets` and `targets_each` are no estimates
  double expected_targets = 0;     ///< `targets` if each event chose for itself
  target_sharing sharing = target_sharing::undecided;
};

struct coordination_options {
  /// Groups are formed anew in each such interval of event time (by an event's end), so that a list
  /// that is worked through every day is not taken for chance.
  duration period = std::chrono::hours{24};
  std::size_t memory = std::size_t{64} << 20;  ///< bytes, all workers together
};

struct coordination_counts {
  std::uint64_t events = 0;   ///< added
  std::uint64_t dropped = 0;  ///< of `events`: in groups forgotten because memory was short
};

/// Gathers one worker's closed events; those of several are merged at the end. The groups found
/// depend on the events, not on how many workers had them: sources live in the shards of
/// `shard_of`, each with its share of the memory, and in each the order of events is that of the
/// stream. When a shard's share is full, its groups with fewest events go.
class target_groups {
public:
  explicit target_groups(coordination_options const& options = {});

  void add(target_event const& event);
  /// Takes what another worker has gathered.
  void merge(target_groups& other);
  [[nodiscard]] auto counts() const noexcept -> coordination_counts { return counts_; }

  /// What all workers have gathered, and the same into empty ones, in any number.
  static void save(std::span<target_groups* const> all, state_writer& out);
  static void restore(std::span<target_groups* const> all, state_reader& in);

  /// The groups of at least `least_sources` sources that share their targets, those with most
  /// sources first. `darknet_addresses`: the telescope's size; 0: not known, then the number of
  /// different destinations stands for it, and nothing is found unless they have been visited
  /// often enough to be all.
  [[nodiscard]] auto find(std::uint64_t darknet_addresses) const -> std::vector<target_group>;

  static constexpr std::uint64_t least_sources = 5;

private:
  struct group_key {
    std::int64_t period = 0;
    std::uint32_t quirk = 0;
    std::uint16_t port = 0;
    recognise::packet_type type = recognise::packet_type::other_ip;

    template <class Io, class Self>
    static void state_fields(Io& io, Self& self) {
      io(self.period, self.quirk, self.port);
      if constexpr (Io::is_reading)
        self.type = static_cast<recognise::packet_type>(io.at_most(recognise::packet_types - 1));
      else
        io.number(static_cast<std::uint64_t>(self.type));
    }
    friend auto operator<=>(group_key const&, group_key const&) = default;
  };
  /// Events by the number of their destinations, a power of two.
  struct octave {
    unsigned power = 0;
    std::uint64_t events = 0;
    std::uint64_t targets = 0;
    std::uint64_t sketched = 0;  ///< of `targets`: estimates

    template <class Io, class Self>
    static void state_fields(Io& io, Self& self) {
      io(self.power, self.events, self.targets, self.sketched);
      if constexpr (Io::is_reading)
        io.expect(self.power <= 64 && self.events > 0, "events of a size");
    }
  };
  struct group {
    timestamp first;
    timestamp last;
    std::uint64_t events = 0;
    std::uint64_t packets = 0;
    std::uint64_t most_targets = 0;  ///< of one event
    target_set sources;
    target_set targets;
    std::vector<octave> octaves;  ///< ascending

    template <class Io, class Self>
    static void state_fields(Io& io, Self& self) {
      auto sizes = self.octaves.size();
      io(self.first, self.last, self.events, self.packets, self.most_targets, self.sources,
         self.targets, sizes);
      if constexpr (Io::is_reading) {
        io.expect(self.events > 0 && sizes <= 65, "a group of events");
        if (!io.is_good()) return;
        self.octaves.resize(sizes);
      }
      for (auto& each : self.octaves) io(each);
      if constexpr (Io::is_reading)
        io.expect(std::ranges::is_sorted(self.octaves, std::ranges::less_equal{}, &octave::power),
                  "ascending sizes");
    }
    void add_octave(octave const& more);
    void merge(group const& other);
    [[nodiscard]] auto bytes() const noexcept -> std::size_t;
  };
  struct keyed_group {
    group_key key;
    group of;
  };
  /// A hash table: nearly every event that ends looks here.
  struct shard {
    std::vector<keyed_group> groups;    ///< in no order
    std::vector<std::uint32_t> places;  ///< number of a group + 1; 0: free
    std::size_t bytes = 0;

    /// Made when it is not there.
    [[nodiscard]] auto group_of(group_key const& key) -> group&;
    /// Finds places for all groups anew, and for one more.
    void index();
  };
  /// A group's part in a shard.
  struct group_part {
    group_key key;
    std::uint32_t shard = 0;
    std::uint32_t sources = 0;  ///< as many at most; `least_sources` when there are more
    group const* of = nullptr;
  };

  [[nodiscard]] static auto hash_of(group_key const& key) noexcept -> std::uint64_t;
  void make_room(shard& full);
  /// Those of a group together, groups by key.
  [[nodiscard]] auto ordered_parts() const -> std::vector<group_part>;
  static void judge_group(group_key const& key, group const& each, double addresses,
                          std::vector<target_group>& to);
  [[nodiscard]] static auto expected_targets(group const& of, double addresses) -> double;
  [[nodiscard]] static auto judge(group const& each, target_group const& found, double addresses)
      -> target_sharing;

  coordination_options options_;
  std::array<shard, shards> shards_;
  target_sketch everything_;
  std::uint64_t visits_ = 0;  // sum of all events' destinations
  coordination_counts counts_;
};

}  // namespace kizashi::telescope
