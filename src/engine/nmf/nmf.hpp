// The engine "nmf": groups of sources that act in the same minutes, and what they ask for.
// docs/engines/nmf.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto nmf_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
