#pragma once

#include <span>

#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// What the build made of the files in scenarios/.
[[nodiscard]] auto shipped_scenarios() -> std::span<shipped_scenario const>;

}  // namespace kizashi::capture::synth
