// A source in the form in which sources are compared: few, coarse values that a person can read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::screening::internal {

/// What is looked at. The first ones are compared for equality; those from `ports` on have an
/// order, most of them as powers of two.
enum class feature : std::uint8_t {
  protocol,       ///< 6, 17, 1; 0: several
  traffic_class,  ///< of most packets
  window,         ///< 65536: it varies
  options,
  mss,
  window_scale,
  initial_ttl,
  dont_fragment,
  length,     ///< on the wire, when it is the same for all packets of a source without TCP SYN
  top_port,   ///< `port_key` of the busiest
  walk,       ///< through the destinations: 1 upwards, 2 downwards, 0 neither
  ports,      ///< different ones
  targets,    ///< different destinations
  repeats,    ///< packets for each destination
  rate,       ///< thousandths of a packet per second
  top_share,  ///< of 8: packets at the busiest port
  steps,      ///< bits of `source_profile::sequence`: different steps from port to port
};
inline constexpr std::size_t features = 17;
inline constexpr std::size_t first_ordered = static_cast<std::size_t>(feature::ports);

/// The value of a feature that a source does not have, such as the window of one without a SYN.
inline constexpr std::uint32_t absent = 0xFFFFFFFF;

/// The largest value of an ordered feature.
[[nodiscard]] constexpr auto most_of(feature ordered) noexcept -> std::uint32_t {
  return ordered == feature::top_share ? 8 : ordered == feature::steps ? 32 : 40;
}
inline constexpr std::uint32_t varying_window = 65536;

[[nodiscard]] constexpr auto port_key(std::uint8_t protocol, std::uint16_t port) noexcept
    -> std::uint32_t {
  return std::uint32_t{protocol} << 16 | port;
}
/// "23/tcp", "53/udp", "icmp".
[[nodiscard]] auto describe_port(std::uint32_t key) -> std::string;

/// The ports at which a source is mostly seen: at least a twentieth of what it sent to ports, as
/// many as a profile has. None when it has so many that its eight busiest are less than half.
struct main_ports {
  static constexpr std::size_t most = telescope::source_profile::most_ports;
  std::array<std::uint32_t, most> keys{};  ///< `port_key`, ascending behind the used ones zeros
  std::array<float, most> shares{};

  [[nodiscard]] auto count() const noexcept -> std::size_t {
    std::size_t used = 0;
    while (used < most && keys[used] != 0) ++used;
    return used;
  }
  [[nodiscard]] auto has(std::uint32_t key) const noexcept -> bool;
};

/// About 220 bytes for each source with enough packets.
struct source_record {
  net::address address;
  timestamp first;
  timestamp last;
  std::uint64_t packets = 0;
  std::uint64_t activity = 0;
  std::array<std::uint32_t, features> values{};
  main_ports ports;
  std::uint32_t quirk = 0;
  std::uint32_t days = 0;
  std::uint32_t sequence = 0;
  float confidence = 0;  ///< of `tool`
  std::int32_t campaign = -1;
  std::uint32_t neighbours = 0;
  std::uint16_t label = 0;  ///< number of a name that somebody or something gave; 0: none
  std::uint16_t scanner = 0;
  std::uint16_t coordinated = 0;  ///< the first coordinated group that it fits, from 1; 0: none
  std::uint8_t tool = 0;          ///< fingerprint + 1 of the surest verdict; 0: none
  bool is_malware = false;        ///< that verdict's kind
  std::uint64_t tools = 0;        ///< all verdicts: bit i is entry i

  [[nodiscard]] auto at(feature f) const noexcept -> std::uint32_t {
    return values[static_cast<std::size_t>(f)];
  }
};

/// All but tool, label and what follows from other sources.
[[nodiscard]] auto make_record(telescope::source_profile const& from) -> source_record;
[[nodiscard]] auto main_class(telescope::source_profile const& of) noexcept
    -> recognise::traffic_class;
/// The /24 (IPv6: /64) of an address.
[[nodiscard]] auto network_of(net::address a) -> net::prefix;

/// A range of one feature's values, both ends included.
struct condition {
  feature of{};
  std::uint32_t low = 0;
  std::uint32_t high = 0;

  [[nodiscard]] auto holds(source_record const& source) const noexcept -> bool {
    auto const value = source.at(of);
    return low <= value && value <= high;
  }
  friend auto operator==(condition const&, condition const&) noexcept -> bool = default;
};
/// For people: "window 65535", "at most 3 ports".
[[nodiscard]] auto describe(condition const& each) -> std::string;

}  // namespace kizashi::screening::internal
