#include "kizashi/api/http/client.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api::http {
namespace {

constexpr std::size_t most_answer_bytes = std::size_t{16} << 20;
constexpr auto most_patience = std::chrono::seconds{10};

auto no_answer() -> tl::unexpected<error> {
  return fail(errc::parse_error, "the answer is not HTTP");
}

auto nobody(std::string_view address, int number) -> tl::unexpected<error> {
  return fail(
      number == ECONNREFUSED || number == ENOENT ? errc::not_found : system_error_code(number),
      fmt::format("{}: nobody answers: {}", address, system_error_text(number)));
}

auto connect_local(std::string_view address, std::string_view path) -> result<file_descriptor> {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) return nobody(address, ENAMETOOLONG);
  std::memcpy(to.sun_path, path.data(), path.size());
  file_descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!made.is_open() ||
      ::connect(made.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
    return nobody(address, errno);
  return made;
}

auto connect_host(std::string_view address, std::string_view host_and_port)
    -> result<file_descriptor> {
  auto const colon = host_and_port.rfind(':');
  auto host = host_and_port.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto const port = colon == std::string_view::npos ? "80" : host_and_port.substr(colon + 1);
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (auto const wrong =
          ::getaddrinfo(std::string{host}.c_str(), std::string{port}.c_str(), &wanted, &found);
      wrong != 0)
    return fail(errc::not_found, fmt::format("{}: {}", address, ::gai_strerror(wrong)));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const all{found, ::freeaddrinfo};
  int number = ECONNREFUSED;
  for (auto const* each = found; each != nullptr; each = each->ai_next) {
    file_descriptor made{::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    // The time to send holds for the time to connect, too (man 7 socket).
    timeval const patience{most_patience.count(), 0};
    ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (made.is_open() && ::connect(made.get(), each->ai_addr, each->ai_addrlen) == 0) return made;
    number = errno;
  }
  return nobody(address, number);
}

auto connect_to(std::string_view address) -> result<file_descriptor> {
  constexpr std::string_view web = "http://", local = "unix:";
  if (address.starts_with(local)) return connect_local(address, address.substr(local.size()));
  auto rest = address.substr(std::min(web.size(), address.size()));
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (!address.starts_with(web) || rest.empty() || rest.find('/') != std::string_view::npos)
    return fail(errc::unsupported,
                fmt::format("{} cannot be asked; expected http://HOST:PORT or unix:PATH", address));
  return connect_host(address, rest);
}

auto send_whole(int to, std::string_view text) -> bool {
  while (!text.empty()) {
    auto const sent = ::send(to, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

auto parse_answer(std::string_view text) -> result<plain_answer> {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  auto const end = text.find(end_of_head);
  if (end == std::string_view::npos || !text.starts_with("HTTP/1.") || text.size() < 12 ||
      text[8] != ' ')
    return no_answer();
  plain_answer out;
  auto const status = parse_unsigned(text.substr(9, 3), 599);
  if (!status) return no_answer();
  out.status = static_cast<unsigned>(*status);
  auto body = text.substr(end + end_of_head.size());
  for (auto const line : split(text.substr(0, end), '\n')) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string name{line.substr(0, colon)};
    for (auto& letter : name)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (name == "transfer-encoding") return no_answer();
    if (name != "content-length") continue;
    auto const length = parse_unsigned(trim(line.substr(colon + 1)), most_answer_bytes);
    if (!length || *length > body.size()) return no_answer();
    body = body.substr(0, *length);
  }
  out.body = body;
  return out;
}

auto get(std::string_view address, std::string_view path, std::string_view token)
    -> result<plain_answer> {
  KIZASHI_TRY(auto const server, connect_to(address));
  std::string_view host = address.starts_with("http://") ? address.substr(7) : "localhost";
  while (host.ends_with('/')) host.remove_suffix(1);
  auto request = fmt::format("GET {} HTTP/1.0\r\nHost: {}\r\n", path, host);
  if (!token.empty()) request += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!send_whole(server.get(), request + "\r\n")) return nobody(address, errno);
  auto const end = std::chrono::steady_clock::now() + most_patience;
  std::string answer;
  std::array<char, 65536> piece{};
  while (std::chrono::steady_clock::now() < end && answer.size() <= most_answer_bytes) {
    pollfd watched{server.get(), POLLIN, 0};
    if (::poll(&watched, 1, 100) <= 0) continue;
    auto const count = ::recv(server.get(), piece.data(), piece.size(), 0);
    if (count == 0) return parse_answer(answer);
    if (count < 0 && errno != EINTR) return nobody(address, errno);
    if (count > 0) answer.append(piece.data(), static_cast<std::size_t>(count));
  }
  return fail(errc::io_error, fmt::format("{}: no whole answer came", address));
}

}  // namespace kizashi::api::http
