// Sockets, TLS, timers and threads, behind plain types. The only door to Boost.Asio.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/api/http/server.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::api::http::internal {

/// One connection's bytes. Its callbacks come one at a time; the other calls are made from them,
/// but `post`, which any thread may call. An operation that ends because the channel was closed, or
/// its deadline passed, calls back as failed.
class channel {
public:
  using on_bytes = std::function<void(bool is_good, std::size_t bytes)>;
  using on_done = std::function<void(bool is_good)>;

  virtual ~channel() = default;
  /// TLS's; nothing to do without.
  virtual void shake_hands(on_done then) = 0;
  /// Some bytes into `into`, which stays until then. Good with none: the other end has finished.
  virtual void read(std::span<char> into, on_bytes then) = 0;
  /// All of `bytes`, which stay until then.
  virtual void write(std::string_view bytes, on_done then) = 0;
  /// Tells the other end that no more comes.
  virtual void finish_writing(on_done then) = 0;
  virtual void close() = 0;

  using span = std::chrono::milliseconds;
  /// From now on the channel closes after so long, unless it is set again; 0: never.
  virtual void set_deadline(span from_now) = 0;
  [[nodiscard]] virtual auto is_late() const noexcept -> bool = 0;
  /// Calls `then` after so long, once, in place of what was waited for before.
  virtual void wait(span from_now, std::function<void()> then) = 0;
  virtual void post(std::function<void()> what) = 0;

  [[nodiscard]] virtual auto peer() const -> std::string const& = 0;
  [[nodiscard]] virtual auto is_secure() const noexcept -> bool = 0;
  [[nodiscard]] virtual auto is_local() const noexcept -> bool = 0;
};

/// Listens, and calls back with each connection on one of its threads.
class network {
public:
  using on_channel = std::function<void(std::shared_ptr<channel>)>;

  [[nodiscard]] static auto open(std::vector<listen_at> const& where, on_channel accept)
      -> result<std::unique_ptr<network>>;
  virtual ~network() = default;

  /// Starts `threads` threads.
  virtual void start(unsigned threads) = 0;
  /// No more connections. The threads go on until `stop`.
  virtual void stop_listening() = 0;
  virtual void stop() = 0;
  virtual void post(std::function<void()> what) = 0;
  /// The addresses, with the numbers of ports that the system chose.
  [[nodiscard]] virtual auto listening() const -> std::vector<std::string> = 0;
  /// Reads the certificates anew for later connections.
  [[nodiscard]] virtual auto reload_certificates() -> status = 0;
};

}  // namespace kizashi::api::http::internal
