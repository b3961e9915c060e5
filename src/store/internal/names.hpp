// Names that the tables have numbers for: sensors, scanners' organisations, fingerprints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store::internal {

/// The number of each name, 1 ..; names that have none yet get one and are stored. One caller at a
/// time. Fails when 65,535 are given.
[[nodiscard]] auto numbers_of(engine& in, std::string_view kind, std::span<std::string const> names)
    -> result<std::vector<std::uint16_t>>;

}  // namespace kizashi::store::internal
