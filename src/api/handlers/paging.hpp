// What lists have in common: places in them, and lines of CSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// The parameters order, limit, cursor and format. `most_rows`: of a page, as text for the limits.
[[nodiscard]] auto paging_parameters(std::uint64_t most_rows) -> std::vector<parameter>;

/// A digest of what a list was asked for, without where in it and in which form.
[[nodiscard]] auto question_digest(call const& of, answer::asked const& question,
                                   std::string_view id) -> std::uint64_t;
/// The key of the parameter `cursor`; empty without one. Fails when it is of another question.
[[nodiscard]] auto place_in_list(call const& of, std::uint64_t digest)
    -> result<std::vector<std::uint64_t>>;
/// `cursor` of the page behind `next`; empty: there is none.
[[nodiscard]] auto cursor_behind(std::uint64_t digest, std::vector<std::uint64_t> const& next)
    -> std::string;

/// A page as CSV; the cursor of the next one stands in a field of the head.
[[nodiscard]] auto csv_page(std::string text, std::string const& next) -> http::response;

}  // namespace kizashi::api
