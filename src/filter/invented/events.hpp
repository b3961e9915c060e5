// For tests: scan events and attacks whose fields meet the filters of `expressions.hpp`.
#pragma once

#include "kizashi/base/random.hpp"
#include "kizashi/filter/invented/expressions.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::filter::invented {

inline auto invent_time(random_source& random) -> timestamp {
  return timestamp{(1'768'467'600'000'000 + random.below(20) * 500'000LL) * 1000 +
                   random.below(3) * 400LL};
}

/// `number` tells it from others: its packets.
inline auto invent_event(random_source& random, std::uint32_t number) -> telescope::scan_event {
  telescope::scan_event is;
  is.source = invent_address(random);
  is.type = static_cast<recognise::packet_type>(random.below(recognise::packet_types));
  is.traffic_class =
      static_cast<recognise::traffic_class>(random.below(recognise::traffic_classes));
  is.ports = random.below(3) == 0 ? 1 + random.below(5) : 1;
  is.port = static_cast<std::uint16_t>(is.ports == 1 ? random.below(6) : 0);
  is.first = invent_time(random);
  is.last = is.first + std::chrono::milliseconds{random.below(3) * 1000 + random.below(2) * 7};
  is.packets = number;
  is.wire_bytes = random.below(6);
  is.destinations.count = random.below(6);
  is.pattern = static_cast<telescope::scan_pattern>(random.below(telescope::scan_patterns));
  is.fingerprints = random.below(8);
  is.tools = random.below(3) == 0 ? 0 : random.below(8);
  is.scanner = static_cast<std::uint16_t>(random.below(3));
  is.is_spoofable = random.below(2) == 0;
  is.is_ongoing = random.below(2) == 0;
  is.is_cut = random.below(2) == 0;
  return is;
}

inline auto invent_attack(random_source& random, std::uint32_t number) -> telescope::dos_event {
  telescope::dos_event is;
  auto const who = invent_address(random);
  unsigned const widest = who.is_ipv6() ? 128 : 32;
  is.victim = net::prefix{who, random.below(3) == 0 ? (who.is_ipv6() ? 64U : 24U) : widest};
  is.victims = random.below(6);
  is.first = invent_time(random);
  is.last = is.first + std::chrono::seconds{random.below(3)};
  is.packets = number;
  is.wire_bytes = random.below(6);
  is.most_per_minute = random.below(6);
  is.spoofed = random.below(6);
  std::vector<telescope::attacked_port> ports(random.below(4));
  for (auto& each : ports)
    each = {random.below(2) == 0 ? std::uint8_t{6} : std::uint8_t{17},
            static_cast<std::uint16_t>(random.below(6)), 1};
  is.ports = telescope::attacked_ports{ports};
  is.port_count = static_cast<std::uint32_t>(ports.size());
  for (auto& each : is.by_answer) each = random.below(6);
  is.uniformity = random.unit();
  is.scale = static_cast<telescope::scaling>(random.below(telescope::scalings));
  is.attack_rate = random.unit() * 4;
  is.is_ongoing = random.below(2) == 0;
  is.is_cut = random.below(2) == 0;
  return is;
}

}  // namespace kizashi::filter::invented
