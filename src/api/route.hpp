// The operations of the API as data: what the table says of each is what the router checks, what
// the description (OpenAPI) says and what clients are told when they ask otherwise.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/api/access.hpp"
#include "kizashi/api/http/message.hpp"
#include "kizashi/api/parameter.hpp"

namespace kizashi::api {

/// One request that was let in, for the function that answers it.
struct call {
  http::request const& request;
  arguments const& with;
  principal const& who;
};

using handler = std::function<http::response(call const&)>;

struct route {
  http::method method = http::method::get;
  std::string_view path = {};  ///< "/api/v1/hosts/{host}"; {names} are parameters of the path
  std::string_view id = {};    ///< name of the operation: "getHost"
  std::string_view summary = {};
  role needs = role::administrator;
  /// An answer that waits for nothing is given on a thread of input and output.
  bool is_quick = false;
  unsigned cost = 1;  ///< for rate limits: as many requests
  /// Whether its answers stand in the audit log: those by which data leave the house. Tables as CSV
  /// do always, changes have rows of their own.
  bool is_audited = false;
  std::size_t body_limit = 0;  ///< bytes; 0: no body
  std::string_view body_schema = {};
  std::vector<parameter> parameters = {};
  /// Its first media type is what it answers with unless asked otherwise.
  std::vector<std::string_view> media_types = {"application/json"};
  std::string_view answer_schema = {};  ///< of JSON; a name in schemas.json
  unsigned success = 200;
  std::string_view tag = {};  ///< chapter in the description
  handler answer = nullptr;
};

/// What a path of the table says of `segments`, or nothing when they are another path.
[[nodiscard]] auto match_path(std::string_view pattern, std::vector<std::string> const& segments)
    -> std::optional<std::vector<path_value>>;

/// "/api/v1/hosts/{host}" as its parts.
[[nodiscard]] auto parts_of(std::string_view pattern) -> std::vector<std::string_view>;

/// The description of routes (OpenAPI 3.1).
[[nodiscard]] auto document_routes(std::vector<route> const& routes) -> std::string;

}  // namespace kizashi::api
