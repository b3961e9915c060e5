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

#include "kizashi/api/http/internal/tls_client.hpp"
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

struct web_address {
  std::string host;  ///< without brackets
  std::string port;
  std::string_view field;  ///< as it stands in the request's field Host
  bool is_secure = false;
};

auto parse_web(std::string_view address) -> result<web_address> {
  constexpr std::string_view plain = "http://", secure = "https://";
  web_address out;
  out.is_secure = address.starts_with(secure);
  auto rest =
      address.substr(std::min(out.is_secure ? secure.size() : plain.size(), address.size()));
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if ((!out.is_secure && !address.starts_with(plain)) || rest.empty() ||
      rest.find('/') != std::string_view::npos)
    return fail(errc::unsupported, fmt::format("{} cannot be asked; expected http://HOST:PORT, "
                                               "https://HOST:PORT or unix:PATH",
                                               address));
  out.field = rest;
  auto const bracket = rest.rfind(']');
  auto const colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  out.port = colon != std::string_view::npos ? rest.substr(colon + 1)
             : out.is_secure                 ? "443"
                                             : "80";
  return out;
}

auto connect_host(std::string_view address, web_address const& to) -> result<file_descriptor> {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (auto const wrong = ::getaddrinfo(to.host.c_str(), to.port.c_str(), &wanted, &found);
      wrong != 0)
    return fail(errc::not_found, fmt::format("{}: {}", address, ::gai_strerror(wrong)));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const all{found, ::freeaddrinfo};
  int number = ECONNREFUSED;
  for (auto const* each = found; each != nullptr; each = each->ai_next) {
    file_descriptor made{::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    // The time to send holds for the time to connect, too (man 7 socket).
    timeval const patience{most_patience.count(), 0};
    ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (made.is_open() && ::connect(made.get(), each->ai_addr, each->ai_addrlen) == 0) return made;
    number = errno;
  }
  return nobody(address, number);
}

auto get_secure(int server, std::string_view address, web_address const& to,
                std::string_view request) -> result<std::string> {
  auto const session = internal::tls_client::open(server, to.host);
  if (!session)
    return fail(session.error().code, fmt::format("{}: {}", address, session.error().message));
  if (!(*session)->send(request)) return nobody(address, EPIPE);
  auto const end = std::chrono::steady_clock::now() + most_patience;
  std::string answer;
  std::array<char, 65536> piece{};
  while (std::chrono::steady_clock::now() < end && answer.size() <= most_answer_bytes) {
    auto const count = (*session)->receive(piece);
    if (count == 0) return answer;
    answer.append(piece.data(), count);
  }
  return fail(errc::io_error, fmt::format("{}: no whole answer came", address));
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

namespace {

auto get_plain(int server, std::string_view address, std::string_view request)
    -> result<std::string> {
  if (!send_whole(server, request)) return nobody(address, errno);
  auto const end = std::chrono::steady_clock::now() + most_patience;
  std::string answer;
  std::array<char, 65536> piece{};
  while (std::chrono::steady_clock::now() < end && answer.size() <= most_answer_bytes) {
    pollfd watched{server, POLLIN, 0};
    if (::poll(&watched, 1, 100) <= 0) continue;
    auto const count = ::recv(server, piece.data(), piece.size(), 0);
    if (count == 0) return answer;
    if (count < 0 && errno != EINTR) return nobody(address, errno);
    if (count > 0) answer.append(piece.data(), static_cast<std::size_t>(count));
  }
  return fail(errc::io_error, fmt::format("{}: no whole answer came", address));
}

}  // namespace

auto get(std::string_view address, std::string_view path, std::string_view token)
    -> result<plain_answer> {
  constexpr std::string_view local = "unix:";
  bool const is_local = address.starts_with(local);
  web_address to;
  if (!is_local) {
    KIZASHI_TRY(to, parse_web(address));
  }
  KIZASHI_TRY(auto const server, is_local ? connect_local(address, address.substr(local.size()))
                                          : connect_host(address, to));
  auto request = fmt::format("GET {} HTTP/1.0\r\nHost: {}\r\n", path,
                             is_local ? std::string_view{"localhost"} : to.field);
  if (!token.empty()) request += fmt::format("Authorization: Bearer {}\r\n", token);
  request += "\r\n";
  KIZASHI_TRY(auto const answer, to.is_secure ? get_secure(server.get(), address, to, request)
                                              : get_plain(server.get(), address, request));
  return parse_answer(answer);
}

}  // namespace kizashi::api::http
