// The target of a request, taken apart and decoded once. Nothing is guessed: what is odd is
// refused.
#pragma once

#include <string_view>

#include "kizashi/api/http/message.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::api::http {

struct parsed_target {
  std::vector<std::string> segments;
  std::vector<query_item> query;
};

/// Reads "/api/v1/hosts/192.0.2.0%2F24?top=3" (RFC 3986, origin form). Fails on a target that does
/// not begin with "/", on empty segments but a last one, on "." and "..", on backslashes and
/// control characters, decoded or not, on bytes that are no UTF-8, on wrong percent codes and on
/// more than `most_items` items in the query. "+" is a blank in the query alone.
[[nodiscard]] auto parse_target(std::string_view target) -> result<parsed_target>;

inline constexpr std::size_t most_items = 64;

/// `text` as it can stand in a query: all but letters, digits and "-._~" in percent codes.
[[nodiscard]] auto percent_encoded(std::string_view text) -> std::string;

}  // namespace kizashi::api::http
