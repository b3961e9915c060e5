// Names that the tables have numbers for: sensors, scanners' organisations, fingerprints.
#pragma once

#include <cstdint>
#include <map>
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

/// What the numbers of a kind stand for.
[[nodiscard]] auto names_by_number(engine& in, std::string_view kind)
    -> result<std::map<std::uint16_t, std::string>>;

}  // namespace kizashi::store::internal
