// What a scanning tool's TCP SYN looks like: the header relations by which a telescope knows it.
#pragma once

#include <cstdint>
#include <string_view>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/internal/planted_relation.hpp"
#include "kizashi/capture/synth/packet_plan.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// The hops between a host and the telescope, 5..20, the same for each packet of a host.
[[nodiscard]] constexpr auto hops_of(std::uint64_t host_key) noexcept -> std::uint8_t {
  return static_cast<std::uint8_t>(5 + (host_key >> 60));
}

/// Dresses the SYNs of one tool. Sources of the relations, by name of the tool:
///   mirai        scanner.c of the published source: sequence number = destination address
///   zmap_old     packet.c before 4.1.0: IP-ID 54321, window 65535, no DF, TTL 255 at the source,
///   no options zmap_new     4.1.0 (2024-03-21) and later: random IP-ID, window 65535, MSS 1460
///   masscan_*    templ-pkt.c: IP-ID = destination ^ port ^ sequence number, TTL 255; old: window
///   1024 without options,
///                new: window 1025, MSS 1460
///   nmap         scan_engine_raw.cc, seq32_encode: sequence = mask ^ (n << 16 | n) with one mask
///   per run; MSS 1460; window
///                1024, 2048, 3072 or 4096; initial TTL 37..59
///   p0f_sendsyn  p0f.fp, "p0f:sendsyn utility": TTL 192 at the source, MSS 1331, window 1337, no
///   other option; its IP-ID and sequence number are this program's choice
///   nmap_probe   nmap.org/book/osdetect-methods.html, "Sequence generation": six SYNs, each with a
///   window and an order of options of its own; initial TTL 37..59
///   unicornscan  TCPHASHTRACK: sequence = key ^ destination (byte-swapped) ^ (destination port <<
///   16 | source port)
class syn_tool {
public:
  explicit syn_tool(actor_spec const& spec);

  /// `plan` has source, destination and destination port; the rest of the SYN is filled in.
  /// `host_key` is a random number that belongs to the source.
  void dress(packet_plan& plan, std::uint64_t host_key, random_source& random) const noexcept;

private:
  enum class name : std::uint8_t {
    mirai,
    zmap_old,
    zmap_new,
    masscan_old,
    masscan_new,
    nmap,
    unicornscan,
    syn,
    p0f_sendsyn,
    nmap_probe
  };
  void dress_system(packet_plan& plan, std::uint64_t host_key,
                    random_source& random) const noexcept;

  name name_ = name::syn;
  bool is_linux_ = false;
  bool is_windows_ = false;
  std::uint16_t window_ = 0;
  fixed_bytes options_;
  planted_relation relation_;
};

}  // namespace kizashi::capture::synth
