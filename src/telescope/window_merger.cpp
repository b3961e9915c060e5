#include "kizashi/telescope/window_merger.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace kizashi::telescope {
namespace {

void merge_ports(std::vector<port_row>& to, std::vector<port_row>& from) {
  auto const is_less = [](port_row const& a, port_row const& b) {
    return std::tie(a.ip_protocol, a.port) < std::tie(b.ip_protocol, b.port);
  };
  std::vector<port_row> all;
  all.reserve(to.size() + from.size());
  std::merge(to.begin(), to.end(), from.begin(), from.end(), std::back_inserter(all), is_less);
  to.clear();
  for (auto const& row : all) {
    if (to.empty() || is_less(to.back(), row)) {
      to.push_back(row);
      continue;
    }
    auto& sum = to.back();
    sum.packets += row.packets;
    sum.wire_bytes += row.wire_bytes;
    sum.syn_packets += row.syn_packets;
    sum.sources += row.sources;
    sum.destinations += row.destinations;
  }
}

/// No two workers have a source in common.
void merge_totals(std::vector<source_total>& to, std::vector<source_total>& from) {
  auto const middle = static_cast<std::ptrdiff_t>(to.size());
  to.insert(to.end(), from.begin(), from.end());
  std::inplace_merge(to.begin(), to.begin() + middle, to.end(),
                     [](auto const& a, auto const& b) { return a.address < b.address; });
}

void merge(window& to, window& from) {
  to.packets += from.packets;
  to.wire_bytes += from.wire_bytes;
  to.sources += from.sources;
  to.destinations += from.destinations;
  merge_ports(to.ports, from.ports);
  merge_totals(to.totals, from.totals);
}

}  // namespace

auto window_merger::add(unsigned worker, std::vector<window>& parts) -> status {
  if (parts.empty()) return {};
  std::lock_guard const lock{mutex_};
  for (auto& part : parts) {
    auto const at = next_[worker]++ - first_;
    if (at == pending_.size()) pending_.emplace_back();
    auto& each = pending_[at];
    if (each.parts++ == 0)
      each.sum = std::move(part);
    else
      merge(each.sum, part);
  }
  parts.clear();
  return hand_over();
}

auto window_merger::hand_over() -> status {
  while (!pending_.empty() && pending_.front().parts == next_.size()) {
    auto const closed = std::move(pending_.front().sum);
    pending_.pop_front();
    ++first_;
    if (closed.packets == 0) continue;
    if (keeps_rows_)
      rows_.push_back(
          {closed.start, closed.packets, closed.wire_bytes, closed.sources, closed.destinations});
    if (sink_ != nullptr) KIZASHI_TRY(sink_->observe(closed));
  }
  return {};
}

}  // namespace kizashi::telescope
