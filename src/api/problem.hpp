// Failures as answers (RFC 9457, "Problem Details for HTTP APIs").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kizashi/api/http/message.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::api {

/// One thing that was wrong with a request.
struct mistake {
  std::string where;     ///< "query.top", "path.host", "body.sql"
  std::string came;      ///< as it came; empty: nothing did
  std::string expected;  ///< "a whole number, 1 to 1000"
};

/// application/problem+json with the status, its reason, a sentence and all mistakes.
[[nodiscard]] auto problem(unsigned status, std::string_view detail,
                           std::vector<mistake> const& mistakes = {}) -> http::response;
/// Of a failure behind a question, with the status that belongs to its code.
[[nodiscard]] auto problem_of(error const& what) -> http::response;

}  // namespace kizashi::api
