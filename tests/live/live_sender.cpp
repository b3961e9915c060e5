// For tests alone: puts the frames of a capture on one end of a veth pair, so that they arrive at
// the other. It sends nowhere else: the process must be in a network namespace that a test has
// made, whose name begins with kizashi-test-, and in which there is nothing but veths and the
// loopback.
//
//   ip netns exec kizashi-test-1 live_sender --namespace kizashi-test-1 kz0 frames.pcap
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <memory>
#include <net/if.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/inputs.hpp"

namespace kizashi {
namespace {

struct arguments {
  std::string network_namespace;
  std::string interface;
  std::string capture;
  double rate = 0;  // frames/s; 0: as fast as possible
  unsigned repeat = 1;
};

auto is_same_file(char const* a, char const* b) -> result<bool> {
  struct stat first {};
  struct stat second {};
  if (::stat(a, &first) != 0) return system_failure(a, "look at", errno);
  if (::stat(b, &second) != 0) return system_failure(b, "look at", errno);
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/// Fails unless this process is in the namespace of that name and that is one of a test.
auto check_namespace(std::string const& name) -> status {
  if (!name.starts_with("kizashi-test-") || name.find('/') != std::string::npos)
    return fail(errc::permission,
                fmt::format("the namespace is \"{}\"; frames are sent only in one that a test has "
                            "made: kizashi-test-...",
                            name));
  KIZASHI_TRY(auto const is_own, is_same_file("/proc/self/ns/net", ("/run/netns/" + name).c_str()));
  if (!is_own) return fail(errc::permission, fmt::format("this is not the namespace {}", name));
  return {};
}

auto is_loopback(int socket, std::string_view name) -> bool {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return ::ioctl(socket, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_LOOPBACK) != 0;
}

auto check_is_veth(int socket, std::string_view name) -> status {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  request.ifr_data = reinterpret_cast<char*>(&driver);
  auto const is_told = ::ioctl(socket, SIOCETHTOOL, &request) == 0;
  if (is_told && std::string_view{driver.driver} == "veth") return {};
  return fail(errc::permission,
              fmt::format("{}: its driver is {}; frames are sent only on a veth, where there is "
                          "nothing else",
                          name, is_told ? driver.driver : "not told"));
}

auto check_interfaces(int socket, std::string const& wanted) -> result<int> {
  KIZASHI_TRY(check_is_veth(socket, wanted));
  std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> const all{
      ::if_nameindex(), &::if_freenameindex};
  if (all == nullptr) return fail(errc::io_error, "cannot list the interfaces");
  int index = 0;
  for (auto const* each = all.get(); each->if_index != 0; ++each) {
    if (!is_loopback(socket, each->if_name)) KIZASHI_TRY(check_is_veth(socket, each->if_name));
    if (wanted == each->if_name) index = static_cast<int>(each->if_index);
  }
  return index;
}

auto read_frames(std::string const& path) -> result<std::vector<std::vector<std::uint8_t>>> {
  KIZASHI_TRY(auto const source, capture::open_captures({path}));
  std::vector<std::vector<std::uint8_t>> all;
  net::frame_block block;
  while (true) {
    KIZASHI_TRY(source->next(block));
    if (block.frames.empty()) return all;
    for (auto const& each : block.frames) {
      auto const data = block.data(each);
      all.emplace_back(data.begin(), data.end());
    }
  }
}

class sender {
public:
  sender(int socket, double rate) : socket_{socket}, rate_{rate} {}

  auto send(std::vector<std::vector<std::uint8_t>>& frames) -> status {
    constexpr std::size_t at_a_time = 64;
    std::array<mmsghdr, at_a_time> messages{};
    std::array<iovec, at_a_time> parts{};
    for (std::size_t at = 0; at < frames.size();) {
      auto const count = std::min(at_a_time, frames.size() - at);
      for (std::size_t i = 0; i < count; ++i) {
        parts[i] = {frames[at + i].data(), frames[at + i].size()};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
      }
      auto const done = ::sendmmsg(socket_, messages.data(), static_cast<unsigned>(count), 0);
      if (done < 0 && errno != EINTR && errno != ENOBUFS && errno != EAGAIN)
        return fail(system_error_code(errno),
                    fmt::format("cannot send: {}", system_error_text(errno)));
      at += static_cast<std::size_t>(std::max(done, 0));
      keep_pace(static_cast<std::size_t>(std::max(done, 0)));
    }
    return {};
  }
  [[nodiscard]] auto sent() const -> std::uint64_t { return sent_; }

private:
  void keep_pace(std::size_t more) {
    sent_ += more;
    if (rate_ <= 0) return;
    auto const due =
        began_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                     std::chrono::duration<double>{static_cast<double>(sent_) / rate_});
    std::this_thread::sleep_until(due);
  }

  int socket_;
  double rate_;
  std::uint64_t sent_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

auto run(arguments const& given) -> status {
  KIZASHI_TRY(check_namespace(given.network_namespace));
  // Protocol 0: nothing is received.
  file_descriptor const socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return system_failure("packet socket", "open", errno);
  KIZASHI_TRY(auto const index, check_interfaces(socket.get(), given.interface));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = index;
  if (::bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    return system_failure(given.interface, "use", errno);
  KIZASHI_TRY(auto frames, read_frames(given.capture));
  sender out{socket.get(), given.rate};
  for (unsigned i = 0; i < given.repeat; ++i) KIZASHI_TRY(out.send(frames));
  fmt::print("{}\n", out.sent());
  return {};
}

}  // namespace
}  // namespace kizashi

auto main(int count, char** words) -> int {
  CLI::App app{"Sends the frames of a capture on a veth of a test's namespace."};
  kizashi::arguments given;
  app.add_option("--namespace", given.network_namespace)->required();
  app.add_option("--rate", given.rate);
  app.add_option("--repeat", given.repeat);
  app.add_option("interface", given.interface)->required();
  app.add_option("capture", given.capture)->required();
  CLI11_PARSE(app, count, words);
  auto const done = kizashi::run(given);
  if (done) return 0;
  fmt::print(stderr, "live_sender: {}\n", done.error().message);
  return 1;
}
