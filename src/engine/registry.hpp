// All engines there are.
#pragma once

#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

/// In the order in which they work; those that hear come last. A new engine is one line in
/// registry.cpp.
[[nodiscard]] auto all_engines() -> std::span<descriptor const* const>;

/// Fails with `not_found`, and says which name was perhaps meant.
[[nodiscard]] auto find_engine(std::string_view name) -> result<descriptor const*>;

}  // namespace kizashi::engine
