// What kind of frames an interface has.
#pragma once

#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture::live::internal {

/// The link type of frames from a packet socket (SOCK_RAW) on an interface of kind `arphrd`
/// (ARPHRD_... of linux/if_arp.h). Fails with `unsupported`, naming the kind, where it has no
/// Ethernet or IP header in front.
[[nodiscard]] auto link_of(std::string_view interface, unsigned arphrd) -> result<net::link_type>;

/// The number by which libpcap calls it (DLT_...).
[[nodiscard]] auto pcap_link_of(net::link_type link) -> int;
/// The other way round, for the numbers that libpcap gives; any number that is the same in both.
[[nodiscard]] auto link_of_pcap(int link) -> net::link_type;

}  // namespace kizashi::capture::live::internal
