// A scenario: the description of a telescope that does not exist. Written as TOML:
//
//   description = "One Mirai-like botnet over a /24"
//   seed = 1
//   start = "2026-01-15T00:00:00Z"
//   duration = "10min"
//   dark = ["203.0.113.0/24"]
//
//   [[actor]]
//   name = "bots"
//   kind = "mirai"
//   sources = 100
//   rate = 20.0
//
// README.md in this folder lists every key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::capture::synth {

/// Bounds that keep memory and time in hand whatever a scenario says.
inline constexpr std::uint32_t most_sources = 4'000'000;   ///< of one actor
inline constexpr std::uint32_t most_dark = 1U << 24;       ///< IPv4 addresses
inline constexpr double highest_rate = 50e6;               ///< packets per second of one actor
inline constexpr std::uint64_t most_packets = 1ULL << 40;  ///< of one actor
inline constexpr std::size_t most_actors = 4000;

struct port_weight {
  std::uint16_t port = 0;
  std::uint32_t weight = 1;
  friend auto operator==(port_weight, port_weight) -> bool = default;
};

/// How often each answer, service or protocol occurs, relative to the others.
struct named_weight {
  std::string name;
  std::uint32_t weight = 1;
};

/// One actor: a group of sources that behave alike. Which members count depends on `kind`.
/// All lengths of time are whole seconds.
struct actor_spec {
  std::string name;
  std::string kind;
  std::string tool;  ///< what the packets of a TCP scan look like
  std::uint32_t sources = 1;
  std::vector<net::prefix> pool;   ///< where sources lie; empty: anywhere in global unicast space
  double zipf = 0;                 ///< packets of the k-th busiest source ~ 1/k^zipf; 0: all alike
  double rate = 0;                 ///< packets per second; exclusive with `packets`
  std::uint64_t packets = 0;       ///< exact number of packets; 0: `rate` says
  duration start{};                ///< since the scenario's start
  duration stop{};                 ///< likewise; zero: to the scenario's end
  duration daily_start{};          ///< active only between these times of the day (UTC) ...
  duration daily_stop{};           ///< ... when they differ
  bool rhythm = true;              ///< follows the scenario's day and night
  std::vector<port_weight> ports;  ///< empty: any port from 1 to 65535
  double tail = 0;                 ///< share of packets that go to a random port instead
  std::string protocol;            ///< "tcp" or "udp"
  std::vector<named_weight>
      mix;  ///< backscatter: answers; ipv6, noise: protocols; amplification: services
  std::uint32_t destinations = 0;  ///< vertical, misconfigured: how many fixed destinations
  std::string order;               ///< horizontal, vertical: "random" or "sequential"
  std::uint32_t window = 0;        ///< tool syn: TCP window; 0: as the options' system has it
  std::string options;             ///< tool syn: set of TCP options
  std::string relation;            ///< tool syn: a relation between fields; empty: none
  duration growth{};         ///< outbreak: the infected grow by the factor e in this time at first
  duration midpoint{};       ///< outbreak: when half of `sources` are infected
  duration slot{};           ///< botnet: length of a time slot
  double activity = 0;       ///< botnet: share of slots in which a group acts
  double participation = 0;  ///< botnet: share of its bots that act in such a slot
  std::uint32_t groups = 1;  ///< botnet: how many groups with slots of their own
  std::string parameters;    ///< the table as JSON in one line, for the truth
};

/// A sensor outage: no packet is recorded in [from, to), both whole seconds since the scenario's
/// start.
struct gap_spec {
  duration from{};
  duration to{};
};

struct scenario {
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  timestamp start;                ///< a whole second
  duration length{};              ///< whole seconds
  std::vector<net::prefix> dark;  ///< IPv4 and IPv6, sorted, without overlap
  double rhythm_amplitude = 0;    ///< 0..1: the rate swings by this share around its mean
  duration rhythm_peak{};         ///< time of the day (UTC) of the highest rate
  std::uint64_t packets = 0;      ///< exact number over all actors; 0: the actors say
  std::vector<actor_spec> actors;
  std::vector<gap_spec> gaps;
};

/// Reads a scenario. `file` is the name used in messages. Fails with every mistake found, one per
/// line, each as "FILE:LINE:COLUMN: KEY is VALUE; expected ...".
[[nodiscard]] auto parse_scenario(std::string_view text, std::string_view file) -> result<scenario>;

struct shipped_scenario {
  std::string_view name;
  std::string_view text;  ///< the TOML
};

/// The scenarios inside the binary, by name.
[[nodiscard]] auto list_scenarios() -> std::vector<shipped_scenario>;

/// The TOML of a shipped scenario, or of a file when the argument has a '/' or ends in ".toml".
/// Fails when neither is there and says which names are.
[[nodiscard]] auto read_scenario_text(std::string_view name_or_path) -> result<std::string>;
[[nodiscard]] auto load_scenario(std::string_view name_or_path) -> result<scenario>;

/// Changes of a scenario before it is played, as the options of `kizashi synth` say them.
struct scenario_changes {
  std::optional<std::uint64_t> seed;
  /// Another length (--duration): whole seconds from 1s to 366d. Actors without a `stop` of their
  /// own last as long; their `packets` shrink or grow with their active time, so that rates stay.
  std::optional<duration> length;
  /// Factor for every rate and every number of packets (--rate-scale), up to a million; sources
  /// stay.
  double scale = 1;
  /// This many packets in all, from 1 to `most_packets`, shared out as the actors' rates are.
  std::optional<std::uint64_t> packets;
};

/// Fails on the first member that is out of its bounds, in a message that begins with the option.
[[nodiscard]] auto check_changes(scenario_changes const& changes) -> status;

/// Fails as `check_changes` does, and when an actor would send too much.
[[nodiscard]] auto change_scenario(scenario base, scenario_changes const& changes)
    -> result<scenario>;

}  // namespace kizashi::capture::synth
