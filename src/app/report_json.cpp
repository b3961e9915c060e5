#include "kizashi/app/detect_output.hpp"
#include "kizashi/app/findings_writers.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report.hpp"

namespace kizashi::app {
namespace {

auto to_json(telescope::packet_counts const& counts) -> json {
  return {{"total", counts.total},         {"ipv4", counts.ipv4},
          {"ipv6", counts.ipv6},           {"arp", counts.arp},
          {"other", counts.other},         {"unknown_link", counts.unknown_link},
          {"malformed", counts.malformed}, {"truncated", counts.truncated},
          {"fragments", counts.fragments}, {"later_fragments", counts.later_fragments},
          {"tunnelled", counts.tunnelled}};
}
auto to_json(telescope::protocol_counts const& counts) -> json {
  return {{"tcp", counts.tcp},
          {"udp", counts.udp},
          {"icmp", counts.icmp},
          {"icmp6", counts.icmp6},
          {"other", counts.other}};
}
auto to_json(telescope::tcp_flag_counts const& counts) -> json {
  return {{"syn", counts.syn},   {"synack", counts.synack}, {"ack", counts.ack},
          {"rst", counts.rst},   {"fin", counts.fin},       {"null", counts.null},
          {"xmas", counts.xmas}, {"other", counts.other}};
}
auto to_json(telescope::port_row const& row) -> json {
  return {{"protocol", protocol_name(row.ip_protocol)},
          {"port", row.port.value()},
          {"packets", row.packets},
          {"wire_bytes", row.wire_bytes},
          {"syn_packets", row.syn_packets},
          {"sources", row.sources},
          {"destinations", row.destinations}};
}
auto to_json(telescope::icmp_row const& row) -> json {
  return {{"protocol", protocol_name(row.ip_protocol)},
          {"type", row.type},
          {"code", row.code},
          {"packets", row.packets}};
}
auto country_of(recognise::country_code code) -> json {
  return code == recognise::country_code{} ? json(nullptr) : json(std::string{code.text()});
}
auto system_of(recognise::asn number) -> json {
  return number.number() == 0 ? json(nullptr) : json(number.number());
}
auto to_json(telescope::country_row const& row) -> json {
  return {{"country", country_of(row.country)}, {"packets", row.packets}, {"sources", row.sources}};
}
auto to_json(telescope::as_row const& row) -> json {
  return {{"as", system_of(row.asn)},
          {"name", name_json(row.name)},
          {"packets", row.packets},
          {"sources", row.sources}};
}
auto to_json(telescope::window_row const& row) -> json {
  return {{"start", row.start.to_string()},
          {"packets", row.packets},
          {"wire_bytes", row.wire_bytes},
          {"sources", row.sources},
          {"destinations", row.destinations}};
}

auto write_head(report const& what, json_document& out) -> status {
  auto notes = json::array();
  for (auto const& each : what.notes)
    notes.push_back({{"message", each.message}, {"loss", each.is_loss}});
  KIZASHI_TRY(out.member("schema", "kizashi-read/1"));
  KIZASHI_TRY(out.member("kizashi", version()));
  KIZASHI_TRY(out.member("inputs", what.inputs));
  KIZASHI_TRY(out.member("partial", what.is_partial));
  KIZASHI_TRY(out.member("stopped_by", name_json(what.stopped_by)));
  KIZASHI_TRY(out.member("notes", notes));
  json const darknet{{"given", what.has_darknet}, {"ipv4_addresses", what.darknet_ipv4_addresses}};
  KIZASHI_TRY(out.member("darknet", darknet));
  if (!what.filter.empty()) KIZASHI_TRY(out.member("filter", what.filter));
  return out.member("place_origin", name_json(what.places.origin()));
}

auto write_totals(report const& what, json_document& out) -> status {
  auto const& sum = what.summary;
  KIZASHI_TRY(out.member("packets", to_json(sum.packets)));
  KIZASHI_TRY(out.member("outside", sum.outside));
  if (!what.filter.empty()) KIZASHI_TRY(out.member("filtered", what.filtered));
  KIZASHI_TRY(out.member("wire_bytes", sum.wire_bytes));
  KIZASHI_TRY(out.member("first", time_json(sum.first)));
  KIZASHI_TRY(out.member("last", time_json(sum.last)));
  KIZASHI_TRY(out.member("protocols", to_json(sum.protocols)));
  KIZASHI_TRY(out.member("tcp_flags", to_json(sum.tcp_flags)));
  json const order{{"out_of_order", sum.order.out_of_order},
                   {"late", sum.order.late},
                   {"untimed", sum.order.untimed},
                   {"false_times", sum.order.false_times}};
  KIZASHI_TRY(out.member("order", order));
  KIZASHI_TRY(out.member("sources", sum.sources));
  KIZASHI_TRY(out.member("destinations", sum.destinations));
  json const rows{{"ports", sum.ports.size()},
                  {"icmp", sum.icmp.size()},
                  {"countries", sum.countries.size()},
                  {"as", sum.as.size()},
                  {"windows", sum.windows.size()}};
  return out.member("rows", rows);
}

}  // namespace

auto write_json(report const& what, text_sink& to) -> status {
  auto const& sum = what.summary;
  auto const plain = [](auto const& row) { return to_json(row); };
  auto const source = [&](telescope::source_row const& row) -> json {
    json out{{"address", row.address.to_string()},
             {"packets", row.packets},
             {"wire_bytes", row.wire_bytes},
             {"ports", row.ports},
             {"country", country_of(row.place.country)},
             {"as", system_of(row.place.asn)},
             {"as_name", name_json(what.places.name(row.place.asn))}};
    if (what.found) out["conclusion"] = source_json(*what.found, row.address);
    return out;
  };
  json_document out{to};
  KIZASHI_TRY(write_head(what, out));
  KIZASHI_TRY(write_totals(what, out));
  KIZASHI_TRY(out.list("ports", sum.ports, shown(sum.ports, what.top), plain));
  KIZASHI_TRY(out.list("icmp", sum.icmp, shown(sum.icmp, what.top), plain));
  KIZASHI_TRY(out.list("top_sources", sum.top_sources, shown(sum.top_sources, what.top), source));
  KIZASHI_TRY(out.list("countries", sum.countries, shown(sum.countries, what.top), plain));
  KIZASHI_TRY(out.list("as", sum.as, shown(sum.as, what.top), plain));
  if (what.found) KIZASHI_TRY(write_findings_json(what, out));
  if (what.detected) KIZASHI_TRY(out.member("engine_findings", detected_json(*what.detected)));
  auto const seconds = std::chrono::duration<double>(sum.window_length).count();
  KIZASHI_TRY(out.member("window_seconds", seconds));
  KIZASHI_TRY(out.list("windows", sum.windows, sum.windows.size(), plain));
  return out.close();
}

}  // namespace kizashi::app
