#include <algorithm>

#include <fmt/format.h>

#include "kizashi/app/report_page.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

auto percent(double share) -> std::string {
  return fmt::format("{:.4g} %", 100 * share);
}

/// "2.3/s", "14/min", "3/h": in the unit that makes it a number of one digit or more.
auto rate_text(double per_second) -> std::string {
  if (per_second <= 0) return "-";
  if (per_second >= 1)
    return fmt::format(
        "{}/s", per_second < 100 ? fmt::format("{:.2g}", per_second) : short_number(per_second));
  if (per_second * 60 >= 1) return fmt::format("{:.2g}/min", per_second * 60);
  return fmt::format("{:.2g}/h", per_second * 3600);
}

auto joined(std::vector<std::string> const& names) -> std::string {
  return fmt::format("{}", fmt::join(names, ", "));
}

auto tools(report_page& page) -> status {
  auto const& rows = page.what().found->conclusions.tools;
  if (rows.empty()) return {};
  KIZASHI_TRY(page.heading("Tools and malware", rows.size()));
  text_table table{{{"name", false},
                    {"packets", true},
                    {"share", true},
                    {"sources", true},
                    {"confidence", true},
                    {"kind", false}}};
  for (std::size_t i = 0; i < shown(rows, page.what().top); ++i) {
    auto const& row = rows[i];
    table.add({row.name, with_thousands(row.packets), page.share(row.packets),
               with_thousands(row.sources), fmt::format("{:.3f}", row.confidence),
               std::string{name_of(row.kind)}});
  }
  return page.table(table);
}

auto classes(report_page& page) -> status {
  auto const& rows = page.what().found->conclusions.classes;
  if (rows.empty()) return {};
  KIZASHI_TRY(page.heading("Classes of traffic"));
  text_table table{{{"class", false}, {"packets", true}, {"share", true}, {"sources", true}}};
  for (auto const& row : rows)
    table.add({std::string{name_of(row.traffic_class)}, with_thousands(row.packets),
               page.share(row.packets), with_thousands(row.sources)});
  return page.table(table);
}

auto known_scanners(report_page& page) -> status {
  auto const& rows = page.what().found->conclusions.known_scanners;
  if (rows.empty()) return {};
  KIZASHI_TRY(page.heading("Known scanners", rows.size()));
  text_table table{
      {{"packets", true}, {"share", true}, {"sources", true}, {"organisation", false}}};
  for (std::size_t i = 0; i < shown(rows, page.what().top); ++i)
    table.add({with_thousands(rows[i].packets), page.share(rows[i].packets),
               with_thousands(rows[i].sources), printable(rows[i].organisation)});
  return page.table(table);
}

auto target_of(telescope::scan_event const& event) -> std::string {
  if (event.ports > 1) return fmt::format("{} ports", with_thousands(event.ports));
  using recognise::packet_type;
  if (event.type == packet_type::tcp_syn) return fmt::format("{}/tcp", event.port);
  if (event.type == packet_type::udp || event.type == packet_type::udp_amplifier)
    return fmt::format("{}/udp", event.port);
  if (event.type > packet_type::udp_exploit) return std::string{name_of(event.type)};
  return fmt::format("{} {}", event.port, name_of(event.type));
}

auto events(report_page& page) -> status {
  auto const& found = *page.what().found;
  if (found.events.empty()) return {};
  KIZASHI_TRY(page.heading("Scan events", found.event_counts.events));
  text_table table{{{"source", false},
                    {"at", false},
                    {"packets", true},
                    {"addresses", true},
                    {"rate", true},
                    {"pattern and who", false}}};
  for (auto const& row : found.events) {
    auto who = tool_names(row.tools, found.tables->fingerprints);
    who.resize(std::min<std::size_t>(1, who.size()));  // relations stand before looks
    who.insert(who.begin(), std::string{name_of(row.pattern)});
    auto const organisation = found.tables->scanners.organisation(row.scanner);
    if (!organisation.empty()) who.push_back(printable(organisation));
    table.add({row.source.to_string(), target_of(row), with_thousands(row.packets),
               (row.destinations.is_exact ? "" : "~") + with_thousands(row.destinations.count),
               rate_text(telescope::rate_of(row)), joined(who)});
  }
  KIZASHI_TRY(page.table(table));
  return page.line(fmt::format("An event ends when its source was silent for {}.",
                               to_string(found.event_timeout)),
                   ink::faint);
}

auto service_of(telescope::attacked_port const& each) -> std::string {
  auto const name = protocol_name(each.ip_protocol);
  return name.starts_with("icmp") ? name : fmt::format("{}/{}", each.port, name);
}

auto victims(report_page& page) -> status {
  auto const& found = *page.what().found;
  if (found.victims.empty()) return {};
  KIZASHI_TRY(page.heading("Victims of denial of service, by their answers", found.victim_count));
  text_table table{{{"victim", false},
                    {"ports", false},
                    {"packets", true},
                    {"per min", true},
                    {"length", true},
                    {"estimated attack", false}}};
  for (auto const& row : found.victims) {
    std::string ports;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, row.ports.size()); ++i)
      ports += fmt::format("{}{}", i == 0 ? "" : " ", service_of(row.ports[i]));
    if (row.port_count > 3) ports += fmt::format(" +{}", with_thousands(row.port_count - 3));
    auto const is_scaled = row.scale == telescope::scaling::done;
    table.add({row.victim.length() == (row.victim.first().is_ipv6() ? 128U : 32U)
                   ? row.victim.first().to_string()
                   : fmt::format("{} ({})", row.victim.to_string(), row.victims),
               ports.empty() ? "-" : ports, with_thousands(row.packets),
               with_thousands(row.most_per_minute), short_duration(row.last - row.first),
               is_scaled ? fmt::format("{} packets/s", short_number(row.attack_rate))
                         : fmt::format("none: {}", name_of(row.scale))});
  }
  return page.table(table);
}

auto campaigns(report_page& page) -> status {
  auto const& rows = page.what().found->conclusions.campaigns;
  if (rows.empty()) return {};
  KIZASHI_TRY(page.heading("Campaigns: sources that behave alike", rows.size()));
  text_table table{{{"name", false}, {"sources", true}, {"packets", true}, {"behaviour", false}}};
  for (std::size_t i = 0; i < shown(rows, page.what().top); ++i)
    table.add({rows[i].name, with_thousands(rows[i].sources), with_thousands(rows[i].packets),
               rows[i].description});
  return page.table(table);
}

auto coordinated(report_page& page) -> status {
  auto const& rows = page.what().found->coordinated;
  if (rows.empty()) return {};
  KIZASHI_TRY(page.heading("Coordinated scans: sources that share their targets", rows.size()));
  text_table table{{{"type", false},
                    {"port", true},
                    {"sources", true},
                    {"addresses", true},
                    {"by chance", true},
                    {"how", false}}};
  for (std::size_t i = 0; i < shown(rows, page.what().top); ++i) {
    auto const& row = rows[i];
    table.add({std::string{name_of(row.type)}, fmt::format("{}", row.port),
               with_thousands(row.sources), (row.is_exact ? "" : "~") + with_thousands(row.targets),
               with_thousands(static_cast<std::uint64_t>(row.expected_targets)),
               std::string{name_of(row.sharing)}});
  }
  return page.table(table);
}

auto evaluation(report_page& page) -> status {
  auto const& truth = page.what().found->evaluation;
  if (!truth) return {};
  auto const line = [](std::string_view what, screening::evaluation_counts const& counts) {
    return fmt::format("Against the truth, by {}: precision {:.4f}, recall {:.4f}.", what,
                       counts.precision(), counts.recall());
  };
  KIZASHI_TRY(page.line(line("sources", truth->sources)));
  return page.line(line("packets", truth->packets));
}

auto screened(report_page& page) -> status {
  auto const& sum = page.what().found->conclusions.screening;
  if (sum.packets == 0) return {};
  KIZASHI_TRY(
      page.heading("Screening: what is left when the known is set aside", sum.rules.size()));
  text_table table{
      {{"packets", true}, {"share", true}, {"sources", true}, {"tag", false}, {"rule", false}}};
  for (std::size_t i = 0; i < shown(sum.rules, page.what().top); ++i)
    table.add({with_thousands(sum.rules[i].packets), page.share(sum.rules[i].packets),
               with_thousands(sum.rules[i].sources), sum.rules[i].tag, sum.rules[i].reason});
  if (!sum.rules.empty()) KIZASHI_TRY(page.table(table));
  auto const left = static_cast<double>(sum.packets_left) /
                    static_cast<double>(std::max<std::uint64_t>(1, sum.packets));
  KIZASHI_TRY(page.line(fmt::format("Left: {} of the packets, from {}.", percent(left),
                                    counted(sum.sources_left, "source"))));
  return evaluation(page);
}

}  // namespace

auto write_findings_text(report_page& page) -> status {
  KIZASHI_TRY(tools(page));
  KIZASHI_TRY(classes(page));
  KIZASHI_TRY(known_scanners(page));
  KIZASHI_TRY(events(page));
  KIZASHI_TRY(coordinated(page));
  KIZASHI_TRY(victims(page));
  KIZASHI_TRY(campaigns(page));
  return screened(page);
}

}  // namespace kizashi::app
