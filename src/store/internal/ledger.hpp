// Which blocks of a stream are in: docs/store.md, "Once".
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store::internal {

struct ledger_key {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(ledger_key const&, ledger_key const&) = default;
};

/// What of a block is in: so many first rows of each family, and their digest.
struct ledger_entry {
  std::uint64_t digest = 0;
  std::uint64_t ipv4 = 0;
  std::uint64_t ipv6 = 0;
};
using block_ledger = std::map<ledger_key, ledger_entry>;

/// Which blocks of a stream are in, from `first` on. Of one that came in parts the row with most
/// packets counts.
[[nodiscard]] auto read_ledger(engine& from, std::uint16_t sensor, ledger_key const& first)
    -> result<block_ledger>;
[[nodiscard]] auto write_ledger(engine& to, std::uint16_t sensor, ledger_key const& key,
                                ledger_entry const& entry, std::string const& token) -> status;

}  // namespace kizashi::store::internal
