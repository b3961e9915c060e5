#include "kizashi/base/local_socket.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace kizashi {
namespace {

constexpr int most_waiting = 64;  // connections that were not yet taken

auto address_in(int folder, std::string const& name) -> sockaddr_un {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto const path = fmt::format("/proc/self/fd/{}/{}", folder, name);
  KIZASHI_ASSERT(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

auto new_local_socket() -> file_descriptor {
  return file_descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

}  // namespace

auto local_address::of(std::filesystem::path const& folder, std::string name)
    -> result<local_address> {
  file_descriptor open{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!open.is_open()) return system_failure(folder.string(), "open the folder", errno);
  return local_address{folder, std::move(name), std::move(open)};
}

auto local_address::connect() const -> result<file_descriptor> {
  auto made = new_local_socket();
  auto const address = address_in(open_.get(), name_);
  if (made.is_open() &&
      ::connect(made.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0)
    return made;
  if (errno == ENOENT || errno == ECONNREFUSED)
    return fail(errc::not_found, fmt::format("{}: nobody answers here", folder_.string()));
  return system_failure((folder_ / name_).string(), "open the socket", errno);
}

auto local_address::listen() const -> result<file_descriptor> {
  remove();
  auto made = new_local_socket();
  auto const address = address_in(open_.get(), name_);
  if (!made.is_open() ||
      ::bind(made.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0 ||
      ::fchmodat(open_.get(), name_.c_str(), S_IRUSR | S_IWUSR, 0) != 0 ||
      ::listen(made.get(), most_waiting) != 0)
    return system_failure((folder_ / name_).string(), "make the socket", errno);
  return made;
}

void local_address::remove() const {
  ::unlinkat(open_.get(), name_.c_str(), 0);
}

auto is_same_user(int other) -> bool {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(other, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace kizashi
