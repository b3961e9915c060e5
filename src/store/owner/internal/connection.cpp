#include "kizashi/store/owner/internal/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace kizashi::store::internal {
namespace {

constexpr int wait_milliseconds = 100;

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

}  // namespace kizashi::store::internal
