#include "kizashi/capture/live/internal/ring_socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/live/internal/link_kind.hpp"

namespace kizashi::capture::live::internal {
namespace {

// Since Linux 4.20; older headers lack the name.
constexpr int ignore_outgoing = 23;

auto request_of(std::string const& interface) -> ifreq {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

auto failure_of(std::string const& interface, std::string_view what, int number)
    -> tl::unexpected<error> {
  return fail(system_error_code(number),
              fmt::format("{}: cannot {}: {}", interface, what, system_error_text(number)));
}

auto no_right(std::string const& interface) -> tl::unexpected<error> {
  return fail(errc::permission,
              fmt::format("{}: listening needs the right CAP_NET_RAW; start as root, or give it to "
                          "the program: setcap cap_net_raw+ep kizashi, or to the service: "
                          "AmbientCapabilities=CAP_NET_RAW in its systemd unit",
                          interface));
}

template <class Value>
auto set(int socket, int option, Value const& value) -> bool {
  return ::setsockopt(socket, SOL_PACKET, option, &value, sizeof value) == 0;
}

}  // namespace

auto look_up(int socket, std::string const& interface) -> result<interface_facts> {
  auto request = request_of(interface);
  interface_facts facts;
  auto const ask = [&](unsigned long what) { return ::ioctl(socket, what, &request) == 0; };
  if (!ask(SIOCGIFINDEX)) {
    if (errno == ENODEV)
      return fail(errc::not_found,
                  fmt::format("{}: there is no such interface; ip link lists them", interface));
    return failure_of(interface, "find the interface", errno);
  }
  facts.index = request.ifr_ifindex;
  if (!ask(SIOCGIFFLAGS)) return failure_of(interface, "read the interface's state", errno);
  facts.is_up = (request.ifr_flags & IFF_UP) != 0;
  if (!ask(SIOCGIFHWADDR)) return failure_of(interface, "read the interface's kind", errno);
  KIZASHI_TRY(facts.link, link_of(interface, request.ifr_hwaddr.sa_family));
  return facts;
}

auto name_of(int socket, int index) -> std::string {
  ifreq request{};
  request.ifr_ifindex = index;
  return ::ioctl(socket, SIOCGIFNAME, &request) == 0 ? std::string{request.ifr_name}
                                                     : std::string{};
}

auto ring_socket::create(interface_options const& options) -> result<ring_socket> {
  ring_socket made;
  // Protocol 0: nothing is taken before the socket is tied to its interface.
  made.socket_ = file_descriptor{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
  if (!made.socket_.is_open()) {
    if (errno == EPERM || errno == EACCES) return no_right(options.interface);
    if (errno == EAFNOSUPPORT)
      return fail(errc::unsupported,
                  fmt::format("{}: the system has no packet sockets", options.interface));
    return failure_of(options.interface, "open a packet socket", errno);
  }
  KIZASHI_TRY(made.map(options));
  if (!options.outgoing) made.is_outgoing_left_out_ = set(made.get(), ignore_outgoing, int{1});
  return made;
}

auto ring_socket::map(interface_options const& options) -> status {
  auto const cannot = [&](int number) {
    auto const code = number == ENOMEM ? errc::limit_reached : errc::unsupported;
    return fail(code, fmt::format("{}: cannot make a ring of {} in blocks of {}: {}",
                                  options.interface, short_bytes(options.ring_bytes),
                                  short_bytes(options.block_bytes), system_error_text(number)));
  };
  if (!set(get(), PACKET_VERSION, int{TPACKET_V3})) return cannot(errno);
  tpacket_req3 wanted{};
  wanted.tp_block_size = static_cast<unsigned>(options.block_bytes);
  wanted.tp_block_nr = static_cast<unsigned>(options.ring_bytes / options.block_bytes);
  // Frames of TPACKET_V3 are as long as they are; the two numbers below must only fit.
  wanted.tp_frame_size = 2048;
  wanted.tp_frame_nr = static_cast<unsigned>(options.ring_bytes / wanted.tp_frame_size);
  wanted.tp_retire_blk_tov = static_cast<unsigned>(
      std::chrono::duration_cast<std::chrono::milliseconds>(options.block_timeout).count());
  if (!set(get(), PACKET_RX_RING, wanted)) return cannot(errno);
  auto* const at = ::mmap(nullptr, options.ring_bytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE, get(), 0);
  if (at == MAP_FAILED) return cannot(errno);
  memory_ = {static_cast<std::uint8_t*>(at), options.ring_bytes};
  return {};
}

ring_socket::ring_socket(ring_socket&& other) noexcept
    : socket_{std::move(other.socket_)},
      memory_{std::exchange(other.memory_, {})},
      is_outgoing_left_out_{other.is_outgoing_left_out_} {}

auto ring_socket::operator=(ring_socket&& other) noexcept -> ring_socket& {
  std::swap(socket_, other.socket_);
  std::swap(memory_, other.memory_);
  std::swap(is_outgoing_left_out_, other.is_outgoing_left_out_);
  return *this;
}

ring_socket::~ring_socket() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

auto ring_socket::tie_to(interface_facts const& to, interface_options const& options,
                         packet_filter const& filter, ring_group* group) -> status {
  // Until the socket has joined its group it would take what is the others'.
  KIZASHI_TRY(close_socket_to_all(get()));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = to.index;
  if (::bind(get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    return failure_of(options.interface, "listen", errno);
  if (group != nullptr) KIZASHI_TRY(join(*group, to.index));
  if (options.promiscuous) {
    packet_mreq membership{};
    membership.mr_ifindex = to.index;
    membership.mr_type = PACKET_MR_PROMISC;
    if (!set(get(), PACKET_ADD_MEMBERSHIP, membership))
      return failure_of(options.interface, "set promiscuous mode", errno);
  }
  return filter.attach_to(get());
}

auto ring_socket::join(ring_group& group, int index) const -> status {
  std::lock_guard const held{group.mutex};
  auto const kind = group.share == ring_share::flow ? PACKET_FANOUT_HASH : PACKET_FANOUT_CBPF;
  auto const is_first = !group.id || group.index != index;
  auto const flags = kind | (is_first ? PACKET_FANOUT_FLAG_UNIQUEID : 0);
  auto const value = static_cast<std::uint32_t>(is_first ? 0 : *group.id) |
                     static_cast<std::uint32_t>(flags) << 16;
  if (!set(get(), PACKET_FANOUT, value))
    return fail(
        system_error_code(errno),
        fmt::format("cannot share the interface between rings: {}", system_error_text(errno)));
  if (!is_first) return {};
  std::uint32_t given = 0;
  socklen_t size = sizeof given;
  if (::getsockopt(get(), SOL_PACKET, PACKET_FANOUT, &given, &size) != 0)
    return fail(system_error_code(errno), "cannot learn the number of the group of rings");
  group.id = static_cast<std::uint16_t>(given & 0xffff);
  group.index = index;
  if (group.share != ring_share::source) return {};
  auto program = source_share_program();
  sock_fprog const form{static_cast<unsigned short>(program.size()), program.data()};
  if (!set(get(), PACKET_FANOUT_DATA, form))
    return fail(system_error_code(errno),
                fmt::format("cannot share by source address: {}", system_error_text(errno)));
  return {};
}

void ring_socket::add_counts(source_statistics& to) const {
  tpacket_stats_v3 counts{};
  socklen_t size = sizeof counts;
  // Asking sets the system's counters to zero.
  if (::getsockopt(get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) != 0) return;
  to.kernel_dropped += counts.tp_drops;
  to.freezes += counts.tp_freeze_q_cnt;
}

}  // namespace kizashi::capture::live::internal
