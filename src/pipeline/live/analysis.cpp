#include "kizashi/pipeline/live/analysis.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "kizashi/base/state_file.hpp"

namespace kizashi::pipeline {
namespace {

[[nodiscard]] auto bytes_of(engine::activity_window const& of) -> std::size_t {
  return sizeof of + of.rows.size() * sizeof(engine::activity_row) +
         of.sources.size() * sizeof(engine::active_source);
}

}  // namespace

/// Two locks: `working` is held by who uses the engines, `mutex` by who looks at the queue or the
/// counts. Who needs both takes `working` first.
struct analysis::desk final : engine::finding_sink {
  desk(analysis_options with, finding_outlet& outlet) : options{std::move(with)}, to{outlet} {}

  [[nodiscard]] auto take(engine::finding found) -> status override {
    to.tell(found, told++);
    has_news = true;
    return {};
  }
  [[nodiscard]] auto restore() -> status;
  [[nodiscard]] auto save() -> status;
  [[nodiscard]] auto flush() -> status;
  void work();
  void look_at(engine::activity_window const& closed);

  analysis_options options;
  finding_outlet& to;
  std::vector<duration> lengths;

  std::mutex working;  // guards what follows
  std::optional<engine::schedule> engines;
  std::uint64_t told = 0;
  bool has_news = false;    // findings that are perhaps not durable
  bool has_looked = false;  // since the last saving

  mutable std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<engine::activity_window> queue;  // the first one is being looked at
  analysis_counts counts;
  bool is_stopping = false;
  std::thread thread;
};

auto analysis::desk::restore() -> status {
  return read_state_file(options.file, engine::schedule::state_version,
                         [&](state_reader& in) -> status {
                           in.begin("analysis");
                           in(told);
                           in.end();
                           return engines->restore(in);
                         });
}

auto analysis::desk::save() -> status {
  std::uint64_t bytes = 0;
  KIZASHI_TRY(write_state_file(options.file, engine::schedule::state_version,
                               [&](state_writer& out) -> status {
                                 out.begin("analysis");
                                 out(told);
                                 out.end();
                                 KIZASHI_TRY(engines->save(out));
                                 bytes = out.written();
                                 return {};
                               }));
  has_looked = false;
  std::lock_guard const held{mutex};
  ++counts.saves;
  counts.state_bytes = bytes;
  return {};
}

auto analysis::desk::flush() -> status {
  if (!has_news) return {};
  auto done = to.flush();
  has_news = !done;
  std::lock_guard const held{mutex};
  counts.outlet_failure = done ? std::nullopt : std::optional{done.error().message};
  return done;
}

void analysis::desk::look_at(engine::activity_window const& closed) {
  std::lock_guard const at_work{working};
  auto const before = told;
  if (engines->has_seen(closed)) {
    std::lock_guard const held{mutex};
    ++counts.known;
    return;
  }
  auto const begin = std::chrono::steady_clock::now();
  auto const done = engines->observe(closed);
  has_looked = true;
  auto const took = std::chrono::steady_clock::now() - begin;
  (void)flush();  // it is tried again at the next window, and before the state is saved
  std::lock_guard const held{mutex};
  ++counts.windows;
  counts.findings += told - before;
  counts.busy += took;
  counts.latest = std::max(counts.latest, closed.end());
  if (!done) counts.failure = done.error().message;
}

void analysis::desk::work() {
  std::unique_lock held{mutex};
  for (;;) {
    changed.wait(held, [&] { return is_stopping || !queue.empty(); });
    if (queue.empty()) return;
    if (counts.failure) {
      ++counts.lost;
    } else {
      auto const& first = queue.front();  // nobody else takes it away, and a deque moves nothing
      held.unlock();
      look_at(first);
      held.lock();
    }
    counts.waiting_bytes -= bytes_of(queue.front());
    queue.pop_front();
    counts.waiting = queue.size();
    changed.notify_all();
  }
}

analysis::analysis(std::unique_ptr<desk> made) : desk_{std::move(made)} {}
analysis::~analysis() {
  stop();
}

auto analysis::open(analysis_options options, finding_outlet& to, std::vector<std::string>& notes)
    -> result<std::unique_ptr<analysis>> {
  auto made = std::make_unique<desk>(std::move(options), to);
  auto& of = *made;
  KIZASHI_TRY(of.engines, engine::schedule::make(of.options.engines, of));
  of.lengths = of.engines->lengths();
  std::error_code wrong;
  if (std::filesystem::exists(of.options.file, wrong)) {
    if (auto const restored = of.restore(); !restored) {
      auto aside = of.options.file;
      aside += ".old";
      std::filesystem::rename(of.options.file, aside, wrong);
      if (wrong)
        return system_failure(of.options.file.string(), "put the state of the engines aside",
                              wrong.value());
      notes.push_back(fmt::format("the engines begin to learn anew: {}; it is now {}",
                                  restored.error().message, aside.string()));
      of.told = 0;
      KIZASHI_TRY(of.engines, engine::schedule::make(of.options.engines, of));
    }
  }
  of.told = std::max(of.told, of.options.first_number);
  of.engines->leave_all_but(of.options.sensors);
  return std::unique_ptr<analysis>{new analysis{std::move(made)}};
}

void analysis::start() {
  desk_->thread = std::thread{[this] { desk_->work(); }};
}

void analysis::stop() {
  {
    std::lock_guard const held{desk_->mutex};
    desk_->is_stopping = true;
  }
  desk_->changed.notify_all();
  if (!desk_->thread.joinable()) return;
  desk_->thread.join();
  (void)settle();
}

auto analysis::lengths() const -> std::vector<duration> const& {
  return desk_->lengths;
}

void analysis::observe(engine::activity_window closed) {
  auto const bytes = bytes_of(closed);
  std::unique_lock held{desk_->mutex};
  auto const has_room = [&] {
    return desk_->queue.empty() || desk_->is_stopping ||
           desk_->counts.waiting_bytes + bytes <= desk_->options.queue_bytes;
  };
  if (!has_room()) ++desk_->counts.waits;
  desk_->changed.wait(held, has_room);
  if (desk_->is_stopping) {
    ++desk_->counts.lost;
    return;
  }
  desk_->queue.push_back(std::move(closed));
  desk_->counts.waiting = desk_->queue.size();
  desk_->counts.waiting_bytes += bytes;
  held.unlock();
  desk_->changed.notify_all();
}

auto analysis::settle() -> status {
  {
    std::unique_lock held{desk_->mutex};
    desk_->changed.wait(held, [&] { return desk_->queue.empty(); });
    if (desk_->counts.failure) return {};  // said already; a state of engines that failed is none
  }
  std::lock_guard const at_work{desk_->working};
  KIZASHI_TRY(desk_->flush());
  return desk_->has_looked ? desk_->save() : status{};
}

void analysis::leave(std::string const& sensor) {
  std::lock_guard const at_work{desk_->working};
  desk_->engines->leave(sensor);
  desk_->has_looked = true;
}

auto analysis::counts() const -> analysis_counts {
  std::lock_guard const held{desk_->mutex};
  return desk_->counts;
}

}  // namespace kizashi::pipeline
