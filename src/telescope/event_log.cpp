#include "kizashi/telescope/event_log.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "kizashi/telescope/internal/sorted_runs.hpp"

namespace kizashi::telescope {
namespace {

template <class Event>
struct logged {
  Event event;
  std::uint64_t number;  ///< in the order of `add`: no two are equal, so none absorbs another

  void absorb(logged const&) noexcept {}
  friend auto operator<(logged const& a, logged const& b) noexcept -> bool {
    constexpr order_of_end precedes;
    if (precedes(a.event, b.event)) return true;
    return !precedes(b.event, a.event) && a.number < b.number;
  }
};

}  // namespace

template <class Event>
struct event_log<Event>::parts {
  std::size_t most;  ///< in memory
  std::uint64_t next_number = 0;
  std::vector<logged<Event>> recent;
  internal::sorted_runs<logged<Event>> runs;
};

template <class Event>
event_log<Event>::event_log(std::size_t memory)
    : parts_{std::make_unique<parts>(
          parts{std::max<std::size_t>(1, memory / sizeof(logged<Event>)), 0, {}, {}})} {}
template <class Event>
event_log<Event>::event_log(event_log&&) noexcept = default;
template <class Event>
auto event_log<Event>::operator=(event_log&&) noexcept -> event_log& = default;
template <class Event>
event_log<Event>::~event_log() = default;

template <class Event>
auto event_log<Event>::add(Event const& closed) -> status {
  auto& all = *parts_;
  if (all.recent.size() == all.most) KIZASHI_TRY(all.runs.add(all.recent));
  all.recent.push_back({closed, all.next_number++});
  return {};
}

template <class Event>
auto event_log<Event>::for_each(std::function<status(Event const&)> const& visit) -> status {
  auto& all = *parts_;
  if (all.runs.is_empty()) {
    std::ranges::sort(all.recent, std::less{});
    for (auto const& each : all.recent) KIZASHI_TRY(visit(each.event));
    return {};
  }
  if (!all.recent.empty()) KIZASHI_TRY(all.runs.add(all.recent));
  status visited;
  KIZASHI_TRY(all.runs.merge([&](logged<Event> const& each) {
    if (visited) visited = visit(each.event);
  }));
  return visited;
}

template class event_log<scan_event>;
template class event_log<dos_event>;

}  // namespace kizashi::telescope
