// The engine "graph". docs/engines/graph.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto graph_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
