#include "kizashi/engine/internal/group_engine.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace kizashi::engine::internal {

auto group_scope_of(option_set const& set, std::string_view name) -> group_scope {
  auto const key = [&](std::string_view option) { return fmt::format("{}.{}", name, option); };
  group_scope scope;
  scope.bin = set.get<duration>(key("bin"));
  scope.bins = static_cast<std::uint32_t>(set.get<std::uint64_t>(key("bins")));
  auto const sources = set.get<std::string_view>(key("sources"));
  scope.ipv4_length = sources == "/16" ? 16 : sources == "/24" ? 24 : 32;
  scope.ipv6_length = sources == "/16" ? 32 : sources == "/24" ? 48 : 128;
  scope.most_sources = set.get<std::uint64_t>(key("most_sources"));
  scope.has_only_tcp = set.get<bool>(key("tcp_only"));
  scope.leaves_out_usual = !set.get<bool>(key("usual_ports"));
  scope.leaves_out_scanners = !set.get<bool>(key("known_scanners"));
  return scope;
}

auto false_alarm_of(option_set const& set, std::string_view name, duration window) -> double {
  auto const windows = std::chrono::duration<double>{std::chrono::hours{168}} /
                       std::chrono::duration<double>{window};
  auto const alarms = set.get<double>(fmt::format("{}.false_alarms", name));
  return std::clamp(alarms / windows, 1e-9, 0.1);
}

auto group_finding(engine const& by, group_rows const& of, std::span<std::uint32_t const> members)
    -> finding {
  auto found = finding_of(by, of.sensor, kind::group);
  found.first = of.start;
  found.last = of.start + of.length;
  found.source_count = members.size();
  for (auto const each : members) {
    if (found.sources.size() == finding::most_sources) break;
    found.sources.push_back(of.sources[each]);
  }
  return found;
}

void say_bound(finding& to, group_rows const& of) {
  to.values.push_back({"sources looked at", static_cast<double>(of.sources.size())});
  if (of.sources.size() == of.sources_seen) return;
  to.values.push_back({"sources seen", static_cast<double>(of.sources_seen)});
  to.reason += fmt::format(" Of {} sources the {} with most packets were looked at.",
                           of.sources_seen, of.sources.size());
}

auto group_shortage(engine const& by, group_window const& windows, std::uint64_t needed)
    -> finding {
  auto found = finding_of(by, windows.sensor(), kind::shortage);
  found.last = windows.end();
  found.first = windows.end() - windows.length();
  found.reason = fmt::format("Not enough data: {} whole windows of {} were seen, {} are needed.",
                             windows.whole(), to_string(windows.length()), needed);
  if (windows.broken() > 0) found.reason += fmt::format(" {} had a hole.", windows.broken());
  return found;
}

auto published_level(asked_service const& of) noexcept -> int {
  if (of.has_single_target) return 4;
  if (of.share < 0.1) return 3;
  return of.sources >= 20 ? 1 : 2;
}

auto level_of_published(int level) noexcept -> finding_level {
  if (level == 1) return finding_level::high;
  if (level == 2) return finding_level::medium;
  return finding_level::low;
}

}  // namespace kizashi::engine::internal
