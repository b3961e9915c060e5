// What a person can set for the detection engines of `kizashi serve`: the section [engines].
#pragma once

#include <span>
#include <vector>

#include "kizashi/base/config.hpp"
#include "kizashi/engine/schedule.hpp"

namespace kizashi::app {

/// The keys; part of `setting_keys`.
[[nodiscard]] auto engine_keys() -> std::span<config_key const>;
/// Options of engines that are not used, but those that are among `known` mistakes.
[[nodiscard]] auto engine_contradictions(config const& from,
                                         std::vector<config_mistake> const& known)
    -> std::vector<config_mistake>;
/// Empty: none shall run.
[[nodiscard]] auto engines_of(config const& from) -> result<std::vector<engine::chosen_engine>>;

}  // namespace kizashi::app
