#include "kizashi/store/owner/internal/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fmt/format.h>

namespace kizashi::store::internal {
namespace {

constexpr auto door_name = "door";
constexpr int wait_milliseconds = 100;
constexpr int most_waiting = 64;  // connections that were not yet taken

auto gone() -> tl::unexpected<error> {
  return fail(errc::io_error,
              "the process that owns the store ended before the answer did; ask "
              "again");
}

/// Waits until `events` is possible.
auto wait_for(int other, short events, stop_question const& wants_stop) -> status {
  for (;;) {
    pollfd watched{other, events, 0};
    auto const count = ::poll(&watched, 1, wait_milliseconds);
    if (count > 0) return {};
    if (count < 0 && errno != EINTR) return gone();
    if (wants_stop && wants_stop())
      return fail(errc::interrupted, "stopped before the answer was complete");
  }
}

auto address_in(int folder) -> sockaddr_un {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto const path = fmt::format("/proc/self/fd/{}/{}", folder, door_name);
  KIZASHI_ASSERT(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

auto new_socket() -> file_descriptor {
  return file_descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

}  // namespace

auto send_all(int to, std::span<std::uint8_t const> bytes, stop_question const& wants_stop)
    -> status {
  while (!bytes.empty()) {
    KIZASHI_TRY(wait_for(to, POLLOUT, wants_stop));
    auto const sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EINTR && errno != EAGAIN) return gone();
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

auto send_all(int to, std::string_view bytes, stop_question const& wants_stop) -> status {
  return send_all(to, std::span{reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()},
                  wants_stop);
}

auto receive_all(int from, std::span<std::uint8_t> bytes, stop_question const& wants_stop)
    -> status {
  while (!bytes.empty()) {
    KIZASHI_TRY(wait_for(from, POLLIN, wants_stop));
    auto const got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return gone();
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

auto has_left(int other) -> bool {
  pollfd watched{other, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

auto is_permitted(int other) -> bool {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(other, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

auto door_address::of(std::filesystem::path const& folder) -> result<door_address> {
  file_descriptor open{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!open.is_open()) return system_failure(folder.string(), "open the store", errno);
  return door_address{folder, std::move(open)};
}

auto door_address::connect() const -> result<file_descriptor> {
  auto made = new_socket();
  auto const address = address_in(open_.get());
  if (made.is_open() &&
      ::connect(made.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0)
    return made;
  if (errno == ENOENT || errno == ECONNREFUSED)
    return fail(errc::not_found, fmt::format("{}: nobody answers here", folder_.string()));
  return system_failure(folder_.string(), "ask the store's owner", errno);
}

auto door_address::listen() const -> result<file_descriptor> {
  remove();
  auto made = new_socket();
  auto const address = address_in(open_.get());
  if (!made.is_open() ||
      ::bind(made.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0 ||
      ::fchmodat(open_.get(), door_name, S_IRUSR | S_IWUSR, 0) != 0 ||
      ::listen(made.get(), most_waiting) != 0)
    return system_failure((folder_ / door_name).string(), "make the store's door", errno);
  return made;
}

void door_address::remove() const {
  ::unlinkat(open_.get(), door_name, 0);
}

}  // namespace kizashi::store::internal
