// The engine "high_risk". docs/engines/high_risk.md explains it.
#pragma once

#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

[[nodiscard]] auto high_risk_descriptor() -> descriptor const&;

}  // namespace kizashi::engine
