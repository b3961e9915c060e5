#include "kizashi/pipeline/live/internal/journey.hpp"

#include <algorithm>
#include <random>
#include <system_error>

#include <fmt/format.h>

namespace kizashi::pipeline::internal {
namespace {

/// A name for a stream that no other has. 0 is nobody's.
auto new_epoch() -> std::uint64_t {
  std::random_device random;
  auto const high = std::uint64_t{random()};
  return (high << 32 | random()) | 1;
}

auto road_options_of(sensor_options const& options, live_sinks& sinks) -> road_options {
  auto out = options.road;
  out.run_totals = false;  // a sensor goes on for months; what it amounts to the store can say
  // A journal that is read as it grows has a few batches each time: threads are for what is behind.
  out.batches_alone = 16;
  out.windows = &sinks;
  if (out.recognition) {
    out.recognition->events = &sinks;
    out.recognition->dos_events = &sinks;
    out.recognition->packets = &sinks;
  }
  return out;
}

/// The last state, or the one before it where a crash came between the two.
auto newest_state(sensor_options const& options) -> std::filesystem::path {
  auto const file = state_file(options);
  std::error_code ignored;
  return std::filesystem::exists(file, ignored) ? file : checkpoint_before(file);
}

/// What the store is told of the stream, before the road itself is restored.
auto look_at(sensor_options const& options) -> result<checkpoint> {
  auto found = peek_checkpoint(newest_state(options));
  if (found && !found->has_ended) return found;
  if (!found && found.error().code != errc::not_found)
    return fail(found.error().code,
                fmt::format("{}; to begin anew, take the file away: what the journal has is then "
                            "stored as another stream",
                            found.error().message));
  KIZASHI_TRY(auto const begin, capture::journal_reader::begin_of(journal_folder(options.folder)));
  return checkpoint{new_epoch(), 0, found ? found->journal : begin, true};
}

auto activity_of(sensor_options const& options) -> std::unique_ptr<watched_activity> {
  if (options.engines == nullptr || !options.road.recognition) return nullptr;
  return std::make_unique<watched_activity>(options.name, *options.engines);
}

}  // namespace

auto segment_bytes(sensor_options const& options) -> std::uint64_t {
  return std::min(capture::journal_writer::usual_segment, options.journal_bytes / 8);
}

auto state_file(sensor_options const& options) -> std::filesystem::path {
  return options.folder / "state";
}

auto journal_folder(std::filesystem::path const& sensor_folder) -> std::filesystem::path {
  return sensor_folder / "journal";
}

journey::journey(sensor_options const& options, receiver& from, journal_source source,
                 store::packet_writer packets, std::unique_ptr<store::observation_writer> found,
                 capture::journal_position told)
    : options_{options},
      from_{from},
      source_{std::move(source)},
      packets_{std::move(packets)},
      found_{std::move(found)},
      activity_{activity_of(options)},
      sinks_{packets_, *found_, activity_.get(), options.listeners,
             [this, told] { return position() > told; }},
      road_options_{road_options_of(options, sinks_)},
      road_{std::make_unique<road>(road_options_)},
      last_time_{std::chrono::steady_clock::now()},
      found_time_{last_time_} {}

auto journey::begin(sensor_options const& options, receiver& from,
                    std::shared_ptr<store::engine> into, capture::journal_position told)
    -> result<std::unique_ptr<journey>> {
  KIZASHI_TRY(auto const at, look_at(options));
  KIZASHI_TRY(auto reader,
              capture::journal_reader::open(journal_folder(options.folder), at.journal));
  auto writing = options.writer;
  writing.sensor = options.name;
  writing.stream = store::stream_place{at.epoch, at.sequence};
  KIZASHI_TRY(auto packets, store::packet_writer::open(into, std::move(writing)));
  auto found = std::make_unique<store::observation_writer>(std::move(into), packets.numbers());
  std::unique_ptr<journey> out{new journey{options, from, journal_source{std::move(reader)},
                                           std::move(packets), std::move(found), told}};
  out->last_ = at;
  if (at.has_ended) {  // a new stream: its name must be known whatever happens next
    out->last_.has_ended = false;
    KIZASHI_TRY(out->save(false));
  } else {
    KIZASHI_TRY(load_checkpoint(newest_state(options), *out->road_, out->open_activity()));
  }
  return out;
}

auto journey::go_on(bool is_last) -> result<step> {
  using found = capture::journal_reader::found;
  KIZASHI_TRY(road_->walk(source_));
  switch (source_.reason()) {
    case found::mark:
      return close_block(is_last);
    case found::tick:
      KIZASHI_TRY(road_->advance_to(source_.journal().time()));
      if (activity_) KIZASHI_TRY(activity_->advance_to(source_.journal().time()));
      KIZASHI_TRY(store_observations(false));
      return step::went_on;
    case found::frames:
      return step::went_on;
    case found::end:
      break;
  }
  return step::caught_up;
}

auto journey::close_block(bool is_last) -> result<step> {
  KIZASHI_TRY(packets_.flush());
  KIZASHI_TRY(store_observations(true));
  if (!is_last && !is_save_due()) return step::went_on;
  KIZASHI_TRY(packets_.wait());
  KIZASHI_TRY(save(false));
  return step::saved;
}

auto journey::store_observations(bool is_due) -> status {
  auto const now = std::chrono::steady_clock::now();
  if (!is_due && now - found_time_ < options_.flush) return {};
  found_time_ = now;
  return found_->flush(last_.epoch);
}

auto journey::is_save_due() const -> bool {
  auto const behind = position().segment - last_.journal.segment;
  if (behind * segment_bytes(options_) >= options_.journal_bytes / 4) return true;
  // A large state is saved less often: one hundredth of the time goes into it.
  auto const wait = std::max<duration>(options_.checkpoint, 100 * save_took_);
  return std::chrono::steady_clock::now() - last_time_ >= wait;
}

auto journey::save(bool has_ended) -> status {
  if (activity_) KIZASHI_TRY(activity_->settle());
  auto const before = last_.journal;
  auto const begin = std::chrono::steady_clock::now();
  last_ = {last_.epoch, packets_.next_sequence(), position(), has_ended};
  KIZASHI_TRY(save_checkpoint(state_file(options_), last_, *road_, open_activity()));
  last_time_ = std::chrono::steady_clock::now();
  save_took_ = last_time_ - begin;
  ++checkpoints_;
  // The state before this one must still find what it needs.
  return from_.forget_before(before);
}

auto journey::finish() -> status {
  auto outcome = road_->finish();
  KIZASHI_TRY(std::move(outcome.failure));
  if (activity_) KIZASHI_TRY(activity_->finish());
  KIZASHI_TRY(packets_.flush());
  KIZASHI_TRY(found_->flush(last_.epoch));
  KIZASHI_TRY(packets_.wait());
  road_ = std::make_unique<road>(road_options_);
  return save(true);
}

}  // namespace kizashi::pipeline::internal
