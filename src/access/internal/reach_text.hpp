// How a reach stands in a table: texts with commas, or NULL for "all".
#pragma once

#include <optional>
#include <string>

#include "kizashi/access/reach.hpp"

namespace kizashi::access::internal {

[[nodiscard]] auto prefixes_text(reach const& what) -> std::optional<std::string>;
[[nodiscard]] auto sensors_text(reach const& what) -> std::optional<std::string>;
/// Fails when somebody else has written into the table.
[[nodiscard]] auto reach_from(std::optional<std::string> const& prefixes,
                              std::optional<std::string> const& sensors) -> result<reach>;

}  // namespace kizashi::access::internal
