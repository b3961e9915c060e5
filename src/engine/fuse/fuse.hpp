// The engine "fuse". docs/engines/fuse.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto fuse_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
