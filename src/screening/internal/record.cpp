#include "kizashi/screening/internal/record.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::screening::internal {
namespace {

using telescope::port_use;
using telescope::source_profile;

/// Packets of the classes whose ports are in `top_ports`.
auto packets_to_ports(source_profile const& of) -> std::uint64_t {
  using recognise::traffic_class;
  auto const count = [&of](traffic_class each) {
    return of.by_class[static_cast<std::size_t>(each)];
  };
  auto const busiest =
      std::accumulate(of.top_ports.begin(), of.top_ports.end(), std::uint64_t{0},
                      [](std::uint64_t sum, port_use const& each) { return sum + each.packets; });
  return std::max(busiest, count(traffic_class::scan) + count(traffic_class::amplifier_probe) +
                               count(traffic_class::payload));
}

auto find_main_ports(source_profile const& of, std::uint64_t total) -> main_ports {
  main_ports found;
  std::uint64_t busiest = 0;
  for (auto const& each : of.top_ports) busiest += each.packets;
  if (busiest * 2 < total) return found;
  struct share {
    std::uint32_t key = 0;
    float of_all = 0;
  };
  std::array<share, source_profile::most_ports> shares;
  std::size_t count = 0;
  for (auto const& each : of.top_ports) {
    if (each.ip_protocol == 0 || each.packets * 20 < total || each.packets == 0) continue;
    shares[count++] = {
        port_key(each.ip_protocol, each.port),
        static_cast<float>(static_cast<double>(each.packets) / static_cast<double>(total))};
  }
  std::ranges::sort(shares, [](share const& a, share const& b) {
    return a.of_all != b.of_all ? a.of_all > b.of_all : a.key < b.key;
  });
  for (std::size_t i = 0; i < std::min(count, main_ports::most); ++i) {
    auto place = i;
    for (; place > 0 && found.keys[place - 1] > shares[i].key; --place) {
      found.keys[place] = found.keys[place - 1];
      found.shares[place] = found.shares[place - 1];
    }
    found.keys[place] = shares[i].key;
    found.shares[place] = shares[i].of_all;
  }
  return found;
}

auto initial_ttl(std::uint8_t seen) -> std::uint32_t {
  return seen <= 32 ? 32 : seen <= 64 ? 64 : seen <= 128 ? 128 : 255;
}

auto main_protocol(source_profile const& of) -> std::uint32_t {
  auto const most = of.packets - of.packets / 20;
  return of.tcp >= most ? 6 : of.udp >= most ? 17 : of.icmp >= most ? 1 : 0;
}

/// Nearly all steps in one direction, if there are enough of them.
auto walk_of(source_profile const& of) -> std::uint32_t {
  auto const steps = std::uint64_t{of.ascents} + of.descents;
  if (steps < 8) return absent;
  return std::uint64_t{of.descents} * 20 <= steps  ? 1
         : std::uint64_t{of.ascents} * 20 <= steps ? 2
                                                   : 0;
}

auto power(std::uint64_t value) -> std::uint32_t {
  return static_cast<std::uint32_t>(std::bit_width(value));
}

auto describe_options(std::uint32_t options) -> std::string {
  if (options == 0) return "no options";
  std::string text = "options ";
  for (; options != 0; options >>= 4) {
    if (text.back() != ' ') text += ',';
    switch (options & 15) {
      case 1:
        text += "nop";
        break;
      case 2:
        text += "mss";
        break;
      case 3:
        text += "ws";
        break;
      case 4:
        text += "sok";
        break;
      case 5:
        text += "sack";
        break;
      case 8:
        text += "ts";
        break;
      default:
        text += (options & 15) == 15 ? "broken" : "other";
    }
  }
  return text;
}

auto describe_protocol(std::uint32_t number) -> std::string_view {
  return number == 6 ? "TCP" : number == 17 ? "UDP" : number == 1 ? "ICMP" : "several protocols";
}

auto describe_equal(feature of, std::uint32_t value) -> std::string {
  auto const or_none = [value](std::string_view name, std::string_view none) {
    return value == absent ? std::string{none} : fmt::format("{} {}", name, value);
  };
  switch (of) {
    case feature::protocol:
      return std::string{describe_protocol(value)};
    case feature::traffic_class:
      return fmt::format("class {}", name_of(static_cast<recognise::traffic_class>(value)));
    case feature::window:
      return value == varying_window ? "a window that varies" : or_none("window", "no TCP SYN");
    case feature::options:
      return value == absent ? "no TCP SYN" : describe_options(value);
    case feature::mss:
      return value == 0 ? "no MSS" : or_none("MSS", "no TCP SYN");
    case feature::window_scale:
      return value == 255 ? "no window scale" : or_none("window scale", "no TCP SYN");
    case feature::initial_ttl:
      return or_none("TTL from", "no TCP SYN");
    case feature::dont_fragment:
      return value == absent ? "no TCP SYN" : value != 0 ? "don't fragment" : "may be fragmented";
    case feature::length:
      return or_none("length", "TCP SYN, or lengths that differ");
    case feature::top_port:
      return value == absent ? "no port" : "mostly " + describe_port(value);
    default:
      return value == absent ? "few destinations"
             : value == 1    ? "destinations upwards"
             : value == 2    ? "destinations downwards"
                             : "destinations in no order";
  }
}

/// Of the values with this power of two, the smallest or the largest.
auto least_of(std::uint32_t power) -> std::uint64_t {
  return power == 0 ? 0 : std::uint64_t{1} << (power - 1);
}
auto greatest_of(std::uint32_t power) -> std::uint64_t {
  return (std::uint64_t{1} << power) - 1;
}

auto unit_of(feature ordered) -> std::string_view {
  switch (ordered) {
    case feature::ports:
      return "ports";
    case feature::targets:
      return "destinations";
    case feature::repeats:
      return "packets per destination";
    case feature::rate:
      return "packets/s";
    case feature::steps:
      return "different steps between ports";
    default:
      return "% at one port";
  }
}

auto describe_number(feature ordered, std::uint64_t value) -> std::string {
  if (ordered == feature::rate) return fmt::format("{}", static_cast<double>(value) / 1000);
  return with_thousands(ordered == feature::top_share ? value * 100 / 8 : value);
}

auto describe_range(condition const& each) -> std::string {
  auto const is_power = each.of != feature::top_share && each.of != feature::steps;
  auto const has_high = each.high < most_of(each.of);
  auto const low = describe_number(each.of, is_power ? least_of(each.low) : each.low);
  auto const unit = unit_of(each.of);
  if (!has_high) return fmt::format("at least {} {}", low, unit);
  auto const high = describe_number(each.of, is_power ? greatest_of(each.high) : each.high);
  if (each.low == 0) return fmt::format("at most {} {}", high, unit);
  return low == high ? fmt::format("{} {}", low, unit)
                     : fmt::format("{} to {} {}", low, high, unit);
}

}  // namespace

auto describe_port(std::uint32_t key) -> std::string {
  auto const protocol = key >> 16;
  if (protocol == 1) return "icmp";
  return fmt::format("{}/{}", key & 0xFFFF, protocol == 6 ? "tcp" : "udp");
}

auto main_ports::has(std::uint32_t key) const noexcept -> bool {
  return std::ranges::find(keys, key) != keys.end();
}

auto main_class(source_profile const& of) noexcept -> recognise::traffic_class {
  auto const most = std::ranges::max_element(of.by_class);
  return static_cast<recognise::traffic_class>(most - of.by_class.begin());
}

auto network_of(net::address a) -> net::prefix {
  return {a, a.is_ipv6() ? 64U : 24U};
}

auto make_record(source_profile const& from) -> source_record {
  source_record made;
  made.address = from.address;
  made.first = from.first;
  made.last = from.last;
  made.packets = from.packets;
  made.activity = from.activity;
  made.quirk = from.quirk;
  made.days = from.days;
  made.sequence = from.sequence;
  made.scanner = from.scanner;
  auto const to_ports = packets_to_ports(from);
  made.ports = find_main_ports(from, to_ports);
  auto const set = [&made](feature of, std::uint32_t value) {
    made.values[static_cast<std::size_t>(of)] = value;
  };
  auto const has_syn = from.quirk != 0;
  auto const& header = from.header;
  set(feature::protocol, main_protocol(from));
  set(feature::traffic_class, static_cast<std::uint32_t>(main_class(from)));
  set(feature::window, !has_syn ? absent : from.window_varies ? varying_window : header.tcp_window);
  set(feature::options, has_syn ? header.tcp_options : absent);
  set(feature::mss, has_syn ? header.tcp_mss : absent);
  set(feature::window_scale, has_syn ? header.tcp_window_scale : absent);
  set(feature::initial_ttl, has_syn ? initial_ttl(header.ttl) : absent);
  set(feature::dont_fragment, has_syn ? header.dont_fragment : absent);
  auto const packets = std::max<std::uint64_t>(from.packets, 1);
  auto const is_even = !has_syn && from.wire_bytes % packets == 0;
  set(feature::length, is_even ? static_cast<std::uint32_t>(from.wire_bytes / packets) : absent);
  auto const& top = from.top_ports[0];
  set(feature::top_port, top.ip_protocol == 0 ? absent : port_key(top.ip_protocol, top.port));
  set(feature::walk, walk_of(from));
  set(feature::steps, static_cast<std::uint32_t>(std::popcount(from.sequence)));
  set(feature::ports, power(from.ports));
  auto const targets = std::max<std::uint64_t>(
      {1, from.destinations, static_cast<std::uint64_t>(telescope::targets_about(from.targets))});
  set(feature::targets, power(targets));
  set(feature::repeats, power(from.packets / targets));
  auto const rate = std::clamp(double{from.highest_rate} * 1000, 0.0, 1e12);
  set(feature::rate, power(static_cast<std::uint64_t>(rate)));
  auto const share = to_ports == 0 ? 0 : std::min<std::uint64_t>(8, top.packets * 8 / to_ports);
  set(feature::top_share, static_cast<std::uint32_t>(share));
  return made;
}

auto describe(condition const& each) -> std::string {
  return static_cast<std::size_t>(each.of) < first_ordered ? describe_equal(each.of, each.low)
                                                           : describe_range(each);
}

}  // namespace kizashi::screening::internal
