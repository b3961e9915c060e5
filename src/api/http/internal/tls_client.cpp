#include "kizashi/api/http/internal/tls_client.hpp"

#include <algorithm>
#include <limits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include "kizashi/net/address.hpp"

namespace kizashi::api::http::internal {
namespace {

struct tls_free {
  void operator()(SSL_CTX* each) const { ::SSL_CTX_free(each); }
  void operator()(SSL* each) const { ::SSL_free(each); }
};

auto tls_failure() -> std::string {
  auto const number = ::ERR_get_error();
  auto const* const text = number == 0 ? nullptr : ::ERR_reason_error_string(number);
  return text == nullptr ? "the connection ended" : text;
}

auto fits_int(std::size_t size) -> int {
  return static_cast<int>(
      std::min<std::size_t>(size, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

class open_tls_client final : public tls_client {
public:
  open_tls_client(std::unique_ptr<SSL_CTX, tls_free> context,
                  std::unique_ptr<SSL, tls_free> session)
      : context_{std::move(context)}, session_{std::move(session)} {}

  auto send(std::string_view whole) -> bool override {
    return ::SSL_write(session_.get(), whole.data(), fits_int(whole.size())) ==
           fits_int(whole.size());
  }
  auto receive(std::span<char> into) -> std::size_t override {
    auto const count = ::SSL_read(session_.get(), into.data(), fits_int(into.size()));
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

private:
  std::unique_ptr<SSL_CTX, tls_free> context_;
  std::unique_ptr<SSL, tls_free> session_;
};

/// Whom the certificate has to be for.
auto expect_host(SSL* session, std::string const& host) -> bool {
  if (net::address::parse(host))
    return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), host.c_str()) == 1;
  return ::SSL_set1_host(session, host.c_str()) == 1 &&
         ::SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

}  // namespace

auto tls_client::open(int over, std::string const& host) -> result<std::unique_ptr<tls_client>> {
  ::ERR_clear_error();
  std::unique_ptr<SSL_CTX, tls_free> context{::SSL_CTX_new(::TLS_client_method())};
  if (!context || ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      ::SSL_CTX_set_default_verify_paths(context.get()) != 1)
    return fail(errc::io_error, fmt::format("TLS cannot begin: {}", tls_failure()));
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  std::unique_ptr<SSL, tls_free> session{::SSL_new(context.get())};
  if (!session || ::SSL_set_fd(session.get(), over) != 1 || !expect_host(session.get(), host))
    return fail(errc::io_error, fmt::format("TLS cannot begin: {}", tls_failure()));
  if (::SSL_connect(session.get()) == 1)
    return std::make_unique<open_tls_client>(std::move(context), std::move(session));
  if (auto const wrong = ::SSL_get_verify_result(session.get()); wrong != X509_V_OK)
    return fail(errc::permission,
                fmt::format("its certificate is not trusted: {}; SSL_CERT_FILE can name a file "
                            "with one that is",
                            ::X509_verify_cert_error_string(wrong)));
  return fail(errc::io_error, fmt::format("it does not speak TLS as expected: {}", tls_failure()));
}

}  // namespace kizashi::api::http::internal
