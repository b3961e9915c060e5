// The API on a wire: what `kizashi serve` starts.
//
//   api::observatory of{.engine = engine, .events = events, .frames = frames, .counters = counters,
//                       .access = access};
//   KIZASHI_TRY(auto const server, api::server::start(of, {.http = {.listen = {{"::1", 8080}}}}));
//   ...
//   server->stop();
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kizashi/api/http/server.hpp"
#include "kizashi/api/job_list.hpp"
#include "kizashi/api/observatory.hpp"

namespace kizashi::api {

struct server_options {
  http::server_options http;
  job_limits jobs = {};
  std::vector<std::string> hosts = {};  ///< `router_options::hosts`
};

class server {
public:
  virtual ~server() = default;
  /// Listens, and answers until `stop`. Fails as `http::server::start` does.
  [[nodiscard]] static auto start(observatory const& of, server_options options)
      -> result<std::unique_ptr<server>>;
  [[nodiscard]] virtual auto addresses() const -> std::vector<std::string> = 0;
  [[nodiscard]] virtual auto reload_certificates() -> status = 0;
  [[nodiscard]] virtual auto counts() const -> http::server_counts = 0;
  /// Answers what has begun, ends streams and jobs. Called by the destructor too.
  virtual void stop() = 0;
};

/// The description of the API (OpenAPI 3.1) that schema/openapi.json keeps, those of people
/// (`people.hpp`) included.
[[nodiscard]] auto document_api() -> std::string;

}  // namespace kizashi::api
