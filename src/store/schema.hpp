// The tables of a store (schema/store.sql): made when they are not there, and refused when a newer
// Kizashi made them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Raised with each change of the tables that an older program would not understand. From 3 on who
/// writes packets writes their sketches first (sketch/sketch_writer.hpp).
inline constexpr std::uint16_t schema_version = 5;

/// The statements of schema/store.sql, with what the engine has beyond the common subset.
[[nodiscard]] auto schema_statements(engine_capabilities const& has) -> std::vector<std::string>;

/// Makes the tables of a new store, brings those of an older one to today's, and fails on a newer
/// store, whose tables stay as they are. May be interrupted at any point and called again.
[[nodiscard]] auto prepare_schema(engine& in) -> status;

}  // namespace kizashi::store
