// From the first byte of a frame to the first byte of its network header.
#pragma once

#include <cstdint>
#include <span>

#include "kizashi/net/frame_block.hpp"

namespace kizashi::net::internal {

enum class network : std::uint8_t { ipv4, ipv6, arp, other };

struct link_outcome {
  network kind = network::other;
  std::size_t offset = 0;    ///< of the network header in the frame
  bool is_labelled = false;  ///< VLAN or MPLS was stepped over
  bool is_cut = false;       ///< the bytes end inside the link headers
  bool is_unknown = false;   ///< the link type is not one we know
};

/// Steps over Ethernet with any number of VLAN tags (IEEE 802.1Q/ad), MPLS (RFC 3032) and PPPoE
/// sessions (RFC 2516), Linux cooked v1 and v2, BSD null/loopback, or nothing.
[[nodiscard]] auto skip_link(link_type type, std::span<std::uint8_t const> data) -> link_outcome;

}  // namespace kizashi::net::internal
