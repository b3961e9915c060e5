// What is known of one source over a run: the sum of its events.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/net/address_state.hpp"
#include "kizashi/recognise/evidence.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::telescope {

/// A service that a source knocks at. `protocol`: 6, 17, or 1 for ICMP (port = 0).
struct port_use {
  std::uint16_t port = 0;
  std::uint8_t ip_protocol = 0;
  std::uint64_t packets = 0;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.port, self.ip_protocol, self.packets);
  }
};

/// Trivially copyable, so that it can go to a temporary file. Zero-initialised it is empty.
/// Profiles of the same address are put together by `absorb`, in any order with the same result
/// but for ties in `top_ports`.
struct source_profile {
  static constexpr std::size_t most_ports = 8;

  net::address address;
  timestamp first;
  timestamp last;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::array<std::uint64_t, recognise::traffic_classes> by_class{};  ///< packets
  std::uint64_t tcp_syn = 0, tcp = 0, udp = 0, icmp = 0;             ///< packets
  recognise::tool_evidence evidence{};
  std::uint64_t fingerprints = 0;  ///< of any packet: `tag_columns::fingerprints`
  /// The busiest ports of scan-like types, busiest first; counts may be too low when a source has
  /// more (Misra and Gries). Unused places have ip_protocol 0.
  std::array<port_use, most_ports> top_ports{};
  std::uint32_t events = 0;
  std::uint32_t ports = 0;         ///< different ports, summed over events: an upper bound
  std::uint32_t destinations = 0;  ///< largest of its events
  std::uint32_t quirk = 0;         ///< `quirk_of` its first TCP SYN; 0: it sent none
  /// The sample from which `quirk` comes.
  header_sample header;
  /// Whether its TCP SYNs do not all have the window of `header`: then `quirk` leaves it out.
  bool window_varies = false;
  float highest_rate = 0;  ///< packets/s of its events with 10 packets or more
  /// The order in which it comes by. Bit `step_of(port before, port)` for each packet of a
  /// scan-like type behind another: sources that run one program over one list of ports set the
  /// same bits, whatever their rate; a source that takes ports at random sets them all. Compare two
  /// by the bits they share (`sequence_likeness`).
  std::uint32_t sequence = 0;
  /// Steps to a higher and to a lower destination: nearly all up or all down is a walk through the
  /// addresses, as many up as down a permutation or chance.
  std::uint32_t ascents = 0;
  std::uint32_t descents = 0;
  /// Bit `hash of the destination mod 64`: see `targets_about`. Tells a scan that is so slow that
  /// each packet is an event of its own from a source that repeats itself.
  std::uint64_t targets = 0;
  std::uint64_t activity = 0;  ///< bit (minute since 1970) mod 64: minutes with packets
  std::uint32_t days = 0;      ///< bit (day since 1970) mod 32: days with packets
  std::uint16_t scanner = 0;   ///< `tag_columns::scanner`
  bool is_spoofable = true;    ///< no handshake was completed

  void absorb(source_profile const& other) noexcept;
  /// Adds packets to a port.
  void add_port(port_use const& use) noexcept;
  /// Takes the header of a TCP SYN and sets `quirk`.
  void add_header(header_sample const& syn) noexcept;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.address, self.first, self.last, self.packets, self.wire_bytes, self.by_class,
       self.tcp_syn, self.tcp, self.udp, self.icmp, self.evidence, self.fingerprints,
       self.top_ports, self.events, self.ports, self.destinations, self.quirk);
    // Most have never sent a SYN.
    if (self.quirk != 0) io(self.header, self.window_varies);
    io(self.highest_rate, self.sequence, self.ascents, self.descents, self.targets, self.activity,
       self.days, self.scanner, self.is_spoofable);
  }
  friend auto operator<(source_profile const& a, source_profile const& b) noexcept -> bool {
    return a.address < b.address;
  }
};

/// The looks of a TCP SYN that do not change from packet to packet of one program: window, options
/// in their order, MSS, window scale, the initial TTL (32, 64, 128, 255 from the TTL seen), don't
/// fragment. After p0f (Zalewski) and JA4T (FoxIO). Never 0.
/// With `window_varies` the window is left out: Mirai, for one, takes it at random.
[[nodiscard]] auto quirk_of(header_sample const& header, bool window_varies = false) noexcept
    -> std::uint32_t;
/// For people: "win 1024, mss 1460, ttl 255", as p0f and JA4T would have it.
[[nodiscard]] auto describe_quirk(header_sample const& header, bool window_varies = false)
    -> std::string;

/// The bit of `source_profile::sequence` for a step from a port to a port: 0 .. 31.
[[nodiscard]] constexpr auto step_of(std::uint16_t before, std::uint16_t port) noexcept
    -> unsigned {
  return static_cast<unsigned>(
      (std::uint64_t{before} << 16 | port | std::uint64_t{1} << 32) * 0x9E3779B97F4A7C15U >> 59);
}
/// Share of the bits of either that both have (Jaccard): 0 .. 1; 0 when one has none.
[[nodiscard]] auto sequence_likeness(std::uint32_t a, std::uint32_t b) noexcept -> double;

/// How many different destinations the bits of `source_profile::targets` stand for, by linear
/// counting (Whang, Vander-Zanden, Taylor: "A linear-time probabilistic counting algorithm for
/// database applications", ACM TODS 15(2), 1990): -64 ln(zeros / 64). Within 15 % up to about 100;
/// with no zero left 64 ln 64 = 266: that many or more.
[[nodiscard]] auto targets_about(std::uint64_t targets) noexcept -> double;

}  // namespace kizashi::telescope
