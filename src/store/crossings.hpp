// How two properties of packets meet: densities for parallel coordinates.
//
//   KIZASHI_TRY(auto const found, crossings_of(engine, filter, {{axis::source, axis::port}, 64},
//   {})); for (auto const& each : found.pairs[0]) use(each.left, each.right, each.packets);
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kizashi/store/statistics.hpp"

namespace kizashi::store {

enum class axis : std::uint8_t {
  source,
  source_port,
  port,
  country,
  as,
  protocol,
  traffic_class,
  tool,  ///< of several fingerprints the one with the lowest number
  ttl,
  length,  ///< of the datagram
  time,
  destination,
};
inline constexpr std::string_view axis_names[] = {"source", "source_port", "port",  "country",
                                                  "as",     "protocol",    "class", "tool",
                                                  "ttl",    "length",      "time",  "destination"};

/// A bin of an axis: numbers from `low` to `high`, both included, or of axes that count names one
/// number (of a country its two letters as a number, the first one higher).
struct axis_bin {
  enum class kind : std::uint8_t { range, value, none, other, ipv6 };
  kind is = kind::range;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

struct crossing {
  std::uint32_t left = 0;   ///< bin of the left axis
  std::uint32_t right = 0;  ///< of the right one
  std::uint64_t packets = 0;
};

struct crossing_request {
  std::vector<axis> axes;  ///< two or more, none twice
  std::size_t bins = 64;   ///< of an axis, 16 to 256; besides them none, other and IPv6
};

struct crossings {
  std::vector<std::vector<axis_bin>> axes;
  std::vector<std::vector<crossing>> pairs;  ///< of each axis and the next
  std::uint64_t packets = 0;                 ///< that were counted
  /// Which part of the sources was looked at: 1, or 1 of so many where there are more than
  /// `most_crossed` packets.
  std::uint64_t one_of = 1;
};
inline constexpr std::uint64_t most_crossed = 100'000'000;

/// `filter.from` and `filter.to` are known. Packets without IP are in none. Cost: the tuples of the
/// span for each pair, or rollups where both axes are in them.
[[nodiscard]] auto crossings_of(engine& in, packet_filter const& filter,
                                crossing_request const& wanted, ask_settings const& ask)
    -> result<crossings>;

}  // namespace kizashi::store
