#include "kizashi/paper/schedule.hpp"

#include <algorithm>

namespace kizashi::paper {

auto due_periods(std::string_view kind, timestamp now, duration delay, timestamp first,
                 std::function<written(report_period const&)> const& look)
    -> std::vector<report_period> {
  std::vector<report_period> out;
  if (!first.is_known()) return out;
  bool has_written = false;
  std::size_t seen = 0;
  auto at = period_before(period_at(kind, now - delay));
  for (; seen < most_due && at.to > first; ++seen, at = period_before(at)) {
    auto const has = look(at);
    has_written = has == written::all;
    if (has_written) break;
    out.push_back(at);
  }
  // What ended before reports were wished for is written when somebody asks for it.
  if (!has_written && !out.empty()) {
    auto const begun = [&](report_period const& each) { return look(each) == written::part; };
    auto const last = std::find_if(out.rbegin(), out.rend(), begun);
    out.resize(last == out.rend() ? 1 : static_cast<std::size_t>(out.rend() - last));
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace kizashi::paper
