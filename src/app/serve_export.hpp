// Packets as a file over HTTP: what `kizashi store export` writes, bounded.
#pragma once

#include "kizashi/api/observatory.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::app {

/// `api::export_route` with its answer. `in` lives as long as the route.
[[nodiscard]] auto export_route_of(api::observatory const& in) -> api::route;

}  // namespace kizashi::app
