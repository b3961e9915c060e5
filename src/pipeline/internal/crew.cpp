#include "kizashi/pipeline/internal/crew.hpp"

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace kizashi::pipeline::internal {
namespace {

auto counter_options_of(road_options const& options) -> telescope::counter_options {
  return {options.workers,
          options.window_length,
          options.lateness,
          options.top_sources,
          options.set_memory / options.workers,
          options.places,
          options.windows != nullptr,
          options.source_totals,
          options.run_totals};
}

auto recogniser_of(road_options const& options) -> std::optional<recognise::recogniser> {
  if (!options.recognition) return {};
  return recognise::recogniser{*options.recognition->fingerprints, *options.recognition->scanners};
}

/// What `step` answers, or that there was not enough memory for it.
template <class Step>
auto with_memory(Step&& step) -> decltype(step()) {
  try {
    return step();
  } catch (std::bad_alloc const&) {
    return fail(
        errc::limit_reached,
        "not enough memory for the addresses of the open windows; shorter windows (--window) "
        "need less");
  }
}

}  // namespace

crew::worker::worker(road_options const& options, unsigned which)
    : number{which},
      counter{counter_options_of(options), which},
      preparer{options.darknet, options.filter, recogniser_of(options)} {
  if (options.recognition) observer.emplace(options, which);
}

crew::crew(road_options const& options)
    : options_{options}, windows_{options.workers, options.windows, options.run_totals} {
  for (unsigned i = 0; i < options.workers; ++i)
    workers_.push_back(std::make_unique<worker>(options_, i));
  if (options_.recognition) outbox_.emplace(*options_.recognition);
  // One place is enough for one worker. More need some in hand, so that one that prepares holds up
  // nobody.
  auto const places = options.workers == 1 ? 1U : 2 * options.workers + 2;
  for (unsigned i = 0; i < places; ++i) ring_.push_back(std::make_unique<place>(options.workers));
}

auto crew::walk(capture::frame_source& from, progress_callback const& progress)
    -> result<walk_end> {
  KIZASHI_TRY(status{failure_});
  from_ = &from;
  progress_ = &progress;
  begin_ = cut_;
  is_ended_ = is_stopped_ = false;
  work_alone();
  if (!is_ended_)
    if (auto walked = on_all_workers([this](worker& self) { work(self); }); !walked)
      give_up(std::move(walked).error());
  guard_.keep();
  KIZASHI_TRY(status{failure_});
  return is_stopped_ ? walk_end::stopped : walk_end::dry;
}

auto crew::on_all_workers(std::function<void(worker&)> const& task) -> status {
  status started;
  std::vector<std::jthread> others;
  try {
    for (unsigned i = 1; i < options_.workers; ++i)
      others.emplace_back([this, i, &task] { task(*workers_[i]); });
  } catch (std::system_error const& failure) {
    started = fail(errc::limit_reached,
                   fmt::format("cannot start thread {} of {}: {}; --threads asks for fewer",
                               others.size() + 2, options_.workers, failure.what()));
    give_up(error{started.error()});
  }
  task(*workers_[0]);
  return started;
}

/// What waits for a decision about its time is counted as it is.
void crew::let_go() {
  struct nothing final : capture::frame_source {
    auto next(net::frame_block& out) -> status override {
      out.clear();
      return {};
    }
  } source;
  if (guard_.is_waiting()) (void)walk(source, {});  // a failure is kept
}

auto crew::advance_to(timestamp now) -> status {
  guard_.trust(now);
  let_go();
  KIZASHI_TRY(status{failure_});
  if (auto advanced = with_memory([&] { return advance_workers(now); }); !advanced)
    give_up(std::move(advanced).error());
  return failure_;
}

auto crew::advance_workers(timestamp now) -> status {
  auto ended = outbox_ ? outbox_->spare() : ended_events{};
  for (auto& each : workers_) {
    each->counter.advance_to(now, each->closed);
    KIZASHI_TRY(windows_.add(each->number, each->closed));
    if (each->observer) KIZASHI_TRY(each->observer->advance_to(now, ended));
  }
  if (!outbox_) return {};
  outbox_->add(std::move(ended));
  return outbox_->deliver();
}

auto crew::finish() -> outcome {
  guard_.end();
  let_go();
  if (auto added = on_all_workers([this](worker& self) { add_tally(self); }); !added)
    give_up(std::move(added).error());
  return add_up();
}

void crew::work_alone() {
  lock held{mutex_};
  while (!is_ended_ && cut_ - begin_ < options_.batches_alone) {
    auto const next = cut_;
    prepare(*workers_[0], held);
    if (cut_ == next) return;
    for (auto& each : workers_) count(*each, place_of(next), held);
  }
  begin_ = cut_;
}

void crew::work(worker& self) {
  lock held{mutex_};
  for (auto next = begin_; !is_ended_ || next < cut_;) {
    auto& due = place_of(next);
    if (due.is_ready && due.sequence == next) {
      count(self, due, held);
      ++next;
    } else if (!is_ended_ && !is_cutting_ && place_of(cut_).waiting == 0) {
      prepare(self, held);
    } else {
      changed_.wait(held);
    }
  }
}

void crew::prepare(worker& self, lock& held) {
  auto& to = place_of(cut_);
  is_cutting_ = true;
  held.unlock();
  cut(to);
  held.lock();
  is_cutting_ = false;
  changed_.notify_all();
  if (to.batch.frames.frames.empty()) {
    is_ended_ = true;
    return;
  }
  to.sequence = cut_++;
  to.waiting = options_.workers;
  to.is_ready = false;
  held.unlock();
  auto prepared = with_memory([&]() -> status {
    self.preparer.prepare(to.batch);
    return {};
  });
  if (!prepared) give_up(std::move(prepared).error());
  held.lock();
  to.is_ready = true;
  changed_.notify_all();
}

void crew::cut(place& to) {
  auto& frames = to.batch.frames;
  frames.clear();
  if (*progress_ && packets_ > 0 && !(*progress_)(packets_, from_->position())) {
    lock const held{mutex_};
    is_stopped_ = true;
    return;
  }
  if (auto read = with_memory([&] { return guard_.next(*from_, frames); }); !read) {
    give_up(std::move(read).error());
    frames.clear();
  }
  packets_ += frames.frames.size();
}

void crew::count(worker& self, place& each, lock& held) {
  held.unlock();
  auto counted = with_memory([&] { return count_batch(self, each); });
  if (!counted) give_up(std::move(counted).error());
  held.lock();
  each.ended.take(self.ended);
  if (each.waiting == 1) hand_on(each, held);
  if (--each.waiting == 0) complete(each, held);
}

auto crew::count_batch(worker& self, place& each) -> status {
  auto const& packets = *each.batch.packets;
  KIZASHI_TRY(self.counter.count(packets, each.batch.plan, each.sequence, self.closed));
  KIZASHI_TRY(windows_.add(self.number, self.closed));
  if (!self.observer) return {};
  return self.observer->observe(packets, *each.batch.tags, each.batch.plan, self.ended);
}

/// The last worker has counted the batch, and its place is not free yet: the packets go on. Nobody
/// else comes here meanwhile, because the next batch needs this worker too.
void crew::hand_on(place& each, lock& held) {
  auto* const to = options_.recognition ? options_.recognition->packets : nullptr;
  if (to == nullptr || !failure_) return;
  held.unlock();
  auto taken = with_memory([&] { return to->take(*each.batch.packets, *each.batch.tags); });
  if (!taken) give_up(std::move(taken).error());
  held.lock();
}

/// The last worker has counted the batch: its events leave and its place is free. Batches are
/// complete in their order, because every worker counts them in their order.
void crew::complete(place& each, lock& held) {
  each.is_ready = false;
  auto const has_events = !each.ended.is_empty();
  if (has_events) outbox_->add(std::exchange(each.ended, outbox_->spare()));
  changed_.notify_all();
  if (!has_events) return;
  held.unlock();
  auto delivered = with_memory([&] { return outbox_->deliver(); });
  if (!delivered) give_up(std::move(delivered).error());
  held.lock();
}

void crew::give_up(error why) {
  lock const held{mutex_};
  is_ended_ = true;
  if (failure_) failure_ = tl::unexpected<error>{std::move(why)};
  changed_.notify_all();
}

void crew::add_tally(worker& self) {
  auto sums = with_memory([&] { return self.counter.finish(self.closed); });
  if (!sums) {
    give_up(std::move(sums).error());
    return;
  }
  self.tally = std::move(*sums);
  if (auto added = windows_.add(self.number, self.closed); !added)
    give_up(std::move(added).error());
}

/// Ends what was open to the end, a shard of each worker at a time: all of it at once could be as
/// much again. What ends leaves in the order of the shards, so that the number of workers does not
/// show.
auto crew::end_events() -> status {
  auto dos = outbox_->spare();
  for (auto& each : workers_) KIZASHI_TRY(each->observer->finish_dos(dos));
  outbox_->add(std::move(dos));
  for (unsigned first = 0; first < telescope::shards; first += options_.workers) {
    KIZASHI_TRY(end_shards(first));
    for (auto& each : workers_) outbox_->add(std::exchange(each->ended, outbox_->spare()));
    KIZASHI_TRY(outbox_->deliver());
  }
  return {};
}

/// Each worker ends one of `options_.workers` shards from `first` on.
auto crew::end_shards(unsigned first) -> status {
  std::vector<status> answers(workers_.size());
  auto const end_own = [&](worker& self) {
    answers[self.number] = with_memory([&]() -> status {
      for (auto shard = first; shard < std::min(first + options_.workers, telescope::shards);
           ++shard)
        KIZASHI_TRY(self.observer->finish(shard, self.ended));
      return {};
    });
  };
  {
    std::vector<std::jthread> others;
    for (auto& each : workers_) try {
        if (each->number != 0) others.emplace_back([&] { end_own(*each); });
      } catch (std::system_error const&) {  // no further thread: this one does it
        end_own(*each);
      }
    end_own(*workers_[0]);
  }
  for (auto& each : answers) KIZASHI_TRY(std::move(each));
  return {};
}

void crew::add_observations(outcome& answer) {
  if (!outbox_) return;
  if (auto ended = with_memory([&] { return end_events(); }); !ended)
    give_up(std::move(ended).error());
  for (auto& each : workers_) each->observer->give(answer.observed);
}

auto crew::add_up() -> outcome {
  outcome answer;
  add_observations(answer);
  answer.is_partial = !failure_;
  answer.failure = std::move(failure_);
  answer.summary.window_length = options_.window_length;
  auto totals = std::as_const(workers_[0]->preparer).totals();
  std::optional<telescope::tally> sum;
  for (auto& each : workers_) {
    answer.filtered += each->preparer.filtered();
    if (each->number != 0) totals.add(each->preparer.totals());
    if (!each->tally) continue;
    if (sum)
      sum->add(*each->tally);
    else
      sum = std::move(each->tally);
  }
  totals.write(answer.summary);
  if (sum) sum->write(answer.summary, options_.top_sources, options_.places);
  answer.summary.windows = windows_.take_rows();
  answer.summary.order.false_times = guard_.false_times();
  return answer;
}

}  // namespace kizashi::pipeline::internal
