// A server of HTTP/1.1, for one service. It holds the wire: limits, deadlines, the fields that
// every answer has. What is answered is the service's.
//
//   KIZASHI_TRY(auto const server, http::server::start({.listen = {{"127.0.0.1", 8080}}},
//   service));
//   ...
//   server->stop();
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/api/http/message.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::api::http {

struct listen_at {
  std::string address = "127.0.0.1";   ///< IPv4 or IPv6
  std::uint16_t port = 0;              ///< 0: one that is free
  std::string unix_path = {};          ///< instead of address and port; mode 0660
  std::string certificate_chain = {};  ///< PEM; with a key: TLS 1.3 or 1.2
  std::string private_key = {};        ///< PEM
};

struct server_limits {
  std::size_t header = 8192;                     ///< bytes
  std::size_t connections = 2000;                ///< in all
  std::size_t connections_per_address = 64;      ///< by address (IPv6: by /64); not on Unix sockets
  std::size_t waiting = 64;                      ///< requests that wait for a handler
  std::chrono::milliseconds head_time{10'000};   ///< from a request's first byte to its head's end
  std::chrono::milliseconds body_time{30'000};   ///< of a whole body
  std::chrono::milliseconds idle_time{60'000};   ///< between two requests
  std::chrono::milliseconds write_time{30'000};  ///< of 64 KiB
  std::chrono::milliseconds heartbeat{15'000};   ///< of a stream without news
  std::chrono::milliseconds stop_time{5'000};    ///< for answers that are on their way at the end
};

struct server_options {
  std::vector<listen_at> listen;
  unsigned io_threads = 1;       ///< 1 or 2
  unsigned handler_threads = 2;  ///< for answers that wait for a store
  server_limits limits = {};
};

struct server_counts {
  std::uint64_t connections = 0;  ///< open
  std::uint64_t streams = 0;      ///< of these, with an answer that goes on
  std::uint64_t requests = 0;     ///< answered
  std::uint64_t refused = 0;      ///< connections beyond a limit
};

class server {
public:
  virtual ~server() = default;
  /// `behind` has to live as long. Fails with the address when it cannot be listened at, and with
  /// the file when a certificate cannot be used.
  [[nodiscard]] static auto start(server_options options, service& behind)
      -> result<std::unique_ptr<server>>;

  /// Where it listens: "http://127.0.0.1:8080", "https://[::1]:8443", "unix:/run/kizashi.sock".
  [[nodiscard]] virtual auto addresses() const -> std::vector<std::string> = 0;
  /// Streams that had nothing new are asked again. From any thread; cheap when called often.
  virtual void wake_streams() = 0;
  [[nodiscard]] virtual auto reload_certificates() -> status = 0;
  [[nodiscard]] virtual auto counts() const -> server_counts = 0;
  /// No new requests; what is being answered has `stop_time`, then all is closed. Called by the
  /// destructor too.
  virtual void stop() = 0;
};

}  // namespace kizashi::api::http
