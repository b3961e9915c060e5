// Where a server's memory is: what Kizashi itself has, what its allocator keeps, what the store's
// engine has. The rest of what is resident are programs and what the engine's allocator keeps.
#pragma once

#include <cstdint>
#include <optional>

#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Bytes of this process.
struct memory_use {
  std::optional<std::uint64_t> resident;  ///< nothing where /proc cannot be read
  std::uint64_t allocated = 0;            ///< by Kizashi and its libraries, without the engine
  std::uint64_t kept = 0;                 ///< given back, and not yet to the system
};

/// Linux, man 5 proc (statm: the second number is the resident pages); man 3 mallinfo. Locks each
/// arena of the allocator for a moment.
[[nodiscard]] auto memory_of_process() -> memory_use;

/// Gives the system what the allocator keeps, when it is more than 128 MiB: where large and small
/// pieces come and go, the allocator gives nothing back by itself (man 3 malloc_trim).
void give_memory_back();

/// Bytes that the engine within this process has allocated and not given back, by the counts of
/// its own allocator. Nothing where the engine does not know: another process has it, or it is an
/// older one.
[[nodiscard]] auto memory_of_engine(store::engine& engine) -> std::optional<std::uint64_t>;

}  // namespace kizashi::app
