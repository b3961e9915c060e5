#include "kizashi/capture/live/merged_source.hpp"

#include <algorithm>
#include <utility>

namespace kizashi::capture::live {
namespace {

constexpr std::size_t most_pieces = 16;
/// How old what an idle part has heard may get: it delays the others' frames.
constexpr auto part_patience = std::chrono::milliseconds{20};

}  // namespace

auto merged_source::lane::front() const -> net::frame const& {
  return waiting.front().block.frames[waiting.front().given];
}

merged_source::merged_source(std::vector<std::unique_ptr<live_source>> parts, duration longest_wait)
    : longest_wait_{longest_wait} {
  KIZASHI_ASSERT(!parts.empty());
  for (auto& each : parts) lanes_.emplace_back().source = std::move(each);
}

merged_source::~merged_source() {
  {
    std::scoped_lock const only{mutex_};
    is_ending_ = true;
  }
  room_.notify_all();
  for (auto& each : lanes_) {
    each.source->stop();
    if (each.thread.joinable()) each.thread.join();
  }
}

void merged_source::start() {
  if (std::exchange(has_begun_, true)) return;
  for (auto& each : lanes_) each.thread = std::thread{[this, &each] { read(each); }};
}

void merged_source::read(lane& of) {
  net::frame_block block;
  while (wait_for_room(of, block)) keep(of, of.source->receive(block, part_patience), block);
}

/// False: it is over. `block` gets memory that was used before.
auto merged_source::wait_for_room(lane& of, net::frame_block& block) -> bool {
  std::unique_lock held{mutex_};
  room_.wait(held, [&] { return is_ending_ || (of.is_open() && of.waiting.size() < most_pieces); });
  if (!of.spare.empty()) {
    block = std::move(of.spare.back());
    of.spare.pop_back();
  }
  return !is_ending_;
}

void merged_source::keep(lane& of, result<arrival> came, net::frame_block& block) {
  bool const is_quiet = !came || came->state != flow::frames;
  auto notes = is_quiet ? of.source->notes() : std::vector<note>{};
  {
    std::scoped_lock const only{mutex_};
    if (is_quiet) of.notes = std::move(notes);
    if (came) {
      of.heard = came->heard_until;
      of.has_ended = came->state == flow::ended;
      if (!block.frames.empty())
        of.waiting.push_back({std::move(block), 0, std::chrono::steady_clock::now()});
    } else {
      of.failure = std::move(came).error();
    }
  }
  news_.notify_one();
}

auto merged_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  start();
  auto const end = std::chrono::steady_clock::now() + patience;
  std::unique_lock held{mutex_};
  for (;;) {
    fill(out);
    if (auto known = outcome(out)) {
      room_.notify_all();
      return std::move(*known);
    }
    if (news_.wait_until(held, end) == std::cv_status::timeout) {
      fill(out);
      room_.notify_all();
      return outcome(out).value_or(
          arrival{flow::idle, known_without(nullptr).value_or(timestamp::unknown())});
    }
  }
}

/// What is to be said now; nothing: it is to be waited.
auto merged_source::outcome(net::frame_block const& out) const -> std::optional<result<arrival>> {
  if (!out.frames.empty())
    return arrival{flow::frames, known_without(nullptr).value_or(out.frames.back().time)};
  if (std::ranges::any_of(lanes_, [](lane const& each) { return !each.waiting.empty(); }))
    return {};
  auto const failed =
      std::ranges::find_if(lanes_, [](lane const& each) { return each.failure.has_value(); });
  if (failed != lanes_.end()) return tl::unexpected<error>{*failed->failure};
  if (std::ranges::all_of(lanes_, [](lane const& each) { return each.has_ended; }))
    return arrival{flow::ended, timestamp::unknown()};
  return {};
}

/// With the lock held, as all that follows.
void merged_source::fill(net::frame_block& out) {
  while (!out.is_full()) {
    auto* const next = earliest();
    if (next == nullptr) return;
    auto const until = known_without(next);
    auto const has_waited = std::chrono::steady_clock::now() - next->waiting.front().since;
    if (until && next->front().time > *until && has_waited < longest_wait_) return;
    give(*next, until, out);
  }
}

/// The part whose next frame is the earliest; null: none has one.
auto merged_source::earliest() -> lane* {
  lane* out = nullptr;
  for (auto& each : lanes_)
    if (!each.waiting.empty() && (out == nullptr || each.front().time < out->front().time))
      out = &each;
  return out;
}

/// Up to when all parts but one have given everything, or will give what is known already; unknown,
/// which is earlier than any time, when one cannot tell; nothing when there is no other.
auto merged_source::known_without(lane const* except) const -> std::optional<timestamp> {
  std::optional<timestamp> out;
  for (auto const& each : lanes_) {
    if (&each == except || (each.waiting.empty() && !each.is_open())) continue;
    auto const known = each.waiting.empty() ? each.heard : each.front().time;
    out = out ? std::min(*out, known) : known;
  }
  return out;
}

/// The next frame, and those behind it in the same block that are not later than `until`.
void merged_source::give(lane& of, std::optional<timestamp> until, net::frame_block& out) {
  auto& from = of.waiting.front();
  auto const& frames = from.block.frames;
  do {
    auto const& each = frames[from.given++];
    out.append(each.time, each.link, each.wire, from.block.data(each));
  } while (!out.is_full() && from.given < frames.size() &&
           (!until || frames[from.given].time <= *until));
  if (from.given < frames.size()) return;
  from.block.clear();
  of.spare.push_back(std::move(from.block));
  of.waiting.pop_front();
}

auto merged_source::reopen() -> status {
  bool has_failed = false;
  for (auto& each : lanes_) {
    {
      std::scoped_lock const only{mutex_};
      if (!each.failure) continue;
    }
    has_failed = true;
    KIZASHI_TRY(each.source->reopen());  // its thread waits, and does not touch it
    std::scoped_lock const only{mutex_};
    each.failure.reset();
    each.heard = timestamp::unknown();
  }
  if (!has_failed) return {};
  {
    std::scoped_lock const only{mutex_};
    ++reopened_;
  }
  room_.notify_all();
  return {};
}

auto merged_source::statistics() const -> source_statistics {
  source_statistics out;
  for (auto const& each : lanes_) out.add(each.source->statistics());
  std::scoped_lock const only{mutex_};
  out.reopened = reopened_;
  return out;
}

auto merged_source::notes() const -> std::vector<note> {
  std::scoped_lock const only{mutex_};
  std::vector<note> out;
  for (auto const& each : lanes_) out.insert(out.end(), each.notes.begin(), each.notes.end());
  return out;
}

auto merged_source::name() const -> std::string {
  return lanes_.front().source->name();
}

}  // namespace kizashi::capture::live
