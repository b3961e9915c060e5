// What ClickHouse says when it fails, made fit for a person: what is wrong and where, without its
// codes, stack traces, versions, settings and lists of everything that could have stood there.
#pragma once

#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::store {

/// The failure that belongs to `message`, as the engine gave it for the statement `sql`.
/// Understands the forms of ClickHouse 18.16 and 26.7. A mistake in the SQL is named with line and
/// column.
[[nodiscard]] auto engine_failure(std::string_view message, std::string_view sql) -> error;

/// ClickHouse's number of the failure ("Code: 62" is 62), 0 when it has none.
[[nodiscard]] auto engine_error_number(std::string_view message) noexcept -> int;

}  // namespace kizashi::store
