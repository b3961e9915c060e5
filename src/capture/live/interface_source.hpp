// Frames from a network interface as they arrive. Nothing is ever sent.
//
//   interface_options options;
//   options.interface = "eth0";
//   options.filter = "not port 22";
//   KIZASHI_TRY(auto const source, open_interface(options));
//   KIZASHI_TRY(drop_rights({"kizashi"}));
//
// Two methods: a ring in memory shared with the system (AF_PACKET, TPACKET_V3), which costs no call
// and no copy by the system for each packet, and libpcap, where the ring cannot be had. Making the
// socket needs CAP_NET_RAW; everything later does not, also when the interface goes and comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live {

enum class capture_method : std::uint8_t {
  automatic,  ///< the ring; libpcap where the system has no ring, and a note says so
  ring,
  libpcap,
};

/// By what several rings share the packets of one interface. Each packet is in one ring.
enum class ring_share : std::uint8_t {
  source,  ///< by source address: all that a source does is in one ring
  flow,    ///< by the system's hash of addresses and ports (PACKET_FANOUT_HASH)
};

/// What does not change while an interface is listened to.
struct interface_options {
  std::string interface;
  /// As for tcpdump (man pcap-filter); empty: everything. The system applies it before the ring,
  /// but for one that speaks of `vlan`, which Kizashi applies because the system takes tags off.
  std::string filter = {};
  capture_method method = capture_method::automatic;
  bool promiscuous = true;  ///< also what is not addressed to this machine
  bool outgoing = false;    ///< also what this machine sends
  /// Bytes kept of each frame: 64 to 262,144.
  std::uint32_t snap_length = 65535;
  /// Memory of one ring, locked; a multiple of `block_bytes`, at least two blocks, at most 4 GiB.
  std::size_t ring_bytes = std::size_t{64} << 20;
  /// The system hands the ring over block by block. A power of two, 4 KiB to 16 MiB; a frame that
  /// does not fit into a block is cut.
  std::size_t block_bytes = std::size_t{1} << 20;
  /// After how long a block that is not full is handed over: 1 ms to 10 s. Packets come that late
  /// at most.
  duration block_timeout = std::chrono::milliseconds{50};
};

/// Fails when an option is out of range (`out_of_range`), the interface is not there (`not_found`)
/// or of a kind that is not understood (`unsupported`), the filter is not one (`parse_error`), or
/// the right is missing (`permission`). An interface that is down is opened, and `receive` fails.
[[nodiscard]] auto open_interface(interface_options const& options)
    -> result<std::unique_ptr<live_source>>;

/// The same with `rings` sources (1 to 64), each for a thread of its own. Only the ring can do
/// that; with libpcap more than one fails. When the interface vanishes, rings that share cannot be
/// tied to its successor without CAP_NET_RAW; a single ring can.
[[nodiscard]] auto open_interface_shared(interface_options const& options, unsigned rings,
                                         ring_share share = ring_share::source)
    -> result<std::vector<std::unique_ptr<live_source>>>;

}  // namespace kizashi::capture::live
