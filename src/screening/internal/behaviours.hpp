// Sources with the same header and nearly the same ports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/screening/internal/record.hpp"

namespace kizashi::screening::internal {

struct behaviour {
  std::uint64_t header = 0;            ///< `behaviour_header`
  std::uint32_t spread = 0;            ///< without main ports: `feature::ports` of its sources
  main_ports ports;                    ///< of the most frequent set, mean shares
  std::vector<std::uint32_t> members;  ///< numbers of sources, ascending
};

/// First sources with equal header and equal sets of main ports, then sets that are nearly equal:
/// the larger groups lead, a smaller one joins the first leader whose ports are alike at
/// `least_alike`, or that has all its ports and sends at least half of its packets there. Leaders
/// do not drift. In a fixed order.
[[nodiscard]] auto find_behaviours(std::span<source_record const> sources, double least_alike)
    -> std::vector<behaviour>;

}  // namespace kizashi::screening::internal
