// One line of text as fields: CSV (RFC 4180) and flat JSON objects (RFC 8259).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::internal {

/// Fields with commas between, in double quotes or not; a quote in quotes is written twice. Fails
/// when a quote is not closed or something stands behind it.
[[nodiscard]] auto split_csv(std::string_view line) -> result<std::vector<std::string>>;

/// Takes the name and value of a member; what it returns ends the reading when it is a failure.
using json_member = std::function<status(std::string_view name, std::string value)>;

/// An object whose values are texts, whole numbers and null, which is the empty text. A number
/// comes as its digits. Fails on all else.
[[nodiscard]] auto read_flat_json(std::string_view line, json_member const& take) -> status;

}  // namespace kizashi::capture::internal
