#include "kizashi/pipeline/live/sensor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "kizashi/capture/journal/journal.hpp"
#include "kizashi/pipeline/live/internal/journey.hpp"
#include "kizashi/pipeline/live/internal/receiver.hpp"

namespace kizashi::pipeline {
namespace {

using internal::journey;
using internal::receiver;

constexpr auto first_wait = std::chrono::seconds{1};
constexpr auto longest_wait = std::chrono::seconds{30};

class live_sensor final : public sensor {
public:
  live_sensor(sensor_options options, std::shared_ptr<store::engine> into)
      : options_{std::move(options)}, into_{std::move(into)} {}
  ~live_sensor() override { stop(); }

  [[nodiscard]] auto prepare(std::unique_ptr<capture::live::live_source> from) -> status;
  void start() override;
  void stop() override;
  [[nodiscard]] auto counts() const -> sensor_counts override;
  [[nodiscard]] auto name() const -> std::string const& override { return options_.name; }

private:
  void work();
  /// False: there is nothing more to do.
  [[nodiscard]] auto go_on() -> result<bool>;
  void wait_and_begin_again(error why);
  /// Whether a stop has taken too long to go on to the journal's end.
  [[nodiscard]] auto is_late(bool is_last) const -> bool {
    return is_last && std::chrono::steady_clock::now() - stop_time_ > options_.stop;
  }
  void set_phase(sensor_phase phase) {
    std::lock_guard const held{mutex_};
    counts_.phase = phase;
  }
  void note_progress();

  sensor_options options_;
  std::shared_ptr<store::engine> into_;
  std::unique_ptr<receiver> from_;
  capture::journal_position told_;  // listeners have heard of what lies before it
  std::unique_ptr<journey> journey_;
  std::uint64_t seen_ = 0;
  std::chrono::seconds wait_ = first_wait;
  std::uint64_t old_checkpoints_ = 0;

  mutable std::mutex mutex_;  // guards `counts_`
  sensor_counts counts_;
  std::chrono::steady_clock::time_point stop_time_;  // once `is_stopping_`
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

auto live_sensor::prepare(std::unique_ptr<capture::live::live_source> from) -> status {
  std::error_code wrong;
  std::filesystem::create_directories(options_.folder, wrong);
  if (wrong)
    return system_failure(options_.folder.string(), "make the sensor's folder", wrong.value());
  KIZASHI_TRY(auto journal, capture::journal_writer::open(internal::journal_folder(options_.folder),
                                                          internal::segment_bytes(options_)));
  told_ = journal.end();
  from_ = std::make_unique<receiver>(
      std::move(from), std::move(journal),
      internal::receiver_options{options_.flush, std::chrono::milliseconds{500},
                                 options_.journal_bytes, options_.note});
  KIZASHI_TRY(journey_, journey::begin(options_, *from_, into_, told_));
  return {};
}

void live_sensor::start() {
  from_->start();
  thread_ = std::thread{[this] { work(); }};
}

void live_sensor::stop() {
  if (!from_ || is_stopping_.load()) return;
  stop_time_ = std::chrono::steady_clock::now();
  from_->stop();
  is_stopping_.store(true);
  if (thread_.joinable()) thread_.join();
  journey_.reset();
  std::lock_guard const held{mutex_};
  if (counts_.phase != sensor_phase::ended) counts_.phase = sensor_phase::stopped;
}

void live_sensor::work() {
  set_phase(sensor_phase::catching_up);
  for (bool goes_on = true; goes_on;) {
    auto went = go_on();
    if (went) {
      goes_on = *went;
    } else {
      wait_and_begin_again(std::move(went).error());
      goes_on = !is_stopping_.load();
    }
  }
}

auto live_sensor::go_on() -> result<bool> {
  if (!journey_) {
    KIZASHI_TRY(journey_, journey::begin(options_, *from_, into_, told_));
    set_phase(sensor_phase::catching_up);
  }
  // In this order: what the receiver wrote last is then read.
  bool const is_last = is_stopping_.load();
  auto const has_ended = from_->counts().has_ended;
  auto const seen = seen_;
  KIZASHI_TRY(auto const step, journey_->go_on(is_last));
  note_progress();
  if (step == journey::step::saved && is_late(is_last)) return false;
  if (step != journey::step::caught_up) return true;
  wait_ = first_wait;
  if (has_ended) {
    KIZASHI_TRY(journey_->finish());
    note_progress();
    set_phase(sensor_phase::ended);
    return false;
  }
  if (is_last) return false;
  set_phase(sensor_phase::running);
  seen_ = from_->wait_for_more(seen);
  return true;
}

void live_sensor::wait_and_begin_again(error why) {
  if (journey_) {
    told_ = std::max(told_, journey_->position());
    old_checkpoints_ += journey_->checkpoints();
  }
  journey_.reset();
  {
    std::lock_guard const held{mutex_};
    counts_.phase = sensor_phase::waiting;
    counts_.failure = std::move(why);
    ++counts_.restarts;
  }
  auto const end = std::chrono::steady_clock::now() + wait_;
  wait_ = std::min(2 * wait_, longest_wait);
  while (!is_stopping_.load() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
}

void live_sensor::note_progress() {
  auto const store = journey_->store_counts();
  auto const open = journey_->open();
  std::lock_guard const held{mutex_};
  auto const& sinks = journey_->sinks();
  counts_.failure.reset();
  counts_.store = store;
  counts_.open = open;
  counts_.walked = journey_->frames();
  counts_.windows = sinks.windows.load();
  counts_.events = sinks.events.load();
  counts_.attacks = sinks.attacks.load();
  counts_.watermark = timestamp{sinks.watermark.load()};
  counts_.checkpoints = old_checkpoints_ + journey_->checkpoints();
}

auto live_sensor::counts() const -> sensor_counts {
  auto const received = from_->counts();
  auto const source = from_->source().statistics();
  std::lock_guard const held{mutex_};
  auto out = counts_;
  out.source = source;
  out.journaled = received.frames;
  out.journal_dropped = received.dropped;
  out.journal_bytes = received.bytes;
  out.source_failure = received.failure;
  return out;
}

}  // namespace

auto name_of(sensor_phase phase) -> std::string_view {
  constexpr std::array<std::string_view, 6> names = {"starting", "catching up", "running",
                                                     "waiting",  "ended",       "stopped"};
  return names[static_cast<std::size_t>(phase)];
}

auto sensor::last_note(std::filesystem::path const& folder) -> result<std::string> {
  auto const journal = internal::journal_folder(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(journal, ignored)) return std::string{};
  KIZASHI_TRY(auto const begin, capture::journal_reader::begin_of(journal));
  auto reader = capture::journal_reader::open(journal, begin);
  if (!reader) return std::string{};  // nothing was written
  net::frame_block block;
  for (auto found = capture::journal_reader::found::frames;
       found != capture::journal_reader::found::end;) {
    KIZASHI_TRY(found, reader->next(block));
  }
  return reader->last_note();
}

auto sensor::open(sensor_options options, std::unique_ptr<capture::live::live_source> from,
                  std::shared_ptr<store::engine> into) -> result<std::unique_ptr<sensor>> {
  auto out = std::make_unique<live_sensor>(std::move(options), std::move(into));
  KIZASHI_TRY(out->prepare(std::move(from)));
  return out;
}

}  // namespace kizashi::pipeline
