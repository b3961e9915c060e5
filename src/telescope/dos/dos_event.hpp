// A denial-of-service event: a victim whose answers to forged packets reach the telescope
// (randomly spoofed denial of service, RSDoS). docs/dos.md defines each member.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::telescope {

/// An attacked service.
struct attacked_port {
  std::uint8_t ip_protocol = 0;
  std::uint16_t port = 0;
  std::uint64_t packets = 0;
};

/// Why no rate is estimated.
enum class scaling : std::uint8_t {
  done,
  no_darknet,   ///< the telescope's size is not known
  few_packets,  ///< too few for the test
  not_uniform,  ///< the forged senders do not lie evenly over the telescope
};
[[nodiscard]] auto name_of(scaling each) noexcept -> std::string_view;

struct dos_event {
  net::prefix victim;         ///< one address, or a /24 (IPv6: /64) under a carpet attack
  std::uint32_t victims = 1;  ///< different addresses under attack
  timestamp first;
  timestamp last;
  std::uint64_t packets = 0;  ///< of backscatter
  std::uint64_t wire_bytes = 0;
  std::uint64_t most_per_minute = 0;  ///< in any 60 s, slid by 10 s
  std::uint64_t spoofed = 0;  ///< different forged senders seen: destinations in the telescope
  bool is_spoofed_exact = true;
  std::vector<attacked_port> ports;          ///< busiest first, at most 8
  std::uint32_t port_count = 0;              ///< different attacked ports
  std::array<std::uint64_t, 4> by_answer{};  ///< packets: SYN-ACK, RST, ICMP, UDP
  double uniformity = 0;                     ///< p-value of the chi-square test; 0 when not tested
  scaling scale = scaling::no_darknet;
  double attack_rate = 0;  ///< packets/s at the victim, estimated from `most_per_minute`; see scale
  std::uint64_t juno = 0;  ///< packets by the port rule of juno-like flooders
  bool is_ongoing = false;
};

class dos_sink {
public:
  virtual ~dos_sink() = default;
  [[nodiscard]] virtual auto observe(dos_event const& closed) -> status = 0;
};

}  // namespace kizashi::telescope
