// One question to a server of this program: for commands that ask it over HTTP.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::api::http {

struct plain_answer {
  unsigned status = 0;
  std::string body;
};

/// Reads a whole answer of HTTP/1.0 or 1.1 whose body ends with the connection or its
/// Content-Length. Fails on anything else, a chunked one included.
[[nodiscard]] auto parse_answer(std::string_view text) -> result<plain_answer>;

/// GET `path` from "http://HOST:PORT", "https://HOST:PORT" (`internal::tls_client` says whose
/// certificate is trusted) or "unix:PATH"; `token` may be empty. Waits ten seconds at most for each
/// step, reads 16 MiB at most. Fails with `not_found` where nobody listens and with `unsupported`
/// on any other address.
[[nodiscard]] auto get(std::string_view address, std::string_view path, std::string_view token)
    -> result<plain_answer>;

}  // namespace kizashi::api::http
