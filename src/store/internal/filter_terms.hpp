// The comparisons of a filter as conditions of SQL.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/store/filter_sql.hpp"

namespace kizashi::store::internal {

/// "1" and "0" where it is the same for all rows. `is_negated` is left aside. The table has the
/// column.
[[nodiscard]] auto packet_term(filter::comparison const& of, stored_table table,
                               stored_numbers const& numbers) -> std::string;
[[nodiscard]] auto event_term(filter::comparison const& of, stored_table table,
                              stored_numbers const& numbers) -> std::string;

/// "a and b" and "a or b" without brackets; constants are taken out.
[[nodiscard]] auto sql_and(std::string const& a, std::string const& b) -> std::string;
[[nodiscard]] auto sql_or(std::string const& a, std::string const& b) -> std::string;
[[nodiscard]] auto sql_not(std::string const& a) -> std::string;

/// "(port in (22, 23) or (port >= 1024 and port <= 2048))"; `largest`: of the column.
[[nodiscard]] auto number_condition(std::string_view column,
                                    std::vector<filter::number_range> const& ranges,
                                    std::uint64_t least, std::uint64_t largest) -> std::string;
/// Of a set of bits.
[[nodiscard]] auto bit_condition(std::string_view column, filter::wanted_bits wanted)
    -> std::string;
/// Names as numbers; they are there, which `stored_filter::make` has seen.
[[nodiscard]] auto name_ranges(filter::comparison const& of, filter::numbered_names const& names)
    -> std::vector<filter::number_range>;

}  // namespace kizashi::store::internal
