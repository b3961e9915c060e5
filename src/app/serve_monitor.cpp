#include "kizashi/app/serve_monitor.hpp"

#include <algorithm>

namespace kizashi::app {
namespace {

using std::chrono::seconds;

constexpr auto rate_span = seconds{10};
constexpr auto memory_span = seconds{600};
/// Samples of what waits: an hour of being behind is told to the second, more is an hour.
constexpr std::size_t most_waiting_samples = 3600;

}  // namespace

auto dropped_of(pipeline::sensor_counts const& of) -> std::uint64_t {
  return of.source.kernel_dropped + of.source.own_dropped + of.journal_dropped;
}

void sensor_watch::see(pipeline::sensor_counts const& now, clock::time_point at) {
  last_ = {at, now.source.received, dropped_of(now)};
  note_lag(now, at);
  if (!samples_.empty() && at - samples_.back().at < seconds{1}) return;
  samples_.push_back(last_);
  while (samples_.size() > 1 && at - samples_.front().at > memory_span) samples_.pop_front();
}

/// The road counts its frames from its last restart on, so the two counts differ by a number that
/// is not known; while the road is at work, the smallest difference is the one of an empty queue.
void sensor_watch::note_lag(pipeline::sensor_counts const& now, clock::time_point at) {
  bool const is_told =
      now.phase == pipeline::sensor_phase::running || now.phase == pipeline::sensor_phase::ended;
  if (!is_told || now.restarts != restarts_) {
    restarts_ = now.restarts;
    ahead_.reset();
    waiting_.clear();
    return;
  }
  auto const journaled = static_cast<std::int64_t>(now.journaled);
  auto const walked = static_cast<std::int64_t>(now.walked);
  ahead_ = std::min(ahead_.value_or(journaled - walked), journaled - walked);
  while (!waiting_.empty() && waiting_.front().journaled - *ahead_ <= walked) waiting_.pop_front();
  bool const is_behind = journaled - *ahead_ > walked;
  if (is_behind && waiting_.size() < most_waiting_samples &&
      (waiting_.empty() || at - waiting_.back().at >= seconds{1}))
    waiting_.push_back({at, journaled});
}

auto sensor_watch::pace() const -> sensor_pace {
  sensor_pace out;
  if (samples_.empty()) return out;
  auto const from = std::ranges::find_if(
      samples_, [&](sample const& each) { return last_.at - each.at <= rate_span; });
  if (from != samples_.end() && last_.at - from->at >= seconds{1})
    out.packets_per_second = static_cast<double>(last_.received - from->received) /
                             std::chrono::duration<double>{last_.at - from->at}.count();
  out.dropped_lately = last_.dropped - samples_.front().dropped;
  if (!ahead_) return out;
  out.lag = waiting_.empty() ? seconds{0}
                             : std::chrono::duration_cast<seconds>(last_.at - waiting_.front().at);
  return out;
}

void serve_monitor::look() {
  std::scoped_lock const alone{mutex_};
  auto const at = sensor_watch::clock::now();
  for (std::size_t i = 0; i < sensors_.size(); ++i) watches_[i].see(sensors_[i]->counts(), at);
}

auto serve_monitor::paces() const -> std::vector<sensor_pace> {
  std::scoped_lock const alone{mutex_};
  std::vector<sensor_pace> out;
  for (auto const& each : watches_) out.push_back(each.pace());
  return out;
}

}  // namespace kizashi::app
