// The formats of scanner lists. docs/known-scanners.md describes them.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/recognise/internal/scanner_draft.hpp"

namespace kizashi::recognise::internal {

enum class scanner_format : std::uint8_t { misp, toml, csv, maltrail, plain };

/// Adds what a file holds. `file` is its name, for messages and, where the list says no name, for
/// the organisation. Fails when the text is of no known format, has a mistake that leaves nothing
/// to read, or no entry.
[[nodiscard]] auto read_scanners(std::string_view file, std::string_view text, scanner_draft& to)
    -> status;

[[nodiscard]] auto read_misp(std::string_view file, std::string_view text, scanner_draft& to)
    -> status;
[[nodiscard]] auto read_scanner_toml(std::string_view file, std::string_view text,
                                     scanner_draft& to) -> status;
[[nodiscard]] auto read_scanner_csv(std::string_view file, std::string_view text, scanner_draft& to)
    -> status;
/// Maltrail ("address # name") and plain lists.
[[nodiscard]] auto read_scanner_lines(std::string_view file, std::string_view text,
                                      scanner_draft& to) -> status;

}  // namespace kizashi::recognise::internal
