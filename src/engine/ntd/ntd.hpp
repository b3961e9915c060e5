// The engine "ntd": sources that ask for the same ports in the same minutes, as blocks of a tensor.
// docs/engines/ntd.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto ntd_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
