#include "kizashi/api/http/internal/network.hpp"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

namespace kizashi::api::http::internal {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using any_socket = asio::generic::stream_protocol::socket;
using executor = asio::any_io_executor;
using clock = std::chrono::steady_clock;

/// "192.0.2.1"; IPv4 that came by an IPv6 socket too.
auto text_of(asio::ip::address const& a) -> std::string {
  if (a.is_v6() && a.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6()).to_string();
  return a.to_string();
}

// --- one connection
// -------------------------------------------------------------------------------

/// A socket, and TLS over it when there is a context.
class socket_channel final : public channel, public std::enable_shared_from_this<socket_channel> {
public:
  socket_channel(any_socket socket, std::shared_ptr<asio::ssl::context> tls, std::string peer,
                 bool is_local)
      : socket_{std::move(socket)},
        on_{socket_.get_executor()},
        deadline_{on_},
        timer_{on_},
        tls_{std::move(tls)},
        peer_{std::move(peer)},
        is_local_{is_local} {
    if (tls_) secure_.emplace(socket_, *tls_);
  }

  void shake_hands(on_done then) override {
    if (!secure_) return then(true);
    secure_->async_handshake(asio::ssl::stream_base::server,
                             [self = shared_from_this(),
                              then = std::move(then)](error_code const& wrong) { then(!wrong); });
  }

  void read(std::span<char> into, on_bytes then) override {
    auto done = [self = shared_from_this(), then = std::move(then)](error_code const& wrong,
                                                                    std::size_t bytes) {
      auto const has_ended =
          wrong == asio::error::eof || wrong == asio::ssl::error::stream_truncated;
      then(!wrong || (has_ended && !self->is_late_), bytes);
    };
    auto const buffer = asio::buffer(into.data(), into.size());
    if (secure_)
      secure_->async_read_some(buffer, std::move(done));
    else
      socket_.async_read_some(buffer, std::move(done));
  }

  void write(std::string_view bytes, on_done then) override {
    auto done = [self = shared_from_this(), then = std::move(then)](error_code const& wrong,
                                                                    std::size_t) { then(!wrong); };
    auto const buffer = asio::buffer(bytes.data(), bytes.size());
    if (secure_)
      asio::async_write(*secure_, buffer, std::move(done));
    else
      asio::async_write(socket_, buffer, std::move(done));
  }

  void finish_writing(on_done then) override {
    auto const finish = [self = shared_from_this(), then = std::move(then)](error_code const&) {
      error_code ignored;
      self->socket_.shutdown(asio::socket_base::shutdown_send, ignored);
      then(!ignored);
    };
    if (!secure_) return finish({});
    // TLS says so itself, and then waits for the other end; that it need not answer is settled by
    // the deadline.
    secure_->async_shutdown(finish);
  }

  void close() override {
    error_code ignored;
    deadline_.cancel();
    timer_.cancel();
    socket_.close(ignored);
  }

  void set_deadline(span from_now) override {
    ends_ = from_now.count() == 0 ? clock::time_point::max() : clock::now() + from_now;
    if (from_now.count() > 0 && (!is_watched_ || ends_ < watched_until_)) watch();
  }
  auto is_late() const noexcept -> bool override { return is_late_; }

  void wait(span from_now, std::function<void()> then) override {
    timer_.expires_after(from_now);
    timer_.async_wait([self = shared_from_this(), then = std::move(then)](error_code const& wrong) {
      if (!wrong) then();
    });
  }

  void post(std::function<void()> what) override {
    asio::post(on_, [self = shared_from_this(), what = std::move(what)] { what(); });
  }

  auto peer() const -> std::string const& override { return peer_; }
  auto is_secure() const noexcept -> bool override { return secure_.has_value(); }
  auto is_local() const noexcept -> bool override { return is_local_; }

private:
  /// One wait stands for many deadlines: it looks, when it ends, whether the last one was moved.
  void watch() {
    is_watched_ = true;
    watched_until_ = ends_;
    deadline_.expires_at(ends_);
    deadline_.async_wait([self = shared_from_this()](error_code const& wrong) {
      if (wrong) return;
      self->is_watched_ = false;
      if (self->ends_ == clock::time_point::max()) return;
      if (clock::now() < self->ends_) return self->watch();
      self->is_late_ = true;
      self->close();
    });
  }

  any_socket socket_;
  executor on_;
  asio::steady_timer deadline_;
  asio::steady_timer timer_;
  std::shared_ptr<asio::ssl::context> tls_;
  std::optional<asio::ssl::stream<any_socket&>> secure_;
  std::string peer_;
  bool is_local_;
  bool is_late_ = false;
  bool is_watched_ = false;
  clock::time_point ends_ = clock::time_point::max();
  clock::time_point watched_until_{};
};

// --- TLS
// ------------------------------------------------------------------------------------------

auto make_context(listen_at const& where) -> result<std::shared_ptr<asio::ssl::context>> {
  if (where.certificate_chain.empty() && where.private_key.empty())
    return std::shared_ptr<asio::ssl::context>{};
  auto made = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* const native = made->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Of TLS 1.2 those with forward secrecy and authenticated encryption (RFC 9325, section 4.2).
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  error_code wrong;
  made->use_certificate_chain_file(where.certificate_chain, wrong);
  if (wrong)
    return fail(errc::io_error,
                fmt::format("{}: cannot be used as a chain of certificates: {}; expected PEM, the "
                            "server's own first",
                            where.certificate_chain, wrong.message()));
  made->use_private_key_file(where.private_key, asio::ssl::context::pem, wrong);
  if (wrong)
    return fail(errc::io_error,
                fmt::format("{}: cannot be used as a private key: {}; expected PEM, the key of the "
                            "certificate in {}",
                            where.private_key, wrong.message(), where.certificate_chain));
  return made;
}

// --- listening
// ------------------------------------------------------------------------------------

template <class Protocol>
struct door {
  typename Protocol::acceptor acceptor;
  listen_at where;
  std::string name;
  std::shared_ptr<asio::ssl::context> tls;
};

class asio_network final : public network {
public:
  explicit asio_network(on_channel accept) : accept_{std::move(accept)} {}
  ~asio_network() override { stop(); }

  [[nodiscard]] auto listen(listen_at const& where) -> status {
    return where.unix_path.empty() ? listen_tcp(where) : listen_unix(where);
  }

  void start(unsigned threads) override {
    for (auto& each : tcp_) accept_next(each);
    for (auto& each : unix_) accept_next(each);
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  void stop_listening() override {
    for (auto const& each : tcp_) close_door(each);
    for (auto const& each : unix_) close_door(each);
    for (auto const& each : unix_) ::unlink(each->where.unix_path.c_str());
  }
  void stop() override {
    io_.stop();
    for (auto& each : threads_) each.join();
    threads_.clear();
  }
  void post(std::function<void()> what) override { asio::post(io_, std::move(what)); }
  auto listening() const -> std::vector<std::string> override {
    std::vector<std::string> out;
    for (auto const& each : tcp_) out.push_back(each->name);
    for (auto const& each : unix_) out.push_back(each->name);
    return out;
  }
  auto reload_certificates() -> status override {
    for (auto& each : tcp_) {
      KIZASHI_TRY(auto made, make_context(each->where));
      std::scoped_lock const only{tls_};
      each->tls = std::move(made);
    }
    return {};
  }

private:
  auto listen_tcp(listen_at const& where) -> status {
    error_code wrong;
    auto const address = asio::ip::make_address(where.address, wrong);
    if (wrong)
      return fail(errc::parse_error,
                  fmt::format("\"{}\" is no address to listen at; expected IPv4 or IPv6, such as "
                              "127.0.0.1 or ::1",
                              where.address));
    KIZASHI_TRY(auto tls, make_context(where));
    tcp::endpoint const at{address, where.port};
    tcp::acceptor acceptor{asio::make_strand(io_)};
    acceptor.open(at.protocol(), wrong);
    if (!wrong) acceptor.set_option(asio::socket_base::reuse_address{true}, wrong);
    if (!wrong && address.is_v6()) acceptor.set_option(asio::ip::v6_only{true}, wrong);
    if (!wrong) acceptor.bind(at, wrong);
    if (!wrong) acceptor.listen(asio::socket_base::max_listen_connections, wrong);
    auto const shown = address.is_v6() ? fmt::format("[{}]", where.address) : where.address;
    if (wrong)
      return fail(errc::io_error, fmt::format("{}:{}: cannot listen there: {}", shown, where.port,
                                              wrong.message()));
    auto name =
        fmt::format("{}://{}:{}", tls ? "https" : "http", shown, acceptor.local_endpoint().port());
    tcp_.push_back(std::make_shared<door<tcp>>(
        door<tcp>{std::move(acceptor), where, std::move(name), std::move(tls)}));
    return {};
  }

  auto listen_unix(listen_at const& where) -> status {
    using local = asio::local::stream_protocol;
    error_code wrong;
    // What an earlier process left; a socket that somebody listens at answers.
    local::socket probe{io_};
    if (where.unix_path.size() >= 108)
      return fail(errc::out_of_range,
                  fmt::format("{}: the path of a socket has 107 bytes at most", where.unix_path));
    probe.connect(local::endpoint{where.unix_path}, wrong);
    if (!wrong)
      return fail(errc::io_error,
                  fmt::format("{}: cannot listen there: a process does already", where.unix_path));
    struct stat is {};
    if (::lstat(where.unix_path.c_str(), &is) == 0 && S_ISSOCK(is.st_mode))
      ::unlink(where.unix_path.c_str());
    local::acceptor acceptor{asio::make_strand(io_)};
    acceptor.open(local{}, wrong);
    if (!wrong) acceptor.bind(local::endpoint{where.unix_path}, wrong);
    if (!wrong) ::chmod(where.unix_path.c_str(), 0660);
    if (!wrong) acceptor.listen(asio::socket_base::max_listen_connections, wrong);
    if (wrong)
      return fail(errc::io_error,
                  fmt::format("{}: cannot listen there: {}", where.unix_path, wrong.message()));
    unix_.push_back(std::make_shared<door<local>>(
        door<local>{std::move(acceptor), where, "unix:" + where.unix_path, nullptr}));
    return {};
  }

  template <class Protocol>
  static void close_door(std::shared_ptr<door<Protocol>> at) {
    asio::post(at->acceptor.get_executor(), [at] {
      error_code ignored;
      at->acceptor.close(ignored);
    });
  }

  template <class Protocol>
  void accept_next(std::shared_ptr<door<Protocol>> at) {
    at->acceptor.async_accept(asio::make_strand(io_),
                              [this, at](error_code const& wrong, auto socket) {
                                if (!at->acceptor.is_open()) return;
                                if (wrong) return accept_later(at);
                                take(std::move(socket), *at);
                                accept_next(at);
                              });
  }

  /// Without descriptors accepting fails at once, and again: a moment's rest.
  template <class Protocol>
  void accept_later(std::shared_ptr<door<Protocol>> at) {
    auto const timer = std::make_shared<asio::steady_timer>(at->acceptor.get_executor(),
                                                            std::chrono::milliseconds{100});
    timer->async_wait([this, at, timer](error_code const&) {
      if (at->acceptor.is_open()) accept_next(at);
    });
  }

  template <class Socket, class Protocol>
  void take(Socket socket, door<Protocol> const& at) {
    constexpr bool is_local = std::is_same_v<Protocol, asio::local::stream_protocol>;
    std::string peer;
    error_code ignored;
    if constexpr (!is_local) {
      auto const end = socket.remote_endpoint(ignored);
      if (!ignored) peer = text_of(end.address());
      socket.set_option(tcp::no_delay{true}, ignored);
    }
    std::shared_ptr<asio::ssl::context> tls;
    {
      std::scoped_lock const only{tls_};
      tls = at.tls;
    }
    auto const made = std::make_shared<socket_channel>(any_socket{std::move(socket)},
                                                       std::move(tls), std::move(peer), is_local);
    made->post([this, made] { accept_(made); });
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  on_channel accept_;
  std::vector<std::shared_ptr<door<tcp>>> tcp_;
  std::vector<std::shared_ptr<door<asio::local::stream_protocol>>> unix_;
  std::mutex tls_;  // of the doors' contexts
  std::vector<std::thread> threads_;
};

}  // namespace

auto network::open(std::vector<listen_at> const& where, on_channel accept)
    -> result<std::unique_ptr<network>> {
  auto made = std::make_unique<asio_network>(std::move(accept));
  for (auto const& each : where) KIZASHI_TRY(made->listen(each));
  return made;
}

}  // namespace kizashi::api::http::internal
