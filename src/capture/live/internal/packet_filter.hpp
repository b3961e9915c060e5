// Filter expressions as for tcpdump, compiled by libpcap for the system and for use here.
#pragma once

#include <cstdint>
#include <linux/filter.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture::live::internal {

/// Which frames are wanted, and how many bytes of each.
class packet_filter {
public:
  /// An empty expression wants everything. Fails with libpcap's reason on one that is not
  /// understood for this kind of link.
  [[nodiscard]] static auto compile(std::string_view expression, net::link_type link,
                                    std::uint32_t snap_length) -> result<packet_filter>;

  /// Lets the socket take what is wanted, at most the snap length of it, from now on. Where Kizashi
  /// has to look itself, everything.
  [[nodiscard]] auto attach_to(int socket) const -> status;
  /// Whether `matches` decides because the system cannot: it takes VLAN tags off before it filters,
  /// so an expression that asks for them never matches there.
  [[nodiscard]] auto is_applied_here() const noexcept -> bool { return is_applied_here_; }
  [[nodiscard]] auto matches(std::span<std::uint8_t const> frame, std::uint32_t wire) const -> bool;

private:
  std::vector<sock_filter> program_;
  std::uint32_t snap_length_ = 0;
  bool is_applied_here_ = false;
};

/// Lets the socket take nothing: until it is tied to its interface and its group.
[[nodiscard]] auto close_socket_to_all(int socket) -> status;

/// For PACKET_FANOUT_CBPF: a number that depends on the source address alone, IPv4 or IPv6; 0 for
/// what is no IP packet.
[[nodiscard]] auto source_share_program() -> std::vector<sock_filter>;

}  // namespace kizashi::capture::live::internal
