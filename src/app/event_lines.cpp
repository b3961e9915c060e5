#include "kizashi/app/event_lines.hpp"

#include <iterator>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/app/findings.hpp"

namespace kizashi::app {
namespace {

/// Masks that are remembered: there are far fewer tools that come together.
constexpr std::size_t most_lists = 4096;

auto quoted_time(timestamp time) -> std::string {
  return time.is_known() ? fmt::format(FMT_COMPILE("\"{}\""), time.to_string()) : "null";
}

}  // namespace

event_lines::event_lines(std::string const& sensor, recognise::fingerprint_table const& tools)
    : tools_{tools}, sensor_{answer::text_of(sensor)} {}

auto event_lines::tool_list(std::uint64_t mask) -> std::string const& {
  if (auto const found = lists_.find(mask); found != lists_.end()) return found->second;
  if (lists_.size() >= most_lists) lists_.clear();
  answer::json names = answer::json::array();
  for (auto const& each : tool_names(mask, tools_)) names.push_back(each);
  return lists_[mask] = answer::text_of(names);
}

auto event_lines::of(telescope::window const& closed) const -> std::string {
  return fmt::format(
      FMT_COMPILE(R"({{"sensor":{},"start":{},"seconds":{},"packets":{},"wire_bytes":{},)"
                  R"("sources":{},"destinations":{},"ports":{}}})"),
      sensor_, quoted_time(closed.start), closed.length / std::chrono::seconds{1}, closed.packets,
      closed.wire_bytes, closed.sources, closed.destinations, closed.ports.size());
}

auto event_lines::of(telescope::scan_event const& closed) -> std::string {
  std::string line;
  line.reserve(512);
  fmt::format_to(std::back_inserter(line),
                 FMT_COMPILE(R"({{"sensor":{},"source":"{}","type":"{}","class":"{}",)"
                             R"("pattern":"{}","first":{},"last":{},"packets":{},)"
                             R"("destinations":{},"destinations_exact":{},"port":)"),
                 sensor_, closed.source.to_string(), name_of(closed.type),
                 name_of(closed.traffic_class), name_of(closed.pattern), quoted_time(closed.first),
                 quoted_time(closed.last), closed.packets, closed.destinations.count,
                 closed.destinations.is_exact);
  if (closed.ports == 1)
    fmt::format_to(std::back_inserter(line), FMT_COMPILE("{}"), closed.port);
  else
    line += "null";
  fmt::format_to(std::back_inserter(line), FMT_COMPILE(R"(,"ports":{},"tools":{}}})"), closed.ports,
                 tool_list(closed.tools));
  return line;
}

auto event_lines::of(telescope::dos_event const& closed) const -> std::string {
  return fmt::format(FMT_COMPILE(R"({{"sensor":{},"victim":"{}","first":{},"last":{},)"
                                 R"("packets":{},"packets_per_minute":{}}})"),
                     sensor_, closed.victim.to_string(), quoted_time(closed.first),
                     quoted_time(closed.last), closed.packets, closed.most_per_minute);
}

}  // namespace kizashi::app
