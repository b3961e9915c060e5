#include "kizashi/capture/live/internal/packet_filter.hpp"

#include <cctype>
#include <cerrno>
#include <cstring>
#include <linux/if_ether.h>
#include <memory>
#include <pcap/pcap.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "kizashi/capture/live/internal/link_kind.hpp"

namespace kizashi::capture::live::internal {
namespace {

static_assert(sizeof(bpf_insn) == sizeof(sock_filter), "libpcap and Linux have one form of BPF");

/// Whether the expression asks for VLAN tags: the word by itself.
auto speaks_of_vlan(std::string_view expression) -> bool {
  auto const is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  constexpr std::string_view word = "vlan";
  for (auto at = expression.find(word); at != std::string_view::npos;
       at = expression.find(word, at + 1)) {
    auto const end = at + word.size();
    if ((at == 0 || !is_word(expression[at - 1])) &&
        (end == expression.size() || !is_word(expression[end])))
      return true;
  }
  return false;
}

auto set_filter(int socket, std::vector<sock_filter> program) -> status {
  sock_fprog const form{static_cast<unsigned short>(program.size()), program.data()};
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &form, sizeof form) != 0)
    return fail(system_error_code(errno),
                fmt::format("cannot set the filter: {}", system_error_text(errno)));
  return {};
}

}  // namespace

auto packet_filter::compile(std::string_view expression, net::link_type link,
                            std::uint32_t snap_length) -> result<packet_filter> {
  packet_filter made;
  made.snap_length_ = snap_length;
  if (expression.empty()) {
    made.program_ = {BPF_STMT(BPF_RET | BPF_K, snap_length)};
    return made;
  }
  std::unique_ptr<pcap_t, decltype(&::pcap_close)> const compiler{
      ::pcap_open_dead(pcap_link_of(link), static_cast<int>(snap_length)), &::pcap_close};
  if (compiler == nullptr) return fail(errc::limit_reached, "not enough memory for a filter");
  bpf_program compiled{};
  std::string const text{expression};
  if (::pcap_compile(compiler.get(), &compiled, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return fail(errc::parse_error,
                fmt::format("filter \"{}\": {}; expected an expression as for tcpdump (man "
                            "pcap-filter)",
                            text, ::pcap_geterr(compiler.get())));
  }
  made.program_.resize(compiled.bf_len);
  std::memcpy(made.program_.data(), compiled.bf_insns, compiled.bf_len * sizeof(sock_filter));
  ::pcap_freecode(&compiled);
  made.is_applied_here_ = speaks_of_vlan(expression);
  return made;
}

auto packet_filter::attach_to(int socket) const -> status {
  if (is_applied_here_) return set_filter(socket, {BPF_STMT(BPF_RET | BPF_K, snap_length_)});
  return set_filter(socket, program_);
}

auto packet_filter::matches(std::span<std::uint8_t const> frame, std::uint32_t wire) const -> bool {
  return ::bpf_filter(reinterpret_cast<bpf_insn const*>(program_.data()), frame.data(), wire,
                      static_cast<u_int>(frame.size())) != 0;
}

auto close_socket_to_all(int socket) -> status {
  return set_filter(socket, {BPF_STMT(BPF_RET | BPF_K, 0)});
}

auto source_share_program() -> std::vector<sock_filter> {
  constexpr auto load = BPF_LD | BPF_W | BPF_ABS;
  constexpr auto from_network = static_cast<std::uint32_t>(SKF_NET_OFF);
  constexpr auto protocol = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL);
  constexpr std::uint32_t odd = 0x9e3779b1;  // 2^32 over the golden ratio, made odd (Knuth)
  return {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, protocol),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
      BPF_STMT(load, from_network + 12),
      BPF_JUMP(BPF_JMP | BPF_JA, 14, 0, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      // The four words of the source, each after a step that keeps equal words apart.
      BPF_STMT(load, from_network + 8),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, odd),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(load, from_network + 12),
      BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, odd),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(load, from_network + 16),
      BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(load, from_network + 20),
      BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
      // Here the branch of IPv4 comes in with its address.
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, odd),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
      BPF_STMT(BPF_RET | BPF_A, 0),
  };
}

}  // namespace kizashi::capture::live::internal
