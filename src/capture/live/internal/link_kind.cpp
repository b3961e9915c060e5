#include "kizashi/capture/live/internal/link_kind.hpp"

#include <array>
#include <linux/if_arp.h>
#include <pcap/dlt.h>

#include <fmt/format.h>

namespace kizashi::capture::live::internal {
namespace {

struct kind {
  unsigned number;
  std::string_view name;
};
constexpr std::array other_kinds{
    kind{ARPHRD_AX25, "AX.25"},
    kind{ARPHRD_INFINIBAND, "InfiniBand"},
    kind{ARPHRD_CAN, "CAN bus"},
    kind{ARPHRD_PPP, "PPP"},
    kind{ARPHRD_TUNNEL, "IPIP tunnel"},
    kind{ARPHRD_TUNNEL6, "IPv6 tunnel"},
    kind{ARPHRD_SIT, "IPv6-in-IPv4 tunnel"},
    kind{ARPHRD_IPGRE, "GRE tunnel"},
    kind{ARPHRD_IP6GRE, "GRE over IPv6 tunnel"},
    kind{ARPHRD_IEEE1394, "IEEE 1394"},
    kind{ARPHRD_IEEE80211, "wireless 802.11"},
    kind{ARPHRD_IEEE80211_PRISM, "wireless 802.11 with Prism header"},
    kind{ARPHRD_IEEE80211_RADIOTAP, "wireless 802.11 monitor (radiotap)"},
    kind{ARPHRD_IEEE802154, "IEEE 802.15.4"},
    kind{ARPHRD_NETLINK, "netlink monitor"},
    kind{ARPHRD_VSOCKMON, "vsock monitor"},
};

}  // namespace

auto link_of(std::string_view interface, unsigned arphrd) -> result<net::link_type> {
  switch (arphrd) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
      return net::link_type::ethernet;
    case ARPHRD_NONE:
    case ARPHRD_RAWIP:
      return net::link_type::raw_ip;
    default:
      break;
  }
  std::string_view name = "unknown";
  for (auto const& each : other_kinds)
    if (each.number == arphrd) name = each.name;
  return fail(
      errc::unsupported,
      fmt::format("{}: the interface is of kind {} ({}); expected Ethernet, loopback or one "
                  "that carries bare IP packets; libpcap may be able to read it",
                  interface, arphrd, name));
}

auto pcap_link_of(net::link_type link) -> int {
  return link == net::link_type::raw_ip ? DLT_RAW : static_cast<int>(link);
}

auto link_of_pcap(int link) -> net::link_type {
  return link == DLT_RAW ? net::link_type::raw_ip : static_cast<net::link_type>(link);
}

}  // namespace kizashi::capture::live::internal
