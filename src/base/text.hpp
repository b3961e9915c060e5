// Numbers from text and numbers for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi {

/// Reads decimal digits only: no sign, no space, no leading "+". Fails when empty, with anything
/// else in it, or above `maximum`.
[[nodiscard]] auto parse_unsigned(std::string_view text, std::uint64_t maximum)
    -> result<std::uint64_t>;

/// Without the spaces, tabs and line ends at both ends.
[[nodiscard]] auto trim(std::string_view text) -> std::string_view;
/// The parts between separators, empty ones included. An empty text has one empty part.
[[nodiscard]] auto split(std::string_view text, char separator) -> std::vector<std::string_view>;

/// 1234567 as "1,234,567".
[[nodiscard]] auto with_thousands(std::uint64_t number) -> std::string;
/// Three digits and a unit: "1.23 M", "45.6 k", "789".
[[nodiscard]] auto short_number(double number) -> std::string;
/// Bytes in powers of 1024: "1.5 MiB".
[[nodiscard]] auto short_bytes(std::uint64_t bytes) -> std::string;

}  // namespace kizashi
