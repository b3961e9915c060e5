#include "kizashi/app/csv.hpp"
#include "kizashi/app/findings_writers.hpp"

namespace kizashi::app {
namespace {

auto tool_line(screening::tool_row const& row) -> std::string {
  return fmt::format("{},{},{},{},{:.6f}", row.name, name_of(row.kind), row.packets, row.sources,
                     row.confidence);
}

auto class_line(screening::class_row const& row) -> std::string {
  return fmt::format("{},{},{}", name_of(row.traffic_class), row.packets, row.sources);
}

auto scanner_line(screening::scanner_row const& row) -> std::string {
  return fmt::format("{},{},{}", csv_text(row.organisation), row.sources, row.packets);
}

auto campaign_line(screening::campaign_row const& row) -> std::string {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3f}", csv_text(row.name),
                     csv_text(row.description), row.tool, csv_text(row.quirk), csv_ports(row.ports),
                     row.sources, row.networks, row.systems, row.countries, row.packets,
                     row.first.to_string(), row.last.to_string(), row.is_synchronous,
                     row.confidence);
}

auto group_line(telescope::target_group const& row) -> std::string {
  return fmt::format("{},{},{},{},{},{},{},{:.1f},{},{},{}", name_of(row.type), row.port,
                     name_of(row.sharing), row.sources, row.events, row.packets, row.targets,
                     row.expected_targets, row.is_exact, row.first.to_string(),
                     row.last.to_string());
}

auto rule_line(screening::screening_row const& row) -> std::string {
  return fmt::format("{},{},{},{},{},{},{}", name_of(row.method), csv_text(row.tag),
                     csv_text(row.reason), row.sources, row.packets, row.labelled,
                     row.labelled > 0 ? fmt::format("{:.4f}", row.precision) : std::string{});
}

}  // namespace

auto write_findings_csv(report const& what, std::filesystem::path const& folder) -> status {
  auto const& found = *what.found;
  auto const& all = found.conclusions;
  KIZASHI_TRY(write_rows(folder / "tools.csv", "name,kind,packets,sources,confidence", all.tools,
                         all.tools.size(), tool_line));
  KIZASHI_TRY(write_rows(folder / "classes.csv", "name,packets,sources", all.classes,
                         all.classes.size(), class_line));
  KIZASHI_TRY(write_rows(folder / "known_scanners.csv", "organisation,sources,packets",
                         all.known_scanners, all.known_scanners.size(), scanner_line));
  KIZASHI_TRY(
      write_rows(folder / "campaigns.csv",
                 "name,description,tool,header,ports,sources,networks,systems,countries,packets,"
                 "first,last,synchronous,confidence",
                 all.campaigns, all.campaigns.size(), campaign_line));
  KIZASHI_TRY(write_rows(
      folder / "coordinated.csv",
      "type,port,sharing,sources,events,packets,targets,expected_targets,exact,first,last",
      found.coordinated, found.coordinated.size(), group_line));
  auto const& rules = all.screening.rules;
  return write_rows(folder / "screening.csv",
                    "method,tag,reason,sources,packets,labelled,precision", rules, rules.size(),
                    rule_line);
}

}  // namespace kizashi::app
