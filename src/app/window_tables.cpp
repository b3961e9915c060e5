#include "kizashi/app/window_tables.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "kizashi/app/csv.hpp"

namespace kizashi::app {

auto window_tables::create(std::filesystem::path const& folder, bool has_sources)
    -> result<window_tables> {
  KIZASHI_TRY(make_folder(folder));
  KIZASHI_TRY(auto ports, output_file::create(folder / "window_ports.csv"));
  KIZASHI_TRY(
      ports.write("start,protocol,port,packets,wire_bytes,syn_packets,sources,destinations\n"));
  std::optional<output_file> sources;
  if (has_sources) {
    KIZASHI_TRY(sources, output_file::create(folder / "window_sources.csv"));
    KIZASHI_TRY(sources->write("start,address,packets,wire_bytes\n"));
  }
  return window_tables{std::move(ports), std::move(sources)};
}

auto window_tables::observe(telescope::window const& closed) -> status {
  // What stands behind a gap would look whole.
  if (has_failed_) return {};
  auto written = write(closed);
  has_failed_ = !written;
  return written;
}

auto window_tables::write(telescope::window const& closed) -> status {
  auto const start = closed.start.to_string();
  for (auto const& row : closed.ports) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{},{},{},{},{},{},{},{}\n", start,
                   protocol_name(row.ip_protocol), row.port.value(), row.packets, row.wire_bytes,
                   row.syn_packets, row.sources, row.destinations);
    KIZASHI_TRY(ports_.write(line_));
  }
  if (!sources_) return {};
  for (auto const& row : closed.totals) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{},{},{},{}\n", start, row.address.to_string(),
                   row.packets, row.wire_bytes);
    KIZASHI_TRY(sources_->write(line_));
  }
  return {};
}

auto window_tables::commit() -> status {
  KIZASHI_TRY(ports_.commit());
  return sources_ ? sources_->commit() : status{};
}

}  // namespace kizashi::app
