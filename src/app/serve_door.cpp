#include "kizashi/app/serve_door.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include <fmt/format.h>

#include "kizashi/base/local_socket.hpp"

namespace kizashi::app {
namespace {

constexpr auto socket_name = "status";
constexpr std::size_t most_answer = std::size_t{16} << 20;
constexpr auto most_wait = std::chrono::seconds{5};

class open_serve_door final : public serve_door {
public:
  open_serve_door(local_address at, file_descriptor listening, std::function<std::string()> what)
      : at_{std::move(at)},
        listening_{std::move(listening)},
        what_{std::move(what)},
        thread_{[this](std::stop_token const& end) { wait(end); }} {}
  ~open_serve_door() override {
    at_.remove();
    thread_.request_stop();
    thread_.join();
  }

private:
  void wait(std::stop_token const& end) {
    while (!end.stop_requested()) {
      pollfd watched{listening_.get(), POLLIN, 0};
      if (::poll(&watched, 1, 100) <= 0) continue;
      file_descriptor guest{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (guest.is_open() && is_same_user(guest.get())) answer(guest.get());
    }
  }
  /// Who does not read is left after a second.
  void answer(int guest) {
    timeval const patience{1, 0};
    ::setsockopt(guest, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    auto const text = what_();
    for (std::size_t sent = 0; sent < text.size();) {
      auto const count = ::send(guest, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }

  local_address at_;
  file_descriptor listening_;
  std::function<std::string()> what_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace

auto serve_door::open(std::filesystem::path const& folder, std::function<std::string()> what)
    -> result<std::unique_ptr<serve_door>> {
  KIZASHI_TRY(auto at, local_address::of(folder, socket_name));
  KIZASHI_TRY(auto listening, at.listen());
  return std::make_unique<open_serve_door>(std::move(at), std::move(listening), std::move(what));
}

auto ask_serve_door(std::filesystem::path const& folder) -> result<std::string> {
  KIZASHI_TRY(auto const at, local_address::of(folder, socket_name));
  KIZASHI_TRY(auto const server, at.connect());
  auto const end = std::chrono::steady_clock::now() + most_wait;
  std::string out;
  std::array<char, 65536> piece{};
  while (std::chrono::steady_clock::now() < end && out.size() <= most_answer) {
    pollfd watched{server.get(), POLLIN, 0};
    if (::poll(&watched, 1, 100) <= 0) continue;
    auto const count = ::recv(server.get(), piece.data(), piece.size(), 0);
    if (count == 0) return out;
    if (count < 0 && errno != EINTR) break;
    if (count > 0) out.append(piece.data(), static_cast<std::size_t>(count));
  }
  return fail(errc::io_error, fmt::format("{}: the server here does not answer", folder.string()));
}

void add_server_options(CLI::App& command, std::string& config, std::string& data) {
  command
      .add_option("--config", config,
                  "Configuration (default: $KIZASHI_CONFIG, then kizashi.toml if it is there)")
      ->type_name("FILE");
  command.add_option("--data", data, "The server's folder (serve.data)")->type_name("DIR");
}

}  // namespace kizashi::app
