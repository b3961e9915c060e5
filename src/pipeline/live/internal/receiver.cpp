#include "kizashi/pipeline/live/internal/receiver.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kizashi::pipeline::internal {
namespace {

constexpr auto patience = std::chrono::milliseconds{100};

/// Which stretch of `length` since 1970 it is by the clock.
auto stretch_now(duration length) -> std::int64_t {
  return std::chrono::system_clock::now().time_since_epoch() / length;
}

}  // namespace

receiver::receiver(std::unique_ptr<capture::live::live_source> from, capture::journal_writer into,
                   receiver_options options)
    : from_{std::move(from)}, options_{std::move(options)}, into_{std::move(into)} {
  counts_.bytes = into_.bytes();
}

receiver::~receiver() {
  stop();
}

void receiver::start() {
  last_mark_ = last_tick_ = std::chrono::steady_clock::now();
  marked_stretch_ = stretch_now(options_.flush);
  interval_ = std::min<duration>(options_.flush, std::chrono::seconds{1});
  thread_ = std::thread{[this] { work(); }};
}

void receiver::stop() {
  is_stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

void receiver::work() {
  net::frame_block block;
  bool goes_on = true;
  while (goes_on && !is_stopping_.load()) {
    auto const came = from_->receive(block, patience);
    if (!came) {  // a source that can be had again is wrapped (`reopening_source`)
      std::lock_guard const held{mutex_};
      counts_.failure = came.error();
      break;
    }
    if (came->state == capture::live::flow::frames) take(block);
    goes_on = came->state != capture::live::flow::ended;
    mark_if_due();
    if (std::chrono::steady_clock::now() - last_tick_ >= options_.tick)
      tell_time(came->heard_until);
  }
  close_block();
  std::lock_guard const held{mutex_};
  counts_.has_ended = !is_stopping_.load();
  ++writes_;
  written_.notify_all();
}

void receiver::take(net::frame_block const& block) {
  auto taken = try_to_take(block);
  while (!taken && options_.note && !is_stopping_.load()) {
    mark_if_due();  // else nothing would become durable, and no room would come of it
    std::this_thread::sleep_for(patience);
    taken = try_to_take(block);
  }
  has_frames_ = has_frames_ || taken;
  std::lock_guard const held{mutex_};
  if (taken)
    counts_.frames += block.frames.size();
  else if (!options_.note)  // else it is read again after the restart
    counts_.dropped += block.frames.size();
}

auto receiver::try_to_take(net::frame_block const& block) -> status {
  auto const note = options_.note ? options_.note() : std::string{};
  std::lock_guard const held{mutex_};
  auto taken = into_.bytes() < options_.most_bytes
                   ? into_.append(block, note)
                   : status{fail(errc::limit_reached,
                                 "the journal is full: the store does not take what comes")};
  note_outcome(taken);
  return taken;
}

/// With the mutex held.
void receiver::note_outcome(status const& written) {
  if (written)
    counts_.failure.reset();
  else
    counts_.failure = written.error();
  counts_.bytes = into_.bytes();
  ++writes_;
  written_.notify_all();
}

/// Marks that have come to their distance are at whole minutes where that is a minute: a block has
/// then no part of a minute, and the store one row for what two blocks would have one each.
void receiver::mark_if_due() {
  if (!has_frames_) return;
  bool const is_steady = interval_ == options_.flush;
  bool const is_due = std::chrono::steady_clock::now() - last_mark_ >= interval_ ||
                      (is_steady && stretch_now(interval_) != marked_stretch_);
  if (!is_due) return;
  close_block();
  interval_ = std::min(options_.flush, 2 * interval_);
}

void receiver::close_block() {
  last_mark_ = std::chrono::steady_clock::now();
  marked_stretch_ = stretch_now(options_.flush);
  std::lock_guard const held{mutex_};
  auto const marked = into_.mark(++marks_);
  note_outcome(marked ? status{} : status{tl::unexpected{marked.error()}});
  if (marked) has_frames_ = false;
}

void receiver::tell_time(timestamp heard_until) {
  last_tick_ = std::chrono::steady_clock::now();
  if (!heard_until.is_known() || (told_.is_known() && heard_until <= told_)) return;
  told_ = heard_until;
  std::lock_guard const held{mutex_};
  note_outcome(into_.tick(heard_until));
}

auto receiver::wait_for_more(std::uint64_t seen) -> std::uint64_t {
  std::unique_lock held{mutex_};
  written_.wait_for(held, patience, [&] { return writes_ != seen; });
  return writes_;
}

auto receiver::forget_before(capture::journal_position durable) -> status {
  std::lock_guard const held{mutex_};
  auto done = into_.forget_before(durable);
  counts_.bytes = into_.bytes();
  return done;
}

auto receiver::counts() const -> receiver_counts {
  std::unique_lock held{mutex_};
  auto counts = counts_;
  held.unlock();
  if (!counts.failure) counts.failure = from_->failure();
  return counts;
}

}  // namespace kizashi::pipeline::internal
