// What the numbers of a road depend on, in words: by these two states can be told to belong
// together.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline::internal {

/// Name and value of each option that changes what comes out. Workers, memory of exact sets, sinks
/// and places do not.
[[nodiscard]] auto describe(road_options const& options)
    -> std::vector<std::pair<std::string, std::string>>;

}  // namespace kizashi::pipeline::internal
