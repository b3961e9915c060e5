#include "kizashi/app/live_feed.hpp"

#include <bit>

namespace kizashi::app {
namespace {

constexpr auto frame_length = std::chrono::milliseconds{250};

}  // namespace

live_feed::live_feed(std::string sensor, std::uint16_t number, net::prefix_set const& darknet,
                     recognition_tables const& tables, live::event_log& events,
                     live::frame_log& frames, recognise::place_table const& places)
    : sensor_{std::move(sensor)},
      number_{number},
      darknet_{darknet},
      lines_{sensor_, tables.fingerprints},
      events_{events},
      frames_{frames},
      places_{places},
      sampler_{number},
      begun_{std::chrono::steady_clock::now()} {}

auto live_feed::observe(telescope::window const& closed) -> status {
  events_.add({.topic = "window", .data = lines_.of(closed), .sensor = sensor_});
  return {};
}

auto live_feed::observe(telescope::scan_event const& closed) -> status {
  events_.add(
      {.topic = "scan", .data = lines_.of(closed), .sensor = sensor_, .about = closed.source});
  return {};
}

auto live_feed::observe(telescope::dos_event const& closed) -> status {
  events_.add({.topic = "attack",
               .data = lines_.of(closed),
               .sensor = sensor_,
               .about = closed.victim.first()});
  return {};
}

auto live_feed::take(net::packet_batch const& packets, recognise::tag_columns const& tags)
    -> status {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets.has(i, net::attribute::ipv6) || packets.has(i, net::attribute::no_ip)) continue;
    if (!first_.is_known()) first_ = timestamp{packets.time[i]};
    auto* const drawn = sampler_.draw();
    if (drawn == nullptr) continue;
    net::ipv4 const to{packets.destination[i]};
    drawn->time = timestamp{packets.time[i]};
    drawn->source = net::ipv4{packets.source[i]};
    drawn->destination =
        darknet_.contains(to) ? static_cast<std::uint32_t>(darknet_.position(to)) : 0;
    drawn->source_port = packets.source_port[i];
    drawn->destination_port = packets.destination_port[i];
    drawn->sensor = number_;
    // The lowest bit that is set, counted from 1.
    drawn->tool = static_cast<std::uint16_t>(
        tags.fingerprints[i] == 0 ? 0 : std::countr_zero(tags.fingerprints[i]) + 1);
    drawn->ip_protocol = packets.ip_protocol[i];
    drawn->traffic_class = tags.traffic_class[i];
  }
  if (std::chrono::steady_clock::now() - begun_ >= frame_length) hand_on();
  return {};
}

void live_feed::hand_on() {
  auto made = sampler_.take(first_, frame_length);
  // Of those that were drawn alone.
  for (auto& each : made.marks) each.country = places_.find(each.source).country;
  frames_.add(std::move(made));
  begun_ = std::chrono::steady_clock::now();
  first_ = timestamp::unknown();
}

}  // namespace kizashi::app
