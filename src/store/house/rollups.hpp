// Whether the tables that are made from the packets have as many as these.
#pragma once

#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/record.hpp"

namespace kizashi::store {

struct rollup_difference {
  std::string table;
  std::string day;
  std::string why;
};

/// Compares, day by day, the packets of each rollup with those in the tables of packets and in the
/// archive. A rollup is a table of days with a column `packets`, a number or the state of a sum.
/// It has the packets of IPv4, of IPv6 or both: the same on each day.
///
/// Days of packets that were dropped, or of which a part is isolated, are compared with nothing.
[[nodiscard]] auto compare_rollups(engine& in, store_record const& record)
    -> result<std::vector<rollup_difference>>;

}  // namespace kizashi::store
