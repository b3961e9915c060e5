// Scan events and attacks as rows of answers, with all that the store's tables have of them.
#pragma once

#include "kizashi/answer/host.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::answer {

/// The names that rows need.
struct row_names {
  stored_names const& sensors;
  stored_names scanners;
  stored_names fingerprints;
};

/// null of 0.
[[nodiscard]] auto scanner_json(row_names const& names, std::uint16_t number) -> json;
/// No destination is in it.
[[nodiscard]] auto listed_json(store::listed_event const& of, row_names const& names) -> json;
[[nodiscard]] auto listed_json(store::listed_attack const& of, row_names const& names) -> json;

}  // namespace kizashi::answer
