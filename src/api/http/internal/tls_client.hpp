// The other side of a connection with TLS, as seen by who asks.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::api::http::internal {

/// TLS 1.2 or 1.3 over a connected socket, which has to live longer and whose own limits of time
/// hold. The other side must have a certificate for `host`, a name or an address, that the machine
/// trusts: OpenSSL's usual places, or those that SSL_CERT_FILE and SSL_CERT_DIR name.
class tls_client {
public:
  /// Fails with `permission` when the certificate is not trusted, with `io_error` otherwise.
  [[nodiscard]] static auto open(int over, std::string const& host)
      -> result<std::unique_ptr<tls_client>>;
  virtual ~tls_client() = default;
  /// False: it cannot be sent.
  [[nodiscard]] virtual auto send(std::string_view whole) -> bool = 0;
  /// How many bytes came; 0: the end, or nothing came in time.
  [[nodiscard]] virtual auto receive(std::span<char> into) -> std::size_t = 0;
};

}  // namespace kizashi::api::http::internal
