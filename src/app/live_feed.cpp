#include "kizashi/app/live_feed.hpp"

#include <bit>

#include "kizashi/answer/json_document.hpp"

namespace kizashi::app {
namespace {

using answer::json;
using answer::time_json;

constexpr auto frame_length = std::chrono::milliseconds{250};

auto tools_json(std::uint64_t mask, recognition_tables const& tables) -> json {
  auto out = json::array();
  for (auto const& each : tool_names(mask, tables.fingerprints)) out.push_back(each);
  return out;
}

}  // namespace

live_feed::live_feed(std::string sensor, std::uint16_t number, net::prefix_set const& darknet,
                     recognition_tables const& tables, live::event_log& events,
                     live::frame_log& frames, recognise::place_table const& places)
    : sensor_{std::move(sensor)},
      number_{number},
      darknet_{darknet},
      tables_{tables},
      events_{events},
      frames_{frames},
      places_{places},
      sampler_{number},
      begun_{std::chrono::steady_clock::now()} {}

auto live_feed::observe(telescope::window const& closed) -> status {
  json const out{{"sensor", sensor_},
                 {"start", time_json(closed.start)},
                 {"seconds", closed.length / std::chrono::seconds{1}},
                 {"packets", closed.packets},
                 {"wire_bytes", closed.wire_bytes},
                 {"sources", closed.sources},
                 {"destinations", closed.destinations},
                 {"ports", closed.ports.size()}};
  events_.add({.topic = "window", .data = out.dump(), .sensor = sensor_});
  return {};
}

auto live_feed::observe(telescope::scan_event const& closed) -> status {
  json const out{{"sensor", sensor_},
                 {"source", closed.source.to_string()},
                 {"type", name_of(closed.type)},
                 {"class", name_of(closed.traffic_class)},
                 {"pattern", name_of(closed.pattern)},
                 {"first", time_json(closed.first)},
                 {"last", time_json(closed.last)},
                 {"packets", closed.packets},
                 {"destinations", closed.destinations.count},
                 {"destinations_exact", closed.destinations.is_exact},
                 {"port", closed.ports == 1 ? json(closed.port) : json(nullptr)},
                 {"ports", closed.ports},
                 {"tools", tools_json(closed.tools, tables_)}};
  events_.add({.topic = "scan", .data = out.dump(), .sensor = sensor_, .about = closed.source});
  return {};
}

auto live_feed::observe(telescope::dos_event const& closed) -> status {
  json const out{{"sensor", sensor_},
                 {"victim", closed.victim.to_string()},
                 {"first", time_json(closed.first)},
                 {"last", time_json(closed.last)},
                 {"packets", closed.packets},
                 {"packets_per_minute", closed.most_per_minute}};
  events_.add(
      {.topic = "attack", .data = out.dump(), .sensor = sensor_, .about = closed.victim.first()});
  return {};
}

auto live_feed::take(net::packet_batch const& packets, recognise::tag_columns const& tags)
    -> status {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets.has(i, net::attribute::ipv6) || packets.has(i, net::attribute::no_ip)) continue;
    net::ipv4 const to{packets.destination[i]};
    timestamp const time{packets.time[i]};
    if (!first_.is_known()) first_ = time;
    live::mark each;
    each.time = time;
    each.source = net::ipv4{packets.source[i]};
    each.destination =
        darknet_.contains(to) ? static_cast<std::uint32_t>(darknet_.position(to)) : 0;
    each.source_port = packets.source_port[i];
    each.destination_port = packets.destination_port[i];
    each.sensor = number_;
    // The lowest bit that is set, counted from 1.
    each.tool = static_cast<std::uint16_t>(
        tags.fingerprints[i] == 0 ? 0 : std::countr_zero(tags.fingerprints[i]) + 1);
    each.ip_protocol = packets.ip_protocol[i];
    each.traffic_class = tags.traffic_class[i];
    sampler_.see(each);
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
