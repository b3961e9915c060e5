// The values of fields, to and from text.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/filter/expression.hpp"

namespace kizashi::filter::internal {

/// One value of a field that is kept as a number. Fails with what was expected, without a place.
[[nodiscard]] auto parse_number(field_info const& of, std::string_view text)
    -> result<std::uint64_t>;
[[nodiscard]] auto number_text(field_info const& of, std::uint64_t number) -> std::string;

/// "192.0.2.1" or "192.0.2.0/24".
[[nodiscard]] auto parse_addresses(std::string_view text) -> result<net::address_range>;
/// An address or a prefix where that is all of it, else "FIRST..LAST".
[[nodiscard]] auto address_text(net::address_range const& of) -> std::string;

/// In quotes where it has to be; the empty text is none.
[[nodiscard]] auto quoted_text(std::string_view text) -> std::string;

}  // namespace kizashi::filter::internal
