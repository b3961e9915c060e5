// The shape of who asks for what: numbers of the graph of sources and services.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kizashi/engine/activity.hpp"

namespace kizashi::engine {

/// All in 0 .. 1 but edges.
struct graph_features {
  double edges = 0;              ///< pairs of source and service
  double density = 0;            ///< of those that there could be
  double largest_component = 0;  ///< share of sources and services that hang together
  double entropy = 0;            ///< of the edges over services, of the highest possible
  double new_edges = 0;          ///< share of edges that the interval before did not have
};
inline constexpr std::array<std::string_view, 5> graph_feature_names{
    "edges", "density", "largest component", "entropy of services", "new edges"};

/// A number for each edge that tells it from others, ascending.
[[nodiscard]] auto edges_of(activity_window const& of) -> std::vector<std::uint64_t>;

/// `before`: the edges of the interval before, ascending. O(rows log rows).
[[nodiscard]] auto features_of(activity_window const& of, std::vector<std::uint64_t> const& edges,
                               std::vector<std::uint64_t> const& before) -> graph_features;

}  // namespace kizashi::engine
