// The engine "sensors". docs/engines/sensors.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto sensors_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
