// The state of a road: which options it was made with, what is read ahead, and what the workers
// carry.
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/pipeline/internal/crew.hpp"
#include "kizashi/pipeline/internal/options_text.hpp"

namespace kizashi::pipeline::internal {
namespace {

/// Refuses the state of a road that was made otherwise: its numbers mean something else.
void compare_options(road_options const& options, state_reader& in) {
  auto const here = describe(options);
  in.begin("options");
  auto const count = in.number();
  for (auto const& [name, value] : here) {
    auto const came = in.text();
    auto const was = in.text();
    if (!in.is_good()) return;
    if (came == name && was == value) continue;
    return in.refuse_with(
        errc::unsupported,
        fmt::format(
            "a state of a road with {} {}; this one has {} {}: begin without it, or go back to "
            "what was set",
            came, was, name, value));
  }
  in.expect(count == here.size(), "as many options as there are");
  in.end();
}

}  // namespace

auto crew::counters() -> std::vector<telescope::counter*> {
  std::vector<telescope::counter*> answer;
  for (auto& each : workers_) answer.push_back(&each->counter);
  return answer;
}

auto crew::open() const -> open_counts {
  open_counts answer;
  answer.windows = workers_.front()->counter.open_windows();  // all have the same
  for (auto const& each : workers_)
    if (each->observer) answer.events += each->observer->events().counts().open;
  return answer;
}

auto crew::save(state_writer& out) -> status {
  KIZASHI_TRY(status{failure_});
  auto const options = describe(options_);
  out.begin("options");
  out.number(options.size());
  for (auto const& [name, value] : options) {
    out.text(name);
    out.text(value);
  }
  out.end();
  out.begin("stream");
  out(packets_);
  guard_.save(out);
  out.end();
  out.begin("window rows");
  for (auto const& each : windows_.rows()) {
    out(each);
    out.next_record();
  }
  out.end();
  auto totals = std::as_const(workers_[0]->preparer).totals();
  for (auto& each : workers_)
    if (each->number != 0) totals.add(std::as_const(each->preparer).totals());
  out.begin("totals");
  out(totals);
  out.end();
  return save_workers(out);
}

auto crew::save_workers(state_writer& out) -> status {
  KIZASHI_TRY(telescope::counter::save(counters(), out));
  if (!outbox_) return {};
  std::vector<telescope::event_tracker*> events;
  std::vector<telescope::dos_tracker*> dos;
  for (auto& each : workers_) {
    events.push_back(&each->observer->events());
    dos.push_back(&each->observer->dos());
  }
  telescope::dos_tracker::save(dos, out);
  return telescope::event_tracker::save(events, out);
}

auto crew::restore(state_reader& in) -> status {
  KIZASHI_ASSERT(cut_ == 0);
  try {
    compare_options(options_, in);
    in.begin("stream");
    in(packets_);
    guard_.restore(in);
    in.end();
    in.begin("window rows");
    while (in.has_record()) in(windows_.rows().emplace_back());
    in.end();
    in.begin("totals");
    in(workers_[0]->preparer.totals());
    in.end();
    if (in.is_good()) KIZASHI_TRY(restore_workers(in));
  } catch (std::bad_alloc const&) {
    return fail(errc::limit_reached, "not enough memory for the saved state");
  }
  return in.failure();
}

auto crew::restore_workers(state_reader& in) -> status {
  KIZASHI_TRY(telescope::counter::restore(counters(), in));
  if (!outbox_ || !in.is_good()) return {};
  std::vector<telescope::event_tracker*> events;
  std::vector<telescope::dos_tracker*> dos;
  for (auto& each : workers_) {
    events.push_back(&each->observer->events());
    dos.push_back(&each->observer->dos());
  }
  telescope::dos_tracker::restore(dos, in);
  return telescope::event_tracker::restore(events, in);
}

}  // namespace kizashi::pipeline::internal
