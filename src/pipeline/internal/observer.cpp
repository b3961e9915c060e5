#include "kizashi/pipeline/internal/observer.hpp"

#include <algorithm>
#include <utility>

namespace kizashi::pipeline::internal {
namespace {

/// More than that are not in use at a time, as a rule.
constexpr std::size_t most_spare = 4;

auto tracker_options_of(road_options const& options) -> telescope::tracker_options {
  auto const& wanted = *options.recognition;
  telescope::tracker_options out;
  out.timeout = wanted.event_timeout;
  out.lateness = options.lateness;
  out.darknet_addresses = options.darknet.ipv4_size();
  out.memory = wanted.event_memory;
  out.workers = options.workers;
  out.fingerprints = wanted.fingerprints;
  out.run_totals = options.run_totals;
  return out;
}

auto dos_options_of(road_options const& options) -> telescope::dos_options {
  auto out = options.recognition->dos;
  out.lateness = options.lateness;
  out.darknet = options.darknet.is_empty() ? nullptr : &options.darknet;
  out.workers = options.workers;
  return out;
}

template <class Event>
void append(std::vector<Event>& to, std::vector<Event>& from) {
  if (to.empty())
    to.swap(from);
  else
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

void ended_events::take(ended_events& from) {
  append(scans, from.scans);
  append(dos, from.dos);
}

void ended_events::sort() {
  telescope::sort_events(scans);
  std::ranges::sort(dos, telescope::is_before);
}

observer::observer(road_options const& options, unsigned worker)
    : events_{tracker_options_of(options), worker}, dos_{dos_options_of(options), worker} {}

auto observer::observe(net::packet_batch const& batch, recognise::tag_columns const& tags,
                       telescope::batch_plan const& plan, ended_events& ended) -> status {
  KIZASHI_TRY(events_.track(batch, tags, plan, ended.scans));
  return dos_.track(batch, tags, plan, ended.dos);
}

auto observer::advance_to(timestamp now, ended_events& ended) -> status {
  KIZASHI_TRY(events_.advance_to(now, ended.scans));
  return dos_.advance_to(now, ended.dos);
}

auto observer::finish(unsigned shard, ended_events& ended) -> status {
  return events_.finish(shard, ended.scans);
}

auto observer::finish_dos(ended_events& ended) -> status {
  return dos_.finish(ended.dos);
}

void observer::give(observations& to) {
  to.profiles.push_back(std::move(events_.profiles()));
  to.targets.merge(events_.groups());
  to.events.add(events_.counts());
  to.dos.add(dos_.counts());
}

void event_outbox::add(ended_events events) {
  if (events.is_empty()) return;
  std::lock_guard const held{mutex_};
  waiting_.push_back(std::move(events));
}

auto event_outbox::spare() -> ended_events {
  std::lock_guard const held{mutex_};
  if (spare_.empty()) return {};
  auto answer = std::move(spare_.back());
  spare_.pop_back();
  return answer;
}

auto event_outbox::deliver() -> status {
  std::unique_lock held{mutex_};
  if (is_delivering_) return {};
  is_delivering_ = true;
  status delivered;
  while (delivered && !waiting_.empty()) {
    auto events = std::move(waiting_.front());
    waiting_.pop_front();
    held.unlock();
    delivered = hand_over(events);
    events.scans.clear();
    events.dos.clear();
    held.lock();
    if (spare_.size() < most_spare) spare_.push_back(std::move(events));
  }
  is_delivering_ = false;
  return delivered;
}

auto event_outbox::hand_over(ended_events& events) -> status {
  if (options_->events != nullptr)
    for (auto const number : telescope::order_of(events.scans))
      KIZASHI_TRY(options_->events->observe(events.scans[number]));
  std::ranges::sort(events.dos, telescope::is_before);
  if (options_->dos_events != nullptr)
    for (auto const& each : events.dos) KIZASHI_TRY(options_->dos_events->observe(each));
  return {};
}

}  // namespace kizashi::pipeline::internal
