#include "kizashi/telescope/sources/source_profile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"

namespace kizashi::telescope {
namespace {

/// Systems set 32, 64, 128 or 255 and are rarely more than 32 hops away (p0f).
auto initial_ttl(std::uint8_t seen) noexcept -> unsigned {
  for (unsigned const start : {32U, 64U, 128U})
    if (seen <= start) return start;
  return 255;
}

auto is_busier(port_use const& a, port_use const& b) noexcept -> bool {
  return std::tuple{b.packets, a.ip_protocol, a.port} <
         std::tuple{a.packets, b.ip_protocol, b.port};
}

/// Which of two headers speaks for a source: the earlier, and of two at once always the same one.
auto is_before(header_sample const& a, header_sample const& b) noexcept -> bool {
  if (a.time != b.time) return a.time < b.time;
  auto const all_of = [](header_sample const& each) {
    return std::tuple{each.source_port, each.tcp_window,   each.ip_id,     each.tcp_options,
                      each.tcp_mss,     each.ttl,          each.ip_length, each.tcp_window_scale,
                      each.tcp_flags,   each.dont_fragment};
  };
  return all_of(a) < all_of(b);
}

auto letters_of_options(std::uint32_t options) -> std::string {
  constexpr std::array<std::string_view, 16> names{"end", "nop", "mss", "ws", "sok", "sack",
                                                   "?",   "?",   "ts",  "?",  "?",   "?",
                                                   "?",   "?",   "?",   "bad"};
  std::string text;
  for (; options != 0; options >>= 4) {
    if (!text.empty()) text += ' ';
    text += names[options & 15];
  }
  return text;
}

}  // namespace

void source_profile::add_port(port_use const& use) noexcept {
  auto const found = std::ranges::find_if(top_ports, [&](port_use const& each) {
    return each.packets > 0 && each.port == use.port && each.ip_protocol == use.ip_protocol;
  });
  auto more = use;
  auto* changed = &top_ports.back();
  if (found != top_ports.end()) {
    found->packets += use.packets;
    changed = &*found;
  } else {
    // The last place is the smallest, or free. What it and all others lose is the least that any
    // summary of eight ports has to lose.
    auto const loss = std::min(top_ports.back().packets, more.packets);
    if (loss > 0)
      for (auto& each : top_ports) each.packets -= loss;
    more.packets -= loss;
    if (more.packets > 0) top_ports.back() = more;
  }
  // All others have kept their order.
  for (; changed != top_ports.begin() && is_busier(*changed, *(changed - 1)); --changed)
    std::swap(*changed, *(changed - 1));
  for (auto& each : top_ports)
    if (each.packets == 0) each = {};
}

void source_profile::add_header(header_sample const& syn) noexcept {
  if (quirk != 0) {
    bool const varied =
        std::exchange(window_varies, window_varies || syn.tcp_window != header.tcp_window);
    bool const is_first = is_before(syn, header);
    if (!is_first && varied == window_varies) return;
    if (is_first) header = syn;
  } else {
    header = syn;
  }
  quirk = quirk_of(header, window_varies);
}

void source_profile::absorb(source_profile const& other) noexcept {
  if (other.first.is_known()) {
    first = first.is_known() ? std::min(first, other.first) : other.first;
    last = std::max(last, other.last);
  }
  address = packets == 0 ? other.address : address;
  packets += other.packets;
  wire_bytes += other.wire_bytes;
  for (std::size_t i = 0; i < by_class.size(); ++i) by_class[i] += other.by_class[i];
  tcp_syn += other.tcp_syn;
  tcp += other.tcp;
  udp += other.udp;
  icmp += other.icmp;
  evidence.absorb(other.evidence);
  fingerprints |= other.fingerprints;
  for (auto const& each : other.top_ports)
    if (each.packets > 0) add_port(each);
  events += other.events;
  ports += other.ports;
  destinations = std::max(destinations, other.destinations);
  if (other.quirk != 0) {
    window_varies |= other.window_varies;
    add_header(other.header);
    quirk = quirk_of(header, window_varies);
  }
  highest_rate = std::max(highest_rate, other.highest_rate);
  sequence |= other.sequence;
  ascents += other.ascents;
  descents += other.descents;
  targets |= other.targets;
  activity |= other.activity;
  days |= other.days;
  scanner = std::max(scanner, other.scanner);
  is_spoofable = is_spoofable && other.is_spoofable;
}

auto quirk_of(header_sample const& header, bool window_varies) noexcept -> std::uint32_t {
  auto const fields = std::uint64_t{header.tcp_options} << 32 |
                      std::uint64_t{header.tcp_mss} << 16 | (window_varies ? 0 : header.tcp_window);
  auto const rest = std::uint64_t{header.tcp_window_scale} << 16 |
                    std::uint64_t{initial_ttl(header.ttl)} << 4 | (header.dont_fragment ? 2U : 0U) |
                    (window_varies ? 1U : 0U);
  auto const quirk = static_cast<std::uint32_t>(mix64(mix64(fields) ^ rest) >> 32);
  return quirk == 0 ? 1 : quirk;
}

auto describe_quirk(header_sample const& header, bool window_varies) -> std::string {
  auto text = window_varies ? std::string{"win *"} : fmt::format("win {}", header.tcp_window);
  if (header.tcp_options == 0)
    text += ", no options";
  else
    text += fmt::format(", options {}", letters_of_options(header.tcp_options));
  if (header.tcp_mss != 0) text += fmt::format(", mss {}", header.tcp_mss);
  if (header.tcp_window_scale != 255) text += fmt::format(", scale {}", header.tcp_window_scale);
  text += fmt::format(", ttl {}", initial_ttl(header.ttl));
  if (header.dont_fragment) text += ", df";
  return text;
}

auto sequence_likeness(std::uint32_t a, std::uint32_t b) noexcept -> double {
  if (a == 0 || b == 0) return 0;
  return static_cast<double>(std::popcount(a & b)) / static_cast<double>(std::popcount(a | b));
}

auto targets_about(std::uint64_t targets) noexcept -> double {
  constexpr double bits = 64;
  auto const zeros = std::max(1, 64 - std::popcount(targets));
  return bits * std::log(bits / static_cast<double>(zeros));
}

}  // namespace kizashi::telescope
