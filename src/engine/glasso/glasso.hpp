// The engine "glasso": how closely the activity of sources hangs together, and when more than
// usual. docs/engines/glasso.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto glasso_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
