#include "kizashi/pipeline/road.hpp"

#include <chrono>
#include <new>

#include "kizashi/base/state_file.hpp"
#include "kizashi/pipeline/internal/crew.hpp"

namespace kizashi::pipeline {

road::road(road_options const& options) {
  KIZASHI_ASSERT(options.workers >= 1 && options.workers <= 64);
  KIZASHI_ASSERT(options.window_length.count() > 0 &&
                 options.window_length <= std::chrono::days{1});
  KIZASHI_ASSERT(options.lateness.count() >= 0 && options.lateness <= options.window_length);
  crew_ = std::make_unique<internal::crew>(options);
}
road::road(road&&) noexcept = default;
road::~road() = default;

auto road::walk(capture::frame_source& from, progress_callback const& progress)
    -> result<walk_end> {
  return crew_->walk(from, progress);
}

auto road::advance_to(timestamp now) -> status {
  return crew_->advance_to(now);
}

auto road::open() const -> open_counts {
  return crew_->open();
}

auto road::save(state_writer& out) const -> status {
  return crew_->save(out);
}

auto road::restore(state_reader& in) -> status {
  return crew_->restore(in);
}

auto road::save_to(std::filesystem::path const& file) const -> status {
  return write_state_file(file, state_version, [&](state_writer& out) { return save(out); });
}

auto road::restore_from(std::filesystem::path const& file) -> status {
  return read_state_file(file, state_version, [&](state_reader& in) { return restore(in); });
}

auto road::finish() -> outcome {
  return crew_->finish();
}

auto travel(capture::frame_source& from, road_options const& options,
            progress_callback const& progress) -> outcome {
  try {
    road whole{options};
    auto const ended = whole.walk(from, progress);  // the outcome has its failure
    auto answer = whole.finish();
    answer.is_partial |= ended && *ended == walk_end::stopped;
    return answer;
  } catch (std::bad_alloc const&) {
    outcome nothing;
    nothing.is_partial = true;
    nothing.failure = fail(errc::limit_reached,
                           "not enough memory to begin; fewer threads (--threads) need less");
    return nothing;
  }
}

}  // namespace kizashi::pipeline
