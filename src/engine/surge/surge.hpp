// The engine "surge": more sources at a service than ever explains itself. docs/engines/surge.md
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto surge_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
