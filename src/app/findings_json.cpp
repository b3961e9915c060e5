#include "kizashi/app/findings_writers.hpp"
#include "kizashi/app/json_document.hpp"

namespace kizashi::app {
namespace {

auto to_json(telescope::header_sample const& sample) -> json {
  return {{"time", time_json(sample.time)},
          {"ttl", sample.ttl},
          {"ip_id", sample.ip_id},
          {"ip_length", sample.ip_length},
          {"dont_fragment", sample.dont_fragment},
          {"source_port", sample.source_port},
          {"tcp_flags", sample.tcp_flags},
          {"tcp_window", sample.tcp_window},
          {"tcp_options", option_names(sample.tcp_options)},
          {"tcp_mss", sample.tcp_mss},
          {"tcp_window_scale",
           sample.tcp_window_scale == 255 ? json(nullptr) : json(sample.tcp_window_scale)}};
}

auto to_json(telescope::scan_event const& event, report const& what) -> json {
  auto const& found = *what.found;
  auto const& tables = *found.tables;
  auto headers = json::array();
  for (std::size_t i = 0; i < event.samples; ++i) headers.push_back(to_json(event.headers[i]));
  auto const rate = telescope::rate_of(event);
  auto const is_covered = what.darknet_ipv4_addresses != 0 && !event.source.is_ipv6();
  return {{"source", event.source.to_string()},
          {"type", name_of(event.type)},
          {"class", name_of(event.traffic_class)},
          {"port", event.ports > 1 ? json(nullptr) : json(event.port)},
          {"ports", event.ports},
          {"first", time_json(event.first)},
          {"last", time_json(event.last)},
          {"packets", event.packets},
          {"wire_bytes", event.wire_bytes},
          {"destinations", event.destinations.count},
          {"destinations_exact", event.destinations.is_exact},
          {"rate", rate > 0 ? json(rate) : json(nullptr)},
          {"coverage",
           is_covered ? json(coverage_of(event, what.darknet_ipv4_addresses)) : json(nullptr)},
          {"pattern", name_of(event.pattern)},
          {"tools", tool_names(event.tools, tables.fingerprints)},
          {"known_scanner", name_json(tables.scanners.organisation(event.scanner))},
          {"spoofable", event.is_spoofable},
          {"ongoing", event.is_ongoing},
          {"cut", event.is_cut},
          {"headers", headers}};
}

auto to_json(telescope::dos_event const& event) -> json {
  auto ports = json::array();
  for (auto const& each : event.ports)
    ports.push_back({{"protocol", protocol_name(each.ip_protocol)},
                     {"port", each.port},
                     {"packets", each.packets}});
  auto const is_scaled = event.scale == telescope::scaling::done;
  return {{"victim", event.victim.to_string()},
          {"victims", event.victims},
          {"first", time_json(event.first)},
          {"last", time_json(event.last)},
          {"packets", event.packets},
          {"wire_bytes", event.wire_bytes},
          {"most_per_minute", event.most_per_minute},
          {"spoofed_sources", event.spoofed},
          {"spoofed_sources_exact", event.is_spoofed_exact},
          {"ports", ports},
          {"port_count", event.port_count},
          {"ports_exact", event.are_ports_exact},
          {"answers",
           {{"synack", event.by_answer[0]},
            {"rst", event.by_answer[1]},
            {"icmp", event.by_answer[2]},
            {"udp", event.by_answer[3]}}},
          {"uniformity", event.scale == telescope::scaling::no_darknet ||
                                 event.scale == telescope::scaling::few_packets
                             ? json(nullptr)
                             : json(event.uniformity)},
          {"scaling", name_of(event.scale)},
          {"attack_rate", is_scaled ? json(event.attack_rate) : json(nullptr)},
          {"juno_packets", event.juno},
          {"ongoing", event.is_ongoing},
          {"cut", event.is_cut}};
}

auto to_json(telescope::target_group const& group) -> json {
  return {{"type", name_of(group.type)},
          {"port", group.port},
          {"sharing", name_of(group.sharing)},
          {"sources", group.sources},
          {"events", group.events},
          {"packets", group.packets},
          {"targets", group.targets},
          {"expected_targets", group.expected_targets},
          {"exact", group.is_exact},
          {"first", time_json(group.first)},
          {"last", time_json(group.last)}};
}

auto to_json(screening::tool_row const& row) -> json {
  return {{"name", row.name},
          {"kind", name_of(row.kind)},
          {"packets", row.packets},
          {"sources", row.sources},
          {"confidence", row.confidence}};
}

auto to_json(screening::class_row const& row) -> json {
  return {{"name", name_of(row.traffic_class)}, {"packets", row.packets}, {"sources", row.sources}};
}

auto to_json(screening::scanner_row const& row) -> json {
  return {{"organisation", row.organisation}, {"sources", row.sources}, {"packets", row.packets}};
}

auto to_json(screening::campaign_row const& row) -> json {
  auto ports = json::array();
  for (auto const& each : row.ports)
    ports.push_back({{"protocol", protocol_name(each.ip_protocol)},
                     {"port", each.port},
                     {"packets", each.packets}});
  return {{"name", row.name},
          {"description", row.description},
          {"tool", name_json(row.tool)},
          {"header", name_json(row.quirk)},
          {"ports", ports},
          {"sources", row.sources},
          {"networks", row.networks},
          {"systems", row.systems},
          {"countries", row.countries},
          {"packets", row.packets},
          {"first", time_json(row.first)},
          {"last", time_json(row.last)},
          {"synchronous", row.is_synchronous},
          {"confidence", row.confidence}};
}

auto to_json(screening::evaluation_counts const& counts) -> json {
  return {{"right", counts.right}, {"wrong", counts.wrong},           {"missed", counts.missed},
          {"left", counts.left},   {"precision", counts.precision()}, {"recall", counts.recall()}};
}

auto evaluation_json(std::optional<screening::evaluation_report> const& of) -> json {
  if (!of) return nullptr;
  return {{"sources", to_json(of->sources)},
          {"packets", to_json(of->packets)},
          {"unknown", of->unknown}};
}

auto screening_json(findings const& found) -> json {
  auto const& sum = found.conclusions.screening;
  auto rules = json::array();
  for (std::size_t i = 0; i < sum.rules.size(); ++i) {
    auto const& each = sum.rules[i];
    json row{{"method", name_of(each.method)},
             {"tag", each.tag},
             {"reason", each.reason},
             {"sources", each.sources},
             {"packets", each.packets},
             {"labelled", each.labelled},
             {"precision", each.labelled > 0 ? json(each.precision) : json(nullptr)}};
    if (found.evaluation) {
      auto const& truth = found.evaluation->rules[i];
      row["truth"] = {{"sources", truth.sources},
                      {"precision", truth.precision()},
                      {"label", name_json(truth.label)},
                      {"recall", truth.recall()}};
    }
    rules.push_back(std::move(row));
  }
  return {{"packets", sum.packets}, {"packets_left", sum.packets_left},
          {"sources", sum.sources}, {"sources_left", sum.sources_left},
          {"rules", rules},         {"evaluation", evaluation_json(found.evaluation)}};
}

}  // namespace

auto source_json(findings const& found, net::address address) -> json {
  auto const at = found.sources.find(address.to_string());
  if (at == found.sources.end()) return nullptr;
  auto const& each = at->second;
  return {{"class", name_of(each.traffic_class)},
          {"tools", each.tools},
          {"known_scanner", name_json(each.organisation)},
          {"campaign", name_json(each.campaign)},
          {"neighbours", each.neighbours}};
}

auto write_findings_json(report const& what, json_document& out) -> status {
  auto const& found = *what.found;
  auto const& all = found.conclusions;
  auto const plain = [](auto const& row) { return to_json(row); };
  KIZASHI_TRY(out.list("tools", all.tools, all.tools.size(), plain));
  KIZASHI_TRY(out.list("classes", all.classes, all.classes.size(), plain));
  json const totals{{"events", found.event_counts.events},
                    {"events_cut", found.event_counts.cut},
                    {"late_packets", found.event_counts.late},
                    {"untimed_packets", found.event_counts.untimed},
                    {"timeout_seconds", std::chrono::duration<double>(found.event_timeout).count()},
                    {"dos_victims", found.victim_count},
                    {"dos_cut", found.dos_counts.cut},
                    {"dos_late_packets", found.dos_counts.late},
                    {"known_scanners", all.known_scanners.size()},
                    {"campaigns", all.campaigns.size()},
                    {"coordinated", found.coordinated.size()}};
  KIZASHI_TRY(out.member("event_totals", totals));
  KIZASHI_TRY(out.list("events", found.events, found.events.size(),
                       [&](auto const& row) { return to_json(row, what); }));
  KIZASHI_TRY(out.list("dos_victims", found.victims, found.victims.size(), plain));
  KIZASHI_TRY(
      out.list("known_scanners", all.known_scanners, shown(all.known_scanners, what.top), plain));
  KIZASHI_TRY(out.list("campaigns", all.campaigns, shown(all.campaigns, what.top), plain));
  KIZASHI_TRY(
      out.list("coordinated", found.coordinated, shown(found.coordinated, what.top), plain));
  return out.member("screening", screening_json(found));
}

}  // namespace kizashi::app
