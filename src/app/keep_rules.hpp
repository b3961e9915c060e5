// How much of a table is kept, as a person writes it: "packets 90d", "packets 200GiB".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/house/retention.hpp"

namespace kizashi::app {

/// Reads the name of a table, a space, and days (1d to 36500d) or a size (1MiB to 1024TiB).
[[nodiscard]] auto parse_keep_rule(std::string_view text) -> result<store::retention_rule>;
/// Reads days: "1d" to "36500d".
[[nodiscard]] auto parse_days(std::string_view text) -> result<std::uint64_t>;
/// "2026-06-01".
[[nodiscard]] auto today_in_utc() -> std::string;
/// The first of the `days` newest days that end with `today` ("2026-06-03", 2: "2026-06-02"). Fails
/// when `today` is no day, or the answer is before 1970.
[[nodiscard]] auto first_of_days(std::string_view today, std::uint64_t days) -> result<std::string>;

}  // namespace kizashi::app
