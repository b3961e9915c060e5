#include <utility>

#include <fmt/format.h>

#include "kizashi/answer/finding.hpp"
#include "kizashi/app/csv.hpp"
#include "kizashi/app/findings_writers.hpp"
#include "kizashi/app/report.hpp"

namespace kizashi::app {
namespace {

using named_count = std::pair<std::string_view, std::string>;

auto summary_rows(report const& what) -> std::vector<named_count> {
  auto const& sum = what.summary;
  auto const number = [](std::uint64_t count) { return fmt::format("{}", count); };
  std::vector<named_count> rows{
      {"partial", what.is_partial ? "true" : "false"},
      {"packets.total", number(sum.packets.total)},
      {"packets.ipv4", number(sum.packets.ipv4)},
      {"packets.ipv6", number(sum.packets.ipv6)},
      {"packets.arp", number(sum.packets.arp)},
      {"packets.other", number(sum.packets.other)},
      {"packets.unknown_link", number(sum.packets.unknown_link)},
      {"packets.malformed", number(sum.packets.malformed)},
      {"packets.truncated", number(sum.packets.truncated)},
      {"packets.fragments", number(sum.packets.fragments)},
      {"packets.later_fragments", number(sum.packets.later_fragments)},
      {"packets.tunnelled", number(sum.packets.tunnelled)},
      {"outside", number(sum.outside)},
      {"wire_bytes", number(sum.wire_bytes)},
      {"first", csv_time(sum.first)},
      {"last", csv_time(sum.last)},
      {"protocols.tcp", number(sum.protocols.tcp)},
      {"protocols.udp", number(sum.protocols.udp)},
      {"protocols.icmp", number(sum.protocols.icmp)},
      {"protocols.icmp6", number(sum.protocols.icmp6)},
      {"protocols.other", number(sum.protocols.other)},
      {"tcp_flags.syn", number(sum.tcp_flags.syn)},
      {"tcp_flags.synack", number(sum.tcp_flags.synack)},
      {"tcp_flags.ack", number(sum.tcp_flags.ack)},
      {"tcp_flags.rst", number(sum.tcp_flags.rst)},
      {"tcp_flags.fin", number(sum.tcp_flags.fin)},
      {"tcp_flags.null", number(sum.tcp_flags.null)},
      {"tcp_flags.xmas", number(sum.tcp_flags.xmas)},
      {"tcp_flags.other", number(sum.tcp_flags.other)},
      {"order.out_of_order", number(sum.order.out_of_order)},
      {"order.late", number(sum.order.late)},
      {"order.untimed", number(sum.order.untimed)},
      {"order.false_times", number(sum.order.false_times)},
      {"sources", number(sum.sources)},
      {"destinations", number(sum.destinations)},
  };
  if (!what.filter.empty()) rows.emplace_back("filtered", number(what.filtered));
  return rows;
}

auto write_traffic(report const& what, std::filesystem::path const& folder) -> status {
  auto const& sum = what.summary;
  KIZASHI_TRY(write_rows(
      folder / "ports.csv", "protocol,port,packets,wire_bytes,syn_packets,sources,destinations",
      sum.ports, shown(sum.ports, what.top), [](telescope::port_row const& row) {
        return fmt::format("{},{},{},{},{},{},{}", protocol_name(row.ip_protocol), row.port.value(),
                           row.packets, row.wire_bytes, row.syn_packets, row.sources,
                           row.destinations);
      }));
  KIZASHI_TRY(write_rows(folder / "icmp.csv", "protocol,type,code,packets", sum.icmp,
                         shown(sum.icmp, what.top), [](telescope::icmp_row const& row) {
                           return fmt::format("{},{},{},{}", protocol_name(row.ip_protocol),
                                              row.type, row.code, row.packets);
                         }));
  return write_rows(folder / "windows.csv", "start,packets,wire_bytes,sources,destinations",
                    sum.windows, sum.windows.size(), [](telescope::window_row const& row) {
                      return fmt::format("{},{},{},{},{}", row.start.to_string(), row.packets,
                                         row.wire_bytes, row.sources, row.destinations);
                    });
}

auto write_places(report const& what, std::filesystem::path const& folder) -> status {
  auto const& sum = what.summary;
  KIZASHI_TRY(write_rows(
      folder / "sources.csv", "address,packets,wire_bytes,ports,country,as,as_name",
      sum.top_sources, shown(sum.top_sources, what.top), [&](telescope::source_row const& row) {
        return fmt::format("{},{},{},{},{},{},{}", row.address.to_string(), row.packets,
                           row.wire_bytes, row.ports, csv_country(row.place.country),
                           csv_system(row.place.asn), csv_text(what.places.name(row.place.asn)));
      }));
  KIZASHI_TRY(write_rows(folder / "countries.csv", "country,packets,sources", sum.countries,
                         shown(sum.countries, what.top), [](telescope::country_row const& row) {
                           return fmt::format("{},{},{}", csv_country(row.country), row.packets,
                                              row.sources);
                         }));
  return write_rows(folder / "as.csv", "as,name,packets,sources", sum.as, shown(sum.as, what.top),
                    [](telescope::as_row const& row) {
                      return fmt::format("{},{},{},{}", csv_system(row.asn), csv_text(row.name),
                                         row.packets, row.sources);
                    });
}

}  // namespace

auto write_csv(report const& what, std::filesystem::path const& folder) -> status {
  KIZASHI_TRY(make_folder(folder));
  auto const rows = summary_rows(what);
  KIZASHI_TRY(write_rows(
      folder / "summary.csv", "name,value", rows, rows.size(),
      [](named_count const& row) { return fmt::format("{},{}", row.first, row.second); }));
  KIZASHI_TRY(write_traffic(what, folder));
  if (what.found) KIZASHI_TRY(write_findings_csv(what, folder));
  if (what.detected)
    KIZASHI_TRY(write_rows(folder / "engine_findings.csv", answer::finding_csv_head(),
                           what.detected->found, what.detected->found.size(),
                           answer::finding_csv_line));
  return write_places(what, folder);
}

}  // namespace kizashi::app
