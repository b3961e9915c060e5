#include "kizashi/answer/event_rows.hpp"

namespace kizashi::answer {

auto scanner_json(row_names const& names, std::uint16_t number) -> json {
  return number == 0 ? json(nullptr) : json(name_in(names.scanners, number));
}

auto listed_json(store::listed_event const& of, row_names const& names) -> json {
  auto out = event_json(of, names.fingerprints);
  out["sensor"] = name_in(names.sensors, of.sensor);
  out["wire_bytes"] = of.bytes;
  out["fingerprints"] = tool_names(of.fingerprints, names.fingerprints);
  out["known_scanner"] = scanner_json(names, of.scanner);
  out["spoofable"] = of.is_spoofable;
  out["cut"] = of.is_cut;
  return out;
}

auto listed_json(store::listed_attack const& of, row_names const& names) -> json {
  bool const is_one = of.victim.first() == of.victim.last();
  json out{{"victim", is_one ? of.victim.first().to_string() : of.victim.to_string()}};
  out["first"] = time_json(of.first);
  out["last"] = time_json(of.last);
  out["sensor"] = name_in(names.sensors, of.sensor);
  out["victims"] = of.victims;
  out["packets"] = of.packets;
  out["wire_bytes"] = of.bytes;
  out["most_per_minute"] = of.most_per_minute;
  out["spoofed_sources"] = of.spoofed_sources;
  out["ports"] = json::array();
  for (auto const& each : of.ports)
    out["ports"].push_back({{"protocol", protocol_name(each.ip_protocol)},
                            {"port", each.port},
                            {"packets", each.packets}});
  out["port_count"] = of.port_count;
  out["port_count_exact"] = of.has_exact_ports;
  out["answers"] = {{"synack", of.synack}, {"rst", of.rst}, {"icmp", of.icmp}, {"udp", of.udp}};
  out["uniformity"] = of.uniformity;
  bool const is_known = of.scaling < telescope::scalings;
  auto const scaling = static_cast<telescope::scaling>(of.scaling);
  out["scaling"] = is_known ? json(telescope::name_of(scaling)) : json(of.scaling);
  out["attack_rate"] =
      is_known && scaling == telescope::scaling::done ? json(of.attack_rate) : json(nullptr);
  out["ongoing"] = of.is_ongoing;
  out["cut"] = of.is_cut;
  return out;
}

}  // namespace kizashi::answer
