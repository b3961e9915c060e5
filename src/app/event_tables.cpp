#include "kizashi/app/event_tables.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "kizashi/app/csv.hpp"

namespace kizashi::app {

template <class Row>
auto largest_rows<Row>::is_before(Row const& a, Row const& b) -> bool {
  if (a.packets != b.packets) return a.packets > b.packets;
  return telescope::order_of_end{}(a, b);
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
  if (wanted.folder.empty() && !wanted.is_for_store) return out;
  out.logs_.emplace();
  if (wanted.folder.empty()) return out;
  KIZASHI_TRY(make_folder(wanted.folder));
  // Made before the road runs: that they cannot be is told at once.
  KIZASHI_TRY(auto events, output_file::create(wanted.folder / "events.csv"));
  KIZASHI_TRY(
      events.write("source,type,class,port,ports,first,last,packets,wire_bytes,destinations,"
                   "destinations_exact,rate,coverage,pattern,tools,known_scanner,spoofable,"
                   "ongoing,cut\n"));
  KIZASHI_TRY(auto victims, output_file::create(wanted.folder / "dos_victims.csv"));
  KIZASHI_TRY(victims.write(
      "victim,victims,first,last,packets,wire_bytes,most_per_minute,spoofed_sources,ports,"
      "port_count,ports_exact,synack,rst,icmp,udp,uniformity,scaling,attack_rate,ongoing,cut\n"));
  out.files_.emplace(file_pair{std::move(events), std::move(victims)});
  return out;
}

auto event_tables::observe(telescope::scan_event const& closed) -> status {
  events_.add(closed);
  if (!logs_) return {};
  auto added = logs_->events.add(closed);
  has_failed_ = has_failed_ || !added;
  return added;
}

auto event_tables::observe(telescope::dos_event const& closed) -> status {
  victims_.add(closed);
  if (!logs_) return {};
  auto added = logs_->victims.add(closed);
  has_failed_ = has_failed_ || !added;
  return added;
}

auto event_tables::write(telescope::scan_event const& closed, telescope::scan_pattern pattern)
    -> status {
  auto const& tables = *options_.tables;
  auto const rate = telescope::rate_of(closed);
  auto const coverage = coverage_of(closed, options_.darknet_addresses);
  line_.clear();
  fmt::format_to(std::back_inserter(line_),
                 "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                 closed.source.to_string(), name_of(closed.type), name_of(closed.traffic_class),
                 closed.ports > 1 ? std::string{} : fmt::format("{}", closed.port), closed.ports,
                 closed.first.to_string(), closed.last.to_string(), closed.packets,
                 closed.wire_bytes, closed.destinations.count, closed.destinations.is_exact,
                 rate > 0 ? fmt::format("{:.6g}", rate) : std::string{},
                 coverage > 0 ? fmt::format("{:.6g}", coverage) : std::string{}, name_of(pattern),
                 fmt::join(tool_names(closed.tools, tables.fingerprints), " "),
                 csv_text(tables.scanners.organisation(closed.scanner)), closed.is_spoofable,
                 closed.is_ongoing, closed.is_cut);
  return files_->events.write(line_);
}

auto event_tables::write(telescope::dos_event const& closed) -> status {
  line_.clear();
  fmt::format_to(std::back_inserter(line_),
                 "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3g},{},{},{},{}\n",
                 closed.victim.to_string(), closed.victims, closed.first.to_string(),
                 closed.last.to_string(), closed.packets, closed.wire_bytes, closed.most_per_minute,
                 closed.spoofed, csv_ports(closed.ports), closed.port_count, closed.are_ports_exact,
                 closed.by_answer[0], closed.by_answer[1], closed.by_answer[2], closed.by_answer[3],
                 closed.uniformity, name_of(closed.scale),
                 closed.scale == telescope::scaling::done
                     ? fmt::format("{:.6g}", closed.attack_rate)
                     : std::string{},
                 closed.is_ongoing, closed.is_cut);
  return files_->victims.write(line_);
}

void event_tables::give(findings& to) {
  to.events = events_.take();
  to.victim_count = victims_.count();
  to.victims = victims_.take();
}

auto event_tables::write(findings const& found) -> status {
  if (!files_ || has_failed_) return {};
  coordinated_events const coordinated{found.coordinated};
  KIZASHI_TRY(logs_->events.for_each([&](telescope::scan_event const& each) {
    return write(each, coordinated.pattern_of(each));
  }));
  KIZASHI_TRY(
      logs_->victims.for_each([this](telescope::dos_event const& each) { return write(each); }));
  KIZASHI_TRY(files_->events.commit());
  return files_->victims.commit();
}

auto event_tables::give_to(store::observation_writer& to, findings const& found) -> status {
  KIZASHI_ASSERT(logs_.has_value());
  coordinated_events const coordinated{found.coordinated};
  KIZASHI_TRY(logs_->events.for_each([&](telescope::scan_event const& each) {
    return to.add(each, coordinated.pattern_of(each));
  }));
  return logs_->victims.for_each([&](telescope::dos_event const& each) { return to.add(each); });
}

}  // namespace kizashi::app
