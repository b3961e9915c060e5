#include "kizashi/app/event_tables.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "kizashi/app/csv.hpp"
#include "kizashi/app/report.hpp"

namespace kizashi::app {

namespace {

auto is_earlier(telescope::scan_event const& a, telescope::scan_event const& b) -> bool {
  auto const key = [](telescope::scan_event const& each) {
    return std::tuple{each.last, each.first, each.source, each.type, each.traffic_class, each.port};
  };
  return key(a) < key(b);
}

auto is_earlier(telescope::dos_event const& a, telescope::dos_event const& b) -> bool {
  return telescope::is_before(a, b);
}

}  // namespace

template <class Row>
auto largest_rows<Row>::is_before(Row const& a, Row const& b) -> bool {
  if (a.packets != b.packets) return a.packets > b.packets;
  return is_earlier(a, b);
}

template <class Row>
void largest_rows<Row>::add(Row const& row) {
  ++count_;
  if (keep_ == 0 || rows_.size() < keep_) {
    rows_.push_back(row);
    if (rows_.size() == keep_) std::ranges::make_heap(rows_, is_before);
    return;
  }
  if (!is_before(row, rows_.front())) return;
  std::ranges::pop_heap(rows_, is_before);
  rows_.back() = row;
  std::ranges::push_heap(rows_, is_before);
}

template <class Row>
auto largest_rows<Row>::take() -> std::vector<Row> {
  std::ranges::sort(rows_, is_before);
  return std::move(rows_);
}

template class largest_rows<telescope::scan_event>;
template class largest_rows<telescope::dos_event>;

auto event_tables::create(options const& wanted) -> result<event_tables> {
  event_tables out{wanted};
  if (wanted.folder.empty()) return out;
  std::error_code code;
  std::filesystem::create_directories(wanted.folder, code);
  if (code) return system_failure(wanted.folder.string(), "make the folder", code.value());
  KIZASHI_TRY(out.event_table_, output_file::create(wanted.folder / "events.csv"));
  KIZASHI_TRY(out.event_table_->write(
      "source,type,class,port,ports,first,last,packets,wire_bytes,destinations,"
      "destinations_exact,rate,coverage,pattern,tools,known_scanner,spoofable,ongoing,cut\n"));
  KIZASHI_TRY(out.victim_table_, output_file::create(wanted.folder / "dos_victims.csv"));
  KIZASHI_TRY(out.victim_table_->write(
      "victim,victims,first,last,packets,wire_bytes,most_per_minute,spoofed_sources,ports,"
      "port_count,ports_exact,synack,rst,icmp,udp,uniformity,scaling,attack_rate,ongoing,cut\n"));
  return out;
}

auto event_tables::put(std::optional<output_file>& table) -> status {
  // What stands behind a gap would look whole.
  if (has_failed_) return {};
  auto written = table->write(line_);
  has_failed_ = !written;
  return written;
}

auto event_tables::observe(telescope::scan_event const& closed) -> status {
  events_.add(closed);
  if (!event_table_) return {};
  auto const& tables = *options_.tables;
  auto const rate = telescope::rate_of(closed);
  auto const coverage = coverage_of(closed, options_.darknet_addresses);
  line_.clear();
  fmt::format_to(
      std::back_inserter(line_), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
      closed.source.to_string(), name_of(closed.type), name_of(closed.traffic_class),
      closed.ports > 1 ? std::string{} : fmt::format("{}", closed.port), closed.ports,
      closed.first.to_string(), closed.last.to_string(), closed.packets, closed.wire_bytes,
      closed.destinations.count, closed.destinations.is_exact,
      rate > 0 ? fmt::format("{:.6g}", rate) : std::string{},
      coverage > 0 ? fmt::format("{:.6g}", coverage) : std::string{}, name_of(closed.pattern),
      fmt::join(tool_names(closed.tools, tables.fingerprints), " "),
      csv_text(tables.scanners.organisation(closed.scanner)), closed.is_spoofable,
      closed.is_ongoing, closed.is_cut);
  return put(event_table_);
}

auto event_tables::observe(telescope::dos_event const& closed) -> status {
  victims_.add(closed);
  if (!victim_table_) return {};
  std::string ports;
  for (auto const& each : closed.ports)
    ports += fmt::format("{}{}/{}", ports.empty() ? "" : " ", each.port,
                         protocol_name(each.ip_protocol));
  line_.clear();
  fmt::format_to(
      std::back_inserter(line_),
      "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3g},{},{},{},{}\n",
      closed.victim.to_string(), closed.victims, closed.first.to_string(), closed.last.to_string(),
      closed.packets, closed.wire_bytes, closed.most_per_minute, closed.spoofed, ports,
      closed.port_count, closed.are_ports_exact, closed.by_answer[0], closed.by_answer[1],
      closed.by_answer[2], closed.by_answer[3], closed.uniformity, name_of(closed.scale),
      closed.scale == telescope::scaling::done ? fmt::format("{:.6g}", closed.attack_rate)
                                               : std::string{},
      closed.is_ongoing, closed.is_cut);
  return put(victim_table_);
}

auto event_tables::commit() -> status {
  if (!event_table_) return {};
  KIZASHI_TRY(event_table_->commit());
  return victim_table_->commit();
}

void event_tables::give(findings& to) {
  to.events = events_.take();
  to.victim_count = victims_.count();
  to.victims = victims_.take();
}

}  // namespace kizashi::app
