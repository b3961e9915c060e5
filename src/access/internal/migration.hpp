// The numbered steps by which a catalogue comes to today's tables: schema/catalog/N.sql.
#pragma once

#include <span>

namespace kizashi::access::internal {

struct migration {
  char const* name;  ///< its number
  char const* text;  ///< SQL
};

/// In order; the n-th leads to version n.
[[nodiscard]] auto embedded_migrations() -> std::span<migration const>;

}  // namespace kizashi::access::internal
