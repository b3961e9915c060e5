#include "kizashi/capture/synth/internal/tools.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "kizashi/base/error.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/capture/synth/actor_manual.hpp"

namespace kizashi::capture::synth {

namespace {

using bytes = std::uint8_t;

constexpr auto mss_only = std::to_array<bytes>({2, 4, 0x05, 0xB4});
// Linux: MSS, SACK permitted, timestamps, NOP, window scale 7.
constexpr auto linux_options = std::to_array<bytes>(
    {2, 4, 0x05, 0xB4, 4, 2, 8, 10, 0x00, 0x5C, 0x3A, 0x91, 0, 0, 0, 0, 1, 3, 3, 7});
// Windows: MSS, NOP, window scale 8, NOP, NOP, SACK permitted.
constexpr auto windows_options = std::to_array<bytes>({2, 4, 0x05, 0xB4, 1, 3, 3, 8, 1, 1, 4, 2});

// p0f's sendsyn: MSS 1331.
constexpr auto sendsyn_options = std::to_array<bytes>({2, 4, 0x05, 0x33});

// Nmap's six probes of sequence generation; the timestamp is all ones, the echo zero.
constexpr auto probe_1 = std::to_array<bytes>(
    {3, 3, 10, 1, 2, 4, 0x05, 0xB4, 8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 4, 2});
constexpr auto probe_2 = std::to_array<bytes>(
    {2, 4, 0x05, 0x78, 3, 3, 0, 4, 2, 8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0});
constexpr auto probe_3 = std::to_array<bytes>(
    {8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1, 1, 3, 3, 5, 1, 2, 4, 0x02, 0x80});
constexpr auto probe_4 =
    std::to_array<bytes>({4, 2, 8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 3, 3, 10, 0});
constexpr auto probe_5 = std::to_array<bytes>(
    {2, 4, 0x02, 0x18, 4, 2, 8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 3, 3, 10, 0});
constexpr auto probe_6 =
    std::to_array<bytes>({2, 4, 0x01, 0x09, 4, 2, 8, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0});

struct os_probe {
  std::uint16_t window;
  fixed_bytes options;
};

auto os_probes() -> std::array<os_probe, 6> const& {
  static std::array<os_probe, 6> const all{{{1, fixed_bytes{probe_1}},
                                            {63, fixed_bytes{probe_2}},
                                            {4, fixed_bytes{probe_3}},
                                            {4, fixed_bytes{probe_4}},
                                            {16, fixed_bytes{probe_5}},
                                            {512, fixed_bytes{probe_6}}}};
  return all;
}

void dress_probe(packet_plan& plan, std::uint64_t which) {
  auto const& probe = os_probes()[which];
  plan.window = probe.window;
  plan.behind = probe.options;
}

/// A port from 1024 to 65535 that belongs to the host.
constexpr auto own_port(std::uint64_t host_key) noexcept -> std::uint16_t {
  return static_cast<std::uint16_t>(1024 + (host_key >> 16 & 0xFFFF) % 64512);
}

constexpr auto any_high_port(random_source& random) noexcept -> std::uint16_t {
  return static_cast<std::uint16_t>(1024 + random.below(64512));
}

constexpr auto swapped(std::uint32_t x) noexcept -> std::uint32_t {
  return __builtin_bswap32(x);
}

}  // namespace

syn_tool::syn_tool(actor_spec const& spec) : window_{static_cast<std::uint16_t>(spec.window)} {
  auto const names = split(tool_names(), ' ');
  auto const found = std::find(names.begin(), names.end(), spec.tool);
  KIZASHI_ASSERT(found != names.end());
  name_ = static_cast<name>(std::distance(names.begin(), found));
  is_linux_ = spec.options == "linux";
  is_windows_ = spec.options == "windows";
  if (name_ == name::zmap_new || name_ == name::masscan_new || name_ == name::nmap) {
    options_ = fixed_bytes{mss_only};
  } else if (name_ == name::syn) {
    if (spec.options == "mss") options_ = fixed_bytes{mss_only};
    if (is_linux_) options_ = fixed_bytes{linux_options};
    if (is_windows_) options_ = fixed_bytes{windows_options};
    if (!spec.relation.empty())
      relation_ = planted_relation::parse(spec.relation).value_or(planted_relation{});
  } else if (name_ == name::p0f_sendsyn) {
    options_ = fixed_bytes{sendsyn_options};
  }
}

void syn_tool::dress(packet_plan& plan, std::uint64_t host_key,
                     random_source& random) const noexcept {
  plan.ip_protocol = 6;
  plan.tcp_flags = 2;
  plan.behind = options_;
  auto const draw = random.next();
  plan.sequence = static_cast<std::uint32_t>(draw);
  plan.ip_id = static_cast<std::uint16_t>(draw >> 32);
  plan.source_port = own_port(host_key);
  auto const hops = hops_of(host_key);
  plan.ttl = static_cast<std::uint8_t>(255 - hops);
  switch (name_) {
    case name::mirai:
      plan.sequence = plan.destination;
      plan.window = static_cast<std::uint16_t>(draw >> 48);
      plan.ttl = static_cast<std::uint8_t>(64 - hops);
      break;
    case name::zmap_old:
    case name::zmap_new:
      if (name_ == name::zmap_old) plan.ip_id = 54321;
      plan.window = 65535;
      plan.source_port = static_cast<std::uint16_t>(32768 + (draw >> 48) % 28233);
      break;
    case name::masscan_old:
    case name::masscan_new:
      plan.window = name_ == name::masscan_old ? 1024 : 1025;
      plan.ip_id =
          static_cast<std::uint16_t>(plan.destination ^ plan.destination_port ^ plan.sequence);
      break;
    case name::nmap: {
      auto const mask = static_cast<std::uint32_t>(host_key >> 32);
      auto const probe = static_cast<std::uint32_t>(draw & 0xFFFF);
      plan.sequence = mask ^ (probe << 16 | probe);
      plan.window = static_cast<std::uint16_t>(1024 * (1 + (host_key >> 8 & 3)));
      plan.ttl = static_cast<std::uint8_t>(37 + (draw >> 48) % 23 - hops);
      break;
    }
    case name::unicornscan:
      plan.source_port = any_high_port(random);
      plan.sequence = static_cast<std::uint32_t>(host_key) ^ swapped(plan.destination) ^
                      (std::uint32_t{plan.destination_port} << 16 | plan.source_port);
      plan.window = 4096;
      plan.ttl = static_cast<std::uint8_t>(128 - hops);
      break;
    case name::syn:
      dress_system(plan, host_key, random);
      relation_.apply(plan, host_key);
      break;
    case name::p0f_sendsyn:
      plan.window = 1337;
      plan.ttl = static_cast<std::uint8_t>(192 - hops);
      break;
    case name::nmap_probe:
      dress_probe(plan, (draw >> 48) % 6);
      plan.ttl = static_cast<std::uint8_t>(37 + random.below(23) - hops);
      break;
  }
}

void syn_tool::dress_system(packet_plan& plan, std::uint64_t host_key,
                            random_source& random) const noexcept {
  auto const draw = random.next();
  plan.source_port = static_cast<std::uint16_t>(32768 + (draw & 0x7FFF));
  plan.dont_fragment = is_linux_ || is_windows_;
  plan.window = window_;
  if (window_ == 0) {
    plan.window = is_linux_ ? 64240 : is_windows_ ? 8192 : static_cast<std::uint16_t>(draw >> 48);
  }
  plan.ttl = static_cast<std::uint8_t>((is_windows_ ? 128 : 64) - hops_of(host_key));
}

}  // namespace kizashi::capture::synth
