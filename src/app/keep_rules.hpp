// How much of a table is kept, as a person writes it: "packets 90d", "packets 200GiB".
#pragma once

#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/house/retention.hpp"

namespace kizashi::app {

/// Reads the name of a table, a space, and days (1d to 36500d) or a size (1MiB to 1024TiB).
[[nodiscard]] auto parse_keep_rule(std::string_view text) -> result<store::retention_rule>;

}  // namespace kizashi::app
