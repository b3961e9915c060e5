// The engine "change": packets and sources of a sensor, interval by interval, and when they are no
// longer what they were. docs/engines/change.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto change_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
